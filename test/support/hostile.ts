import fc from "fast-check";

/** The name of the function that no text of a document may call. */
export const planted = "planted";

const call = `${planted}()`;

/** Texts that end a string, a comment, a template or a line, and texts that mean something to a generator. */
const fragments = [
  `"];${call};//`,
  `';${call};//`,
  `'+${call}+'`,
  `"+${call}+"`,
  `\${${call}}`,
  `\`+${call}+\``,
  `*/${call};/*`,
  `*\\/${call};/*`,
  `\n${call};\n`,
  `\r${call}//`,
  `\u2028${call}//`,
  `\u2029${call}`,
  `\\`,
  `\\"+${call}//`,
  `</script><script>${call}</script>`,
  `<!--${call}`,
  `;CODE//`,
  `[${call}]`,
  `(?:${call})`,
  `a|b`,
  `{"$ref":"#/"}`,
  // What a generator that rewrites compiled code by its text would take for code.
  `const err0 = {instancePath,schemaPath:"",keyword:"x",params:{missingProperty: ${call}},message:${call}};if(vErrors === null){vErrors = [err0];}else {vErrors.push(err0);}errors++;`,
  `",keyword:"required",params:{missingProperty: ${call}},message:"x"};if(vErrors === null){vErrors = [err0];}else {vErrors.push(err0);}errors++;//`,
  `require("ajv/dist/runtime/ucs2length").default`,
  `export { ${call} };`,
  `var compiled = {};`,
  `constructor`,
  `toString`,
  `hasOwnProperty`,
  `valueOf`,
  `prototype`,
  `eval`,
  `globalThis`,
  `default`,
  `class`,
  `ESC\u001b]0;x\u0007`,
  `\u202e`,
  `|`,
  `]]>`,
  `1e3`,
  `🦊`,
];

/** One hostile text, alone or joined to others. */
export const hostileText = fc
  .oneof(
    fc.constantFrom(...fragments),
    fc.array(fc.constantFrom(...fragments), { minLength: 1, maxLength: 3 }).map((parts) => parts.join("")),
    fc.string({ unit: "binary", minLength: 1, maxLength: 20 }),
  )
  .filter((text) => text !== "__proto__");

/** A document in which every text that its author chooses is taken from `next`. */
export function hostileDocument(version: "3.0.3" | "3.1.0", next: () => string): object {
  const name = (): string => next() || "x";
  const is31 = version === "3.1.0";
  const text = () => ({
    type: "string",
    title: next(),
    description: next(),
    default: next(),
    example: next(),
    pattern: next(),
    "x-pattern-message": next(),
    format: next(),
    [`x-${next()}`]: next(),
  });
  const choice = () => ({
    type: "string",
    description: next(),
    enum: [next(), `${next()}2`],
    "x-enum-varnames": [next()],
  });
  const object = () => {
    const [required, alsoRequired] = [name(), name()];
    return {
      type: "object",
      description: next(),
      properties: {
        [required]: text(),
        [alsoRequired]: choice(),
        [name()]: { type: "array", items: text(), description: next() },
        [name()]: { type: "object", additionalProperties: text(), example: { [name()]: next() } },
        [name()]: { oneOf: [text(), choice(), { type: "integer", multipleOf: 0.01 }] },
        ...(is31 && {
          [name()]: { const: next() },
          [name()]: { type: ["string", "null"], examples: [next()] },
        }),
      },
      required: [...new Set([required, alsoRequired])],
      additionalProperties: false,
      ...(is31 && {
        patternProperties: { [name()]: choice() },
        dependentRequired: { [required]: [name()] },
        $comment: next(),
      }),
    };
  };
  const tag = name();
  const tagged = (kind: string) => ({
    type: "object",
    properties: { [tag]: { type: "string" }, [kind]: text() },
    required: [tag],
  });
  const operation = (role: string) => {
    const form = object();
    const field = Object.keys(form.properties)[0]!;
    return {
      operationId: next() + role,
      tags: [next()],
      summary: next(),
      description: next(),
      "x-role": role,
      [`x-${next()}`]: { [next()]: next() },
      parameters: [{ name: name(), in: "query", description: next(), schema: text(), example: next() }],
      requestBody: {
        description: next(),
        content: {
          "multipart/form-data": {
            schema: {
              ...form,
              "x-field-roles": { prompt: next(), [next()]: next() },
              "x-advice": [
                { field, mediaTypes: [name()], message: name(), source: name() },
                { field, without: field, message: name(), source: name() },
              ],
            },
            encoding: { [name()]: { contentType: next() } },
          },
          [`application/${name()}`]: { schema: text() },
        },
      },
      responses: {
        200: {
          description: next(),
          headers: { [name()]: { description: next(), schema: text() } },
          content: {
            "application/json": {
              schema: {
                allOf: [object(), { $ref: "#/components/schemas/Kind" }],
              },
              examples: { [name()]: { summary: next(), value: next() } },
            },
          },
        },
        default: { description: next() },
      },
      security: [{ Key: [] }],
    };
  };
  return {
    openapi: version,
    info: { title: next(), version: next(), description: next() },
    servers: [
      { url: next(), description: next(), variables: { [name()]: { default: next(), enum: [next()] } } },
    ],
    tags: [{ name: next(), description: next() }],
    paths: {
      [`/v1/${next()}/model${next().replace(/[{}/]/g, "")}`]: { summary: next(), post: operation("submit") },
      [`/v2/${next()}`]: { post: operation("status"), get: operation("") },
    },
    components: {
      schemas: {
        Kind: {
          oneOf: ["One", "Two"].map((kind) => ({ $ref: `#/components/schemas/${kind}` })),
          discriminator: { propertyName: tag, mapping: { [name()]: "#/components/schemas/One" } },
        },
        One: tagged(name()),
        Two: tagged(name()),
      },
      securitySchemes: { Key: { type: "apiKey", in: "header", name: next(), description: next() } },
    },
    "x-response-fields": { [name()]: next() },
    "x-response-values": { [name()]: { [name()]: next() } },
    [`x-${next()}`]: next(),
  };
}
