import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { compareDocuments } from "../../scripts/update/changes/compare-documents.js";
import type { JsonObject } from "../../scripts/generate/source.js";

// What each change of a document means for a user of the package.

const base = `
openapi: 3.0.3
info: { title: Pictures, version: 1.0.0 }
servers:
  - { url: "https://{region}.example.com", variables: { region: { default: api } } }
  - url: https://eu.example.com
paths:
  /v1/pictures:
    post:
      operationId: makePicture
      summary: Makes a picture
      security: [{ Bearer: [] }]
      parameters:
        - { name: lang, in: query, schema: { type: string, enum: [en, de] } }
        - { name: trace, in: header, required: true, schema: { type: string } }
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema:
              type: object
              required: [prompt]
              additionalProperties: false
              properties:
                prompt: { type: string, minLength: 1, maxLength: 1000, description: What to draw }
                count: { type: integer, minimum: 1, maximum: 15, default: 1 }
                style: { type: string, enum: [oil, ink] }
                ratio: { type: number, nullable: true }
                photos: { type: array, items: { type: string, format: binary }, maxItems: 4 }
                camera: { $ref: "#/components/schemas/Camera" }
                size: { oneOf: [{ type: string }, { type: integer }] }
                code: { type: string, pattern: "^[a-z]+$" }
                tool: { oneOf: [{ $ref: "#/components/schemas/Pen" }], discriminator: { propertyName: kind, mapping: { pen: "#/components/schemas/Pen" } } }
                labels: { type: object, additionalProperties: { type: string } }
            encoding: { photos: { contentType: image/png } }
      responses:
        "200":
          description: A picture
          headers: { X-Left: { required: true, schema: { type: integer } } }
          content:
            application/json:
              schema: { $ref: "#/components/schemas/Answer" }
        "400": { description: Refused }
  /v1/status:
    get:
      operationId: status
      responses: { "200": { description: Up } }
  /v1/prints:
    get:
      operationId: prints
      security: [{ Login: [draw] }]
      responses: { "200": { description: Prints } }
components:
  securitySchemes:
    Bearer: { type: http, scheme: bearer }
    Key: { type: apiKey, in: header, name: X-Key }
    Login: { type: oauth2, flows: { implicit: { authorizationUrl: https://a.example.com, scopes: { draw: d, paint: p } } } }
  schemas:
    Pen: { type: object, properties: { kind: { type: string } } }
    Camera:
      type: object
      properties:
        lens: { type: object, properties: { focal: { type: number } } }
    Answer:
      type: object
      required: [id, state]
      properties:
        id: { type: string, minLength: 1 }
        state: { type: string, enum: [queued, done] }
        url: { type: string, nullable: true }
        count: { type: integer, minimum: 0, maximum: 15, default: 0 }
        children: { type: array, items: { $ref: "#/components/schemas/Answer" } }
        extra: { type: object, additionalProperties: { type: integer } }
        shape: { anyOf: [{ type: string }, { $ref: "#/components/schemas/Camera" }] }
`;

// Parsed documents have no types.
type Any = any;
interface Places {
  document: Any;
  operation: Any;
  fields: Any;
  form: Any;
  answer: Any;
}

const places = (document: Any): Places => {
  const operation = document.paths["/v1/pictures"].post;
  const form = operation.requestBody.content["multipart/form-data"].schema;
  return { document, operation, form, fields: form.properties, answer: document.components.schemas.Answer };
};

/** What is changed, and the changes that should be told: verdict, kind, part, field and aspect. */
type Row = [name: string, edit: (places: Places) => unknown, ...changes: string[]];

const request: Row[] = [
  [
    "an optional field is added",
    ({ fields }) => (fields.seed = { type: "integer" }),
    "compatible added request seed field",
  ],
  [
    "a required field is added",
    ({ fields, form }) => ((fields.seed = {}), form.required.push("seed")),
    "breaking added request seed field",
  ],
  ["a field is removed", ({ fields }) => delete fields.style, "breaking removed request style field"],
  [
    "a field is renamed",
    ({ fields }) => ((fields.look = fields.style), delete fields.style),
    "breaking removed request style field",
    "compatible added request look field",
  ],
  [
    "a field becomes required",
    ({ form }) => form.required.push("style"),
    "breaking changed request style required",
  ],
  [
    "a field becomes optional",
    ({ form }) => (form.required = []),
    "compatible changed request prompt required",
  ],
  [
    "a type gets wider",
    ({ fields }) => (fields.count.type = "number"),
    "compatible changed request count type",
  ],
  [
    "a type gets narrower",
    ({ fields }) => (fields.ratio.type = "integer"),
    "breaking changed request ratio type",
  ],
  [
    "a type is another one",
    ({ fields }) => (fields.count.type = "string"),
    "breaking changed request count type",
  ],
  [
    "text becomes a file",
    ({ fields }) => (fields.code = { type: "string", format: "binary", pattern: "^[a-z]+$" }),
    "breaking changed request code type",
  ],
  [
    "null is no longer allowed",
    ({ fields }) => delete fields.ratio.nullable,
    "breaking changed request ratio type",
  ],
  [
    "null becomes allowed",
    ({ fields }) => (fields.style.nullable = true),
    "compatible changed request style type",
  ],
  [
    "an enum's value is removed",
    ({ fields }) => fields.style.enum.pop(),
    "breaking removed request style enum",
  ],
  [
    "an enum's value is added",
    ({ fields }) => fields.style.enum.push("chalk"),
    "compatible added request style enum",
  ],
  [
    "an enum's value is replaced",
    ({ fields }) => (fields.style.enum = ["oil", "tar"]),
    "breaking removed request style enum",
    "compatible added request style enum",
  ],
  ["an enum's values change places", ({ fields }) => fields.style.enum.reverse()],
  ["an enum is introduced", ({ fields }) => (fields.code.enum = ["a"]), "breaking added request code enum"],
  ["an enum is dropped", ({ fields }) => delete fields.style.enum, "compatible removed request style enum"],
  [
    "a minimum is raised",
    ({ fields }) => (fields.count.minimum = 2),
    "breaking changed request count bounds",
  ],
  [
    "a minimum is lowered",
    ({ fields }) => (fields.count.minimum = 0),
    "compatible changed request count bounds",
  ],
  [
    "a maximum is lowered",
    ({ fields }) => (fields.count.maximum = 10),
    "breaking changed request count bounds",
  ],
  [
    "a maximum is raised",
    ({ fields }) => (fields.count.maximum = 20),
    "compatible changed request count bounds",
  ],
  [
    "a maximum is dropped",
    ({ fields }) => delete fields.count.maximum,
    "compatible removed request count bounds",
  ],
  [
    "a bound becomes exclusive",
    ({ fields }) => (fields.count.exclusiveMaximum = true),
    "breaking changed request count bounds",
  ],
  [
    "a whole number's bound is said in the other way",
    ({ fields }) => Object.assign(fields.count, { maximum: 16, exclusiveMaximum: true }),
  ],
  ["a length is limited", ({ fields }) => (fields.code.maxLength = 5), "breaking added request code bounds"],
  [
    "a longer text is allowed",
    ({ fields }) => (fields.prompt.maxLength = 2000),
    "compatible changed request prompt bounds",
  ],
  [
    "fewer files are allowed",
    ({ fields }) => (fields.photos.maxItems = 3),
    "breaking changed request photos bounds",
  ],
  [
    "a pattern changes",
    ({ fields }) => (fields.code.pattern = "^[a-z]*$"),
    "breaking changed request code bounds",
  ],
  [
    "a pattern is dropped",
    ({ fields }) => delete fields.code.pattern,
    "compatible removed request code bounds",
  ],
  [
    "steps are demanded",
    ({ fields }) => (fields.count.multipleOf = 5),
    "breaking added request count bounds",
  ],
  [
    "a format is demanded",
    ({ fields }) => (fields.code.format = "uuid"),
    "breaking added request code format",
  ],
  [
    "a default changes",
    ({ fields }) => (fields.count.default = 4),
    "compatible changed request count default",
  ],
  [
    "a default is added",
    ({ fields }) => (fields.style.default = "oil"),
    "compatible added request style default",
  ],
  [
    "only a description changes",
    ({ fields }) => (fields.prompt.description = "The picture in words"),
    "cosmetic changed request prompt description",
  ],
  [
    "only an example is added",
    ({ fields }) => (fields.prompt.example = "a fox"),
    "cosmetic added request prompt description",
  ],
  [
    "a field is deprecated",
    ({ fields }) => (fields.code.deprecated = true),
    "compatible added request code deprecated",
  ],
  [
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
    "an item's type changes",
    ({ fields }) => (fields.photos.items = { type: "string" }),
    "breaking changed request photos[] type",
  ],
  [
    "an alternative is removed",
    ({ fields }) => fields.size.oneOf.pop(),
    "breaking removed request size alternative",
  ],
  [
    "an alternative is added",
    ({ fields }) => fields.size.oneOf.push({ type: "boolean" }),
    "compatible added request size alternative",
  ],
  [
    "a field becomes a choice that has its former type",
    ({ fields }) => (fields.code = { anyOf: [fields.code, { type: "integer" }] }),
    "compatible added request code alternative",
  ],
  [
    "a choice becomes one of its types",
    ({ fields }) => (fields.size = { type: "string" }),
    "breaking removed request size alternative",
  ],
  [
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
    "a discriminator's value is renamed",
    ({ fields: { tool } }) => (tool.discriminator.mapping = { quill: tool.discriminator.mapping.pen }),
    "breaking changed request tool discriminator",
  ],
  [
    "what holds anyway is written down",
    ({ fields, operation }) => {
      Object.assign(fields.code, { minLength: 0, deprecated: false, readOnly: false, nullable: false });
      Object.assign(fields.photos, { minItems: 0, uniqueItems: false });
      operation.deprecated = false;
    },
  ],
  [
    "unknown fields become allowed",
    ({ form }) => delete form.additionalProperties,
    "compatible added request {} additional fields",
  ],
  [
    "a map's values become numbers",
    ({ fields }) => (fields.labels.additionalProperties.type = "number"),
    "breaking changed request labels{} type",
  ],
  [
    "the body becomes optional",
    ({ operation }) => (operation.requestBody.required = false),
    "compatible changed request required",
  ],
  ["the body is gone", ({ operation }) => delete operation.requestBody, "breaking removed request body"],
  [
    "the media type is another one",
    ({ operation: { requestBody } }) => {
      requestBody.content = { "application/json": requestBody.content["multipart/form-data"] };
    },
    "breaking removed request media type",
    "compatible added request media type",
  ],
  [
    "a media type is added",
    ({ operation: { requestBody } }) => (requestBody.content["application/json"] = {}),
    "compatible added request media type",
  ],
  [
    "a part has another media type",
    ({ operation: { requestBody } }) =>
      (requestBody.content["multipart/form-data"].encoding.photos.contentType = "image/webp"),
    "compatible changed request photos media type",
  ],
];

const answer: Row[] = [
  [
    "a field is added",
    ({ answer }) => (answer.properties.width = { type: "integer" }),
    "compatible added response 200 width field",
  ],
  [
    "a field is removed",
    ({ answer }) => delete answer.properties.url,
    "breaking removed response 200 url field",
  ],
  [
    "a field becomes optional",
    ({ answer }) => (answer.required = ["id"]),
    "breaking changed response 200 state required",
  ],
  [
    "a field becomes certain",
    ({ answer }) => answer.required.push("url"),
    "compatible changed response 200 url required",
  ],
  [
    "a type gets wider",
    ({ answer }) => (answer.properties.count.type = "number"),
    "breaking changed response 200 count type",
  ],
  [
    "a type is another one",
    ({ answer }) => (answer.properties.count.type = "string"),
    "breaking changed response 200 count type",
  ],
  [
    "null becomes possible",
    ({ answer }) => (answer.properties.id.nullable = true),
    "breaking changed response 200 id type",
  ],
  [
    "null is no longer possible",
    ({ answer }) => delete answer.properties.url.nullable,
    "compatible changed response 200 url type",
  ],
  [
    "an enum's value is added",
    ({ answer }) => answer.properties.state.enum.push("lost"),
    "breaking added response 200 state enum",
  ],
  [
    "an enum's value is removed",
    ({ answer }) => answer.properties.state.enum.pop(),
    "compatible removed response 200 state enum",
  ],
  [
    "an enum is dropped",
    ({ answer }) => delete answer.properties.state.enum,
    "breaking removed response 200 state enum",
  ],
  [
    "a maximum is raised",
    ({ answer }) => (answer.properties.count.maximum = 30),
    "breaking changed response 200 count bounds",
  ],
  [
    "a maximum is lowered",
    ({ answer }) => (answer.properties.count.maximum = 10),
    "compatible changed response 200 count bounds",
  ],
  [
    "a minimum is lowered",
    ({ answer }) => (answer.properties.count.minimum = -1),
    "breaking changed response 200 count bounds",
  ],
  [
    "text may be empty",
    ({ answer }) => delete answer.properties.id.minLength,
    "breaking removed response 200 id bounds",
  ],
  [
    "a default changes",
    ({ answer }) => (answer.properties.count.default = 1),
    "cosmetic changed response 200 count default",
  ],
  [
    "an alternative is added",
    ({ answer }) => answer.properties.shape.anyOf.push({ type: "boolean" }),
    "breaking added response 200 shape alternative",
  ],
  [
    "an alternative is removed",
    ({ answer }) => answer.properties.shape.anyOf.shift(),
    "compatible removed response 200 shape alternative",
  ],
  [
    "a map's values get wider",
    ({ answer }) => (answer.properties.extra.additionalProperties.type = "number"),
    "breaking changed response 200 extra{} type",
  ],
  [
    "unknown fields are ruled out",
    ({ answer }) => (answer.additionalProperties = false),
    "compatible removed response 200 {} additional fields",
  ],
  [
    "a part of it moves into an allOf",
    ({ answer }) => {
      const { url, ...others } = answer.properties;
      answer.properties = others;
      answer.allOf = [{ type: "object", properties: { url } }];
    },
  ],
  [
    "a tree's reference to itself moves into an allOf",
    ({ answer: { properties } }) => {
      properties.children.items = { allOf: [properties.children.items], description: "A part" };
    },
    "cosmetic added response 200 children[] description",
  ],
  [
    "a tree's reference to itself becomes a choice",
    ({ answer: { properties } }) => {
      properties.children.items = { oneOf: [properties.children.items, { type: "string" }] };
    },
    "breaking added response 200 children[] alternative",
  ],
  [
    "a tree takes up a base that is a tree of it",
    ({ document, answer }) => {
      const { children } = answer.properties;
      document.components.schemas.Base = { type: "object", properties: { children } };
      answer.allOf = [{ $ref: "#/components/schemas/Base" }];
    },
    "cosmetic added document schema Base type name",
  ],
  [
    "a success is added",
    ({ operation }) => (operation.responses["202"] = { description: "Later" }),
    "breaking added response 202 status",
  ],
  [
    "the success is gone",
    ({ operation }) => (operation.responses = { "400": operation.responses["400"] }),
    "breaking removed response 200 status",
  ],
  [
    "a failure is added",
    ({ operation }) => (operation.responses["409"] = { description: "Busy" }),
    "compatible added response 409 status",
  ],
  [
    "what all failures answer is described",
    ({ operation }) => (operation.responses.default = { description: "Failed" }),
    "compatible added response default status",
  ],
  [
    "the success is described as the default",
    ({ operation: { responses } }) => {
      responses.default = responses["200"];
      delete responses["200"];
    },
    "breaking removed response 200 status",
    "breaking added response default status",
  ],
  [
    "the media type is gone",
    ({ operation }) => delete operation.responses["200"].content,
    "breaking removed response 200 media type",
  ],
  [
    "a header is gone",
    ({ operation }) => delete operation.responses["200"].headers,
    "breaking removed response 200 header X-Left header",
  ],
  [
    "a header is written in another case",
    ({ operation }) => {
      const { headers } = operation.responses["200"];
      operation.responses["200"].headers = { "x-left": headers["X-Left"] };
    },
    "cosmetic changed response 200 header X-Left header",
  ],
  [
    "a header is no longer certain",
    ({ operation }) => delete operation.responses["200"].headers["X-Left"].required,
    "breaking changed response 200 header X-Left required",
  ],
  [
    "only a header's description changes",
    ({ operation }) => (operation.responses["200"].headers["X-Left"].description = "How many"),
    "cosmetic added response 200 header X-Left description",
  ],
  [
    "another media type may come instead",
    ({ operation }) => (operation.responses["200"].content["text/csv"] = {}),
    "breaking added response 200 media type",
  ],
  [
    "the media type names its charset",
    ({ operation: { responses } }) => {
      responses["200"].content = {
        "application/json; charset=utf-8": responses["200"].content["application/json"],
      };
    },
  ],
  [
    "what a failure answers is described",
    ({ operation }) => (operation.responses["400"].content = { "application/json": {} }),
    "compatible added response 400 media type",
  ],
  [
    "only its description changes",
    ({ operation }) => (operation.responses["200"].description = "Pictures"),
    "cosmetic changed response 200 description",
  ],
];

const rest: Row[] = [
  ["nothing", () => undefined],
  [
    "keys change places",
    ({ document, operation }) =>
      (document.paths["/v1/pictures"].post = Object.fromEntries(Object.entries(operation).reverse())),
  ],
  [
    "an operation is added",
    ({ document }) => (document.paths["/v1/new"] = { get: { responses: {} } }),
    "compatible added operation operation",
  ],
  [
    "an operation is removed",
    ({ document }) => delete document.paths["/v1/status"],
    "breaking removed operation operation",
  ],
  [
    "an operation moves to another path",
    ({ document }) => {
      document.paths["/v2/status"] = document.paths["/v1/status"];
      delete document.paths["/v1/status"];
    },
    "breaking removed operation operation",
    "compatible added operation operation",
  ],
  [
    "an operationId changes",
    ({ operation }) => (operation.operationId = "draw"),
    "breaking changed operation operationId",
  ],
  [
    "only a summary changes",
    ({ operation }) => (operation.summary = "Draws"),
    "cosmetic changed operation description",
  ],
  [
    "an operation is deprecated",
    ({ operation }) => (operation.deprecated = true),
    "compatible added operation deprecated",
  ],
  [
    "an optional parameter is added",
    ({ operation }) => operation.parameters.push({ name: "n", in: "query", schema: {} }),
    "compatible added parameters n (query) field",
  ],
  [
    "a required parameter is added",
    ({ operation }) => operation.parameters.push({ name: "n", in: "query", required: true, schema: {} }),
    "breaking added parameters n (query) field",
  ],
  [
    "a parameter is removed",
    ({ operation }) => operation.parameters.pop(),
    "breaking removed parameters trace (header) field",
  ],
  [
    "a header parameter is written in another case",
    ({ operation }) => (operation.parameters[1].name = "Trace"),
    "cosmetic changed parameters trace (header) name",
  ],
  [
    "a parameter becomes required",
    ({ operation }) => (operation.parameters[0].required = true),
    "breaking changed parameters lang (query) required",
  ],
  [
    "a parameter's form is written down",
    ({ operation: { parameters } }) => {
      Object.assign(parameters[0], { style: "form", explode: true, deprecated: false });
      Object.assign(parameters[1], { style: "simple", explode: false });
    },
  ],
  [
    "a parameter has another form",
    ({ operation }) => (operation.parameters[0].explode = false),
    "breaking changed parameters lang (query) explode",
  ],
  [
    "a parameter's enum loses a value",
    ({ operation }) => operation.parameters[0].schema.enum.pop(),
    "breaking removed parameters lang (query) enum",
  ],
  [
    "another kind of key is demanded",
    ({ operation }) => (operation.security = [{ Key: [] }]),
    "breaking changed operation auth",
  ],
  [
    "a second kind of key is taken as well",
    ({ operation }) => operation.security.push({ Key: [] }),
    "compatible changed operation auth",
  ],
  [
    "a second kind of key is taken as well, and is the one that is sent",
    ({ operation }) => operation.security.unshift({ Key: [] }),
    "breaking changed operation auth",
  ],
  [
    "a scope has another description",
    ({ document }) => (document.components.securitySchemes.Login.flows.implicit.scopes.draw = "Draws"),
    "cosmetic changed operation description",
  ],
  [
    "a further scope is demanded",
    ({ document }) => document.paths["/v1/prints"].get.security[0].Login.push("paint"),
    "breaking changed operation auth",
  ],
  [
    "who is logged in comes from elsewhere",
    ({ document }) =>
      (document.components.securitySchemes.Login.flows.implicit.authorizationUrl = "https://b.example.com"),
    "breaking changed operation auth",
  ],
  [
    "a scheme is written in capitals",
    ({ document }) => (document.components.securitySchemes.Bearer.scheme = "Bearer"),
    "cosmetic changed operation description",
  ],
  [
    "a second key is demanded",
    ({ operation }) => (operation.security = [{ Bearer: [], Key: [] }]),
    "breaking changed operation auth",
  ],
  [
    "no key is demanded any more",
    ({ operation }) => (operation.security = []),
    "compatible changed operation auth",
  ],
  [
    "all operations demand a key, and one says nothing of its own",
    ({ document }) => (document.security = [{ Key: [] }]),
    "breaking changed operation auth",
  ],
  [
    "a scheme has another name, and is the same",
    ({ document, operation }) => {
      document.components.securitySchemes.Token = document.components.securitySchemes.Bearer;
      operation.security = [{ Token: [] }];
    },
  ],
  [
    "the scheme turns from bearer into basic",
    ({ document }) => (document.components.securitySchemes.Bearer.scheme = "basic"),
    "breaking changed operation auth",
  ],
  [
    "the server is another one",
    ({ document }) => (document.servers[0].url = "https://new.example.com"),
    "breaking changed document server",
  ],
  [
    "the server ends in a slash",
    ({ document }) => (document.servers[0].url += "/"),
    "cosmetic changed document description",
  ],
  [
    "the server's variable has another default",
    ({ document }) => (document.servers[0].variables.region.default = "us"),
    "breaking changed document server",
  ],
  [
    "a further server is added",
    ({ document }) => document.servers.push({ url: "https://us.example.com" }),
    "compatible added document server",
  ],
  [
    "a further server is gone",
    ({ document }) => document.servers.pop(),
    "compatible removed document server",
  ],
  [
    "a server's description changes",
    ({ document }) => (document.servers[0].description = "Here"),
    "cosmetic changed document description",
  ],
  [
    "the document's version changes",
    ({ document }) => (document.info.version = "2.0.0"),
    "cosmetic changed document info description",
  ],
  [
    "a schema that has a name gets another one",
    ({ document, fields, answer }) => {
      const { schemas } = document.components;
      schemas.Lens = schemas.Camera;
      delete schemas.Camera;
      fields.camera.$ref = "#/components/schemas/Lens";
      answer.properties.shape.anyOf[1].$ref = "#/components/schemas/Lens";
    },
    "breaking removed document schema Camera type name",
    "cosmetic added document schema Lens type name",
  ],
  [
    "the document is of 3.1, and has null as an alternative",
    ({ document, fields }) => {
      document.openapi = "3.1.0";
      fields.ratio = { anyOf: [{ type: "number" }, { type: "null" }] };
    },
  ],
  [
    "the document is of 3.1, and says the same",
    ({ document, fields, answer }) => {
      document.openapi = "3.1.0";
      fields.ratio = { type: ["number", "null"] };
      fields.photos.items = { contentMediaType: "application/octet-stream" };
      answer.properties.url = { type: ["null", "string"] };
    },
  ],
];

describe.each([
  ["in a request", request],
  ["in an answer", answer],
  ["elsewhere", rest],
])("%s", (_, rows) => {
  test.each(rows)("%s", (_, edit, ...expected) => {
    const before = parse(base) as JsonObject;
    const after = parse(base) as JsonObject;
    edit(places(after));
    const changes = compareDocuments(before, after).map(({ verdict, kind, part, field, aspect }) =>
      [verdict, kind, part, field, aspect].filter(Boolean).join(" "),
    );
    expect(changes.sort()).toEqual(expected.sort());
  });
});

test("the table holds more than a hundred changes", () => {
  expect(request.length + answer.length + rest.length).toBeGreaterThan(100);
});
