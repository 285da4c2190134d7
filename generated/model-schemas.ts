// Generated from spec/ by `npm run generate`. Do not edit: change spec/ and generate again.

/** Each model: its title and description, its fields, and its input. In `schema`, a file is text of the format `binary`, as in the document. */
export const modelSchemas = {
  seedreamv5: {
    title: "SeeDreamV5 Lite Image Generation",
    description: "Generate images using Volcengine SeeDream V5 Lite model",
    fields: [
      {
        name: "category",
        type: "string",
        array: false,
        required: false,
        description: "Category identifier, default is seedreamv5",
        default: "seedreamv5",
      },
      {
        name: "prompt",
        type: "string",
        array: false,
        required: true,
        role: "prompt",
        description: "Prompt (required)",
      },
      {
        name: "batchsize",
        type: "integer",
        array: false,
        required: false,
        role: "count",
        description: "Batch generation quantity, 1-15",
        default: 1,
        minimum: 1,
        maximum: 15,
      },
      {
        name: "resolution",
        type: "string",
        array: false,
        required: false,
        role: "size",
        description: "Image resolution.",
        default: "2K",
        example: "2K",
      },
      {
        name: "sourceImage",
        type: "file",
        array: true,
        required: false,
        role: "files",
        description: "Source image file",
      },
      {
        name: "imageUrl",
        type: "string",
        array: false,
        required: false,
        role: "address",
        description: "Source image URL",
      },
    ],
    schema: {
      type: "object",
      properties: {
        category: {
          type: "string",
          description: "Category identifier, default is seedreamv5",
          default: "seedreamv5",
        },
        prompt: { type: "string", description: "Prompt (required)", pattern: "\\S" },
        batchsize: {
          type: "integer",
          description: "Batch generation quantity, 1-15",
          minimum: 1,
          maximum: 15,
          default: 1,
        },
        resolution: { type: "string", description: "Image resolution.", default: "2K", examples: ["2K"] },
        sourceImage: {
          type: "array",
          items: { type: "string", format: "binary" },
          description: "Source image file",
        },
        imageUrl: {
          type: "string",
          description: "Source image URL",
          pattern: "^[Hh][Tt][Tt][Pp][Ss]?://[^\\s/?#]\\S*$",
        },
      },
      required: ["prompt"],
      additionalProperties: false,
    },
  },
} as const;
