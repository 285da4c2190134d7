import type { Row } from "./document.js";

export const requests: Row[] = [
  [
    "addition",
    "an optional field is added",
    ({ fields }) => (fields.seed = { type: "integer" }),
    "compatible added request seed field",
  ],
  [
    "stricterRequest",
    "a required field is added",
    ({ fields, form }) => ((fields.seed = {}), form.required.push("seed")),
    "breaking added request seed field",
  ],
  [
    "addition",
    "a required field is added that only a response has",
    ({ fields, form }) => ((fields.seed = { readOnly: true }), form.required.push("seed")),
    "compatible added request seed field",
  ],
  [
    "nameIsGone",
    "a field is removed",
    ({ fields }) => delete fields.style,
    "breaking removed request style field",
  ],
  [
    "nameIsGone",
    "a field is renamed",
    ({ fields }) => ((fields.look = fields.style), delete fields.style),
    "breaking removed request style field",
    "compatible added request look field",
  ],
  [
    "stricterRequest",
    "a field becomes required",
    ({ form }) => form.required.push("style"),
    "breaking changed request style required",
  ],
  [
    "looserRequest",
    "a field becomes optional",
    ({ form }) => (form.required = []),
    "compatible changed request prompt required",
  ],
  [
    "looserRequest",
    "a type gets wider",
    ({ fields }) => (fields.count.type = "number"),
    "compatible changed request count type",
  ],
  [
    "stricterRequest",
    "a type gets narrower",
    ({ fields }) => (fields.ratio.type = "integer"),
    "breaking changed request ratio type",
  ],
  [
    "stricterRequest",
    "a type is another one",
    ({ fields }) => (fields.count.type = "string"),
    "breaking changed request count type",
  ],
  [
    "stricterRequest",
    "text becomes a file",
    ({ fields }) => (fields.code = { type: "string", format: "binary", pattern: "^[a-z]+$" }),
    "breaking changed request code type",
  ],
  [
    "stricterRequest",
    "null is no longer allowed",
    ({ fields }) => delete fields.ratio.nullable,
    "breaking changed request ratio type",
  ],
  [
    "looserRequest",
    "null becomes allowed",
    ({ fields }) => (fields.style.nullable = true),
    "compatible changed request style type",
  ],
  [
    "stricterRequest",
    "an enum's value is removed",
    ({ fields }) => fields.style.enum.pop(),
    "breaking removed request style enum",
  ],
  [
    "looserRequest",
    "an enum's value is added",
    ({ fields }) => fields.style.enum.push("chalk"),
    "compatible added request style enum",
  ],
  [
    "stricterRequest",
    "an enum's value is replaced",
    ({ fields }) => (fields.style.enum = ["oil", "tar"]),
    "breaking removed request style enum",
    "compatible added request style enum",
  ],
  ["same", "an enum's values change places", ({ fields }) => fields.style.enum.reverse()],
  [
    "stricterRequest",
    "an enum is introduced",
    ({ fields }) => (fields.code.enum = ["a"]),
    "breaking added request code enum",
  ],
  [
    "looserRequest",
    "an enum is dropped",
    ({ fields }) => delete fields.style.enum,
    "compatible removed request style enum",
  ],
  [
    "stricterRequest",
    "a minimum is raised",
    ({ fields }) => (fields.count.minimum = 2),
    "breaking changed request count bounds",
  ],
  [
    "looserRequest",
    "a minimum is lowered",
    ({ fields }) => (fields.count.minimum = 0),
    "compatible changed request count bounds",
  ],
  [
    "stricterRequest",
    "a maximum is lowered",
    ({ fields }) => (fields.count.maximum = 10),
    "breaking changed request count bounds",
  ],
  [
    "looserRequest",
    "a maximum is raised",
    ({ fields }) => (fields.count.maximum = 20),
    "compatible changed request count bounds",
  ],
  [
    "looserRequest",
    "a maximum is dropped",
    ({ fields }) => delete fields.count.maximum,
    "compatible removed request count bounds",
  ],
  [
    "stricterRequest",
    "a bound becomes exclusive",
    ({ fields }) => (fields.count.exclusiveMaximum = true),
    "breaking changed request count bounds",
  ],
  [
    "same",
    "a whole number's bound is said in the other way",
    ({ fields }) => Object.assign(fields.count, { maximum: 16, exclusiveMaximum: true }),
  ],
  [
    "stricterRequest",
    "a length is limited",
    ({ fields }) => (fields.code.maxLength = 5),
    "breaking added request code bounds",
  ],
  [
    "looserRequest",
    "a longer text is allowed",
    ({ fields }) => (fields.prompt.maxLength = 2000),
    "compatible changed request prompt bounds",
  ],
  [
    "stricterRequest",
    "fewer files are allowed",
    ({ fields }) => (fields.photos.maxItems = 3),
    "breaking changed request photos bounds",
  ],
  [
    "stricterRequest",
    "a pattern changes",
    ({ fields }) => (fields.code.pattern = "^[a-z]*$"),
    "breaking changed request code bounds",
  ],
  [
    "looserRequest",
    "a pattern is dropped",
    ({ fields }) => delete fields.code.pattern,
    "compatible removed request code bounds",
  ],
  [
    "stricterRequest",
    "steps are demanded",
    ({ fields }) => (fields.count.multipleOf = 5),
    "breaking added request count bounds",
  ],
  [
    "stricterRequest",
    "a format is demanded",
    ({ fields }) => (fields.code.format = "uuid"),
    "breaking added request code format",
  ],
  [
    "elseSame",
    "a default changes",
    ({ fields }) => (fields.count.default = 4),
    "compatible changed request count default",
  ],
  [
    "elseSame",
    "a default is added",
    ({ fields }) => (fields.style.default = "oil"),
    "compatible added request style default",
  ],
  [
    "words",
    "only a description changes",
    ({ fields }) => (fields.prompt.description = "The picture in words"),
    "cosmetic changed request prompt description",
  ],
  [
    "words",
    "only an example is added",
    ({ fields }) => (fields.prompt.example = "a fox"),
    "cosmetic added request prompt description",
  ],
  [
    "elseSame",
    "a field is deprecated",
    ({ fields }) => (fields.code.deprecated = true),
    "compatible added request code deprecated",
  ],
  [
    "stricterRequest",
    "a field behind a reference gets a field that is required",
    ({ document }) => {
      const { lens } = document.components.schemas.Camera.properties;
      lens.required = ["mount"];
      lens.properties.mount = {};
    },
    "breaking added request camera.lens.mount field",
    "compatible added response 200 shape.lens.mount field",
  ],
  [
    "stricterRequest",
    "an item's type changes",
    ({ fields }) => (fields.photos.items = { type: "string" }),
    "breaking changed request photos[] type",
  ],
  [
    "stricterRequest",
    "an alternative is removed",
    ({ fields }) => fields.size.oneOf.pop(),
    "breaking removed request size alternative",
  ],
  [
    "looserRequest",
    "an alternative is added",
    ({ fields }) => fields.size.oneOf.push({ type: "boolean" }),
    "compatible added request size alternative",
  ],
  [
    "looserRequest",
    "a field becomes a choice that has its former type",
    ({ fields }) => (fields.code = { anyOf: [fields.code, { type: "integer" }] }),
    "compatible added request code alternative",
  ],
  [
    "stricterRequest",
    "a choice becomes one of its types",
    ({ fields }) => (fields.size = { type: "string" }),
    "breaking removed request size alternative",
  ],
  [
    "looserRequest",
    "a discriminator leads to one more alternative",
    ({ document, fields: { tool } }) => {
      document.components.schemas.Brush = document.components.schemas.Pen;
      tool.oneOf.push({ $ref: "#/components/schemas/Brush" });
      tool.discriminator.mapping.brush = "#/components/schemas/Brush";
    },
    "compatible changed request tool discriminator",
    "compatible added request tool alternative",
    "cosmetic added document schema Brush type name",
  ],
  [
    "stricterRequest",
    "a discriminator's value is renamed",
    ({ fields: { tool } }) => (tool.discriminator.mapping = { quill: tool.discriminator.mapping.pen }),
    "breaking changed request tool discriminator",
  ],
  [
    "same",
    "what holds anyway is written down",
    ({ fields, operation }) => {
      Object.assign(fields.code, { minLength: 0, deprecated: false, readOnly: false, nullable: false });
      Object.assign(fields.photos, { minItems: 0, uniqueItems: false });
      operation.deprecated = false;
    },
  ],
  [
    "looserRequest",
    "unknown fields become allowed",
    ({ form }) => delete form.additionalProperties,
    "compatible added request {} additional fields",
  ],
  [
    "stricterRequest",
    "a map's values become numbers",
    ({ fields }) => (fields.labels.additionalProperties.type = "number"),
    "breaking changed request labels{} type",
  ],
  [
    "looserRequest",
    "the body becomes optional",
    ({ operation }) => (operation.requestBody.required = false),
    "compatible changed request required",
  ],
  [
    "stricterRequest",
    "the body is gone",
    ({ operation }) => delete operation.requestBody,
    "breaking removed request body",
  ],
  [
    "nameIsGone",
    "the media type is another one",
    ({ operation: { requestBody } }) => {
      requestBody.content = { "application/json": requestBody.content["multipart/form-data"] };
    },
    "breaking removed request media type",
    "breaking added request media type",
  ],
  [
    "typeChanges",
    "a media type is added",
    ({ operation: { requestBody } }) => (requestBody.content["application/json"] = {}),
    "breaking added request media type",
  ],
  [
    "elseSame",
    "a part has another media type",
    ({ operation: { requestBody } }) =>
      (requestBody.content["multipart/form-data"].encoding.photos.contentType = "image/webp"),
    "compatible changed request photos media type",
  ],
  [
    "words",
    "a hint of a format is added",
    ({ fields }) => (fields.count.format = "int64"),
    "cosmetic added request count format",
  ],
  [
    "words",
    "a hint of a format is dropped",
    ({ fields }) => delete fields.weight.format,
    "cosmetic removed request weight format",
  ],
  [
    "words",
    "a text is to be hidden while it is typed",
    ({ fields }) => (fields.code.format = "password"),
    "cosmetic added request code format",
  ],
  [
    "words",
    "a format of texts is said of a number",
    ({ fields }) => (fields.weight.format = "uuid"),
    "cosmetic changed request weight format",
  ],
  [
    "stricterRequest",
    "a whole number must fit into 32 bits",
    ({ fields }) => (fields.count.format = "int32"),
    "breaking added request count format",
  ],
  [
    "words",
    "the description of a list's first item changes",
    ({ fields }) => (fields.corners.prefixItems[0].description = "Top"),
    "cosmetic changed request corners[0] description",
  ],
  [
    "stricterRequest",
    "the type of a list's first item gets narrower",
    ({ fields }) => (fields.corners.prefixItems[0].type = "integer"),
    "breaking changed request corners[0] type",
  ],
  [
    "stricterRequest",
    "the third item of a list gets a type",
    ({ fields }) => fields.corners.prefixItems.push({ type: "number" }),
    "breaking added request corners[2] type",
  ],
  [
    "words",
    "the description of what is not allowed changes",
    ({ fields }) => (fields.title.not.description = "Not this"),
    "cosmetic changed request title description",
  ],
  [
    "stricterRequest",
    "something else is not allowed",
    ({ fields }) => (fields.title.not.enum = ["untitled"]),
    "breaking changed request title not",
  ],
  [
    "looserRequest",
    "more than one alternative may hold",
    ({ fields }) => (fields.tone = { anyOf: fields.tone.oneOf }),
    "compatible changed request tone alternative",
  ],
  [
    "stricterRequest",
    "no more than one alternative may hold",
    ({ fields }) => (fields.mood = { oneOf: fields.mood.anyOf }),
    "breaking changed request mood alternative",
  ],
  [
    "words",
    "more than one alternative may hold, of which only one can",
    ({ fields }) => (fields.size = { anyOf: fields.size.oneOf }),
    "cosmetic changed request size alternative",
  ],
];
