import type { Places, Row } from "./document.js";

/** The schema of the one parameter that has a media type. */
const filterOf = (document: Places["document"]) =>
  document.paths["/v1/pictures"].parameters[0].content["application/json"].schema;

export const operations: Row[] = [
  ["same", "nothing", () => undefined],
  [
    "same",
    "keys change places",
    ({ document, operation }) =>
      (document.paths["/v1/pictures"].post = Object.fromEntries(Object.entries(operation).reverse())),
  ],
  [
    "addition",
    "an operation is added",
    ({ document }) => (document.paths["/v1/new"] = { get: { responses: {} } }),
    "compatible added operation operation",
  ],
  [
    "nameIsGone",
    "an operation is removed",
    ({ document }) => delete document.paths["/v1/status"],
    "breaking removed operation operation",
  ],
  [
    "nameIsGone",
    "an operation moves to another path",
    ({ document }) => {
      document.paths["/v2/status"] = document.paths["/v1/status"];
      delete document.paths["/v1/status"];
    },
    "breaking removed operation operation",
    "compatible added operation operation",
  ],
  [
    "nameIsGone",
    "an operationId changes",
    ({ operation }) => (operation.operationId = "draw"),
    "breaking changed operation operationId",
  ],
  [
    "words",
    "only a summary changes",
    ({ operation }) => (operation.summary = "Draws"),
    "cosmetic changed operation summary",
  ],
  [
    "elseSame",
    "an operation is deprecated",
    ({ operation }) => (operation.deprecated = true),
    "compatible added operation deprecated",
  ],
  [
    "looserRequest",
    "an optional parameter is added",
    ({ operation }) => operation.parameters.push({ name: "n", in: "query", schema: {} }),
    "compatible added parameters n (query) field",
  ],
  [
    "stricterRequest",
    "a required parameter is added",
    ({ operation }) => operation.parameters.push({ name: "n", in: "query", required: true, schema: {} }),
    "breaking added parameters n (query) field",
  ],
  [
    "nameIsGone",
    "a parameter is removed",
    ({ operation }) => operation.parameters.pop(),
    "breaking removed parameters trace (header) field",
  ],
  [
    "words",
    "a header parameter is written in another case",
    ({ operation }) => (operation.parameters[1].name = "Trace"),
    "cosmetic changed parameters trace (header) name",
  ],
  [
    "stricterRequest",
    "a parameter becomes required",
    ({ operation }) => (operation.parameters[0].required = true),
    "breaking changed parameters lang (query) required",
  ],
  [
    "same",
    "a parameter's form is written down",
    ({ operation: { parameters } }) => {
      Object.assign(parameters[0], { style: "form", explode: true, deprecated: false });
      Object.assign(parameters[1], { style: "simple", explode: false });
    },
  ],
  [
    "stricterRequest",
    "a parameter has another form",
    ({ operation }) => (operation.parameters[0].explode = false),
    "breaking changed parameters lang (query) explode",
  ],
  [
    "stricterRequest",
    "a parameter's enum loses a value",
    ({ operation }) => operation.parameters[0].schema.enum.pop(),
    "breaking removed parameters lang (query) enum",
  ],
  [
    "access",
    "another kind of key is demanded",
    ({ operation }) => (operation.security = [{ Key: [] }]),
    "breaking changed operation auth",
  ],
  [
    "addition",
    "a second kind of key is taken as well",
    ({ operation }) => operation.security.push({ Key: [] }),
    "compatible changed operation auth",
  ],
  [
    "access",
    "a second kind of key is taken as well, and is the one that is sent",
    ({ operation }) => operation.security.unshift({ Key: [] }),
    "breaking changed operation auth",
  ],
  [
    "words",
    "a scope has another description",
    ({ document }) => (document.components.securitySchemes.Login.flows.implicit.scopes.draw = "Draws"),
    "cosmetic changed operation description",
  ],
  [
    "access",
    "a further scope is demanded",
    ({ document }) => document.paths["/v1/prints"].get.security[0].Login.push("paint"),
    "breaking changed operation auth",
  ],
  [
    "access",
    "who is logged in comes from elsewhere",
    ({ document }) =>
      (document.components.securitySchemes.Login.flows.implicit.authorizationUrl = "https://b.example.com"),
    "breaking changed operation auth",
  ],
  [
    "words",
    "a scheme is written in capitals",
    ({ document }) => (document.components.securitySchemes.Bearer.scheme = "Bearer"),
    "cosmetic changed operation description",
  ],
  [
    "access",
    "a second key is demanded",
    ({ operation }) => (operation.security = [{ Bearer: [], Key: [] }]),
    "breaking changed operation auth",
  ],
  [
    "addition",
    "no key is demanded any more",
    ({ operation }) => (operation.security = []),
    "compatible changed operation auth",
  ],
  [
    "access",
    "all operations demand a key, and one says nothing of its own",
    ({ document }) => (document.security = [{ Key: [] }]),
    "breaking changed operation auth",
  ],
  [
    "same",
    "a scheme has another name, and is the same",
    ({ document, operation }) => {
      document.components.securitySchemes.Token = document.components.securitySchemes.Bearer;
      operation.security = [{ Token: [] }];
    },
  ],
  [
    "access",
    "the scheme turns from bearer into basic",
    ({ document }) => (document.components.securitySchemes.Bearer.scheme = "basic"),
    "breaking changed operation auth",
  ],
  [
    "access",
    "the server is another one",
    ({ document }) => (document.servers[0].url = "https://new.example.com"),
    "breaking changed document server",
  ],
  [
    "words",
    "the server ends in a slash",
    ({ document }) => (document.servers[0].url += "/"),
    "cosmetic changed document description",
  ],
  [
    "access",
    "the server's variable has another default",
    ({ document }) => (document.servers[0].variables.region.default = "us"),
    "breaking changed document server",
  ],
  [
    "addition",
    "a further server is added",
    ({ document }) => document.servers.push({ url: "https://us.example.com" }),
    "compatible added document server",
  ],
  [
    "elseSame",
    "a further server is gone",
    ({ document }) => document.servers.pop(),
    "compatible removed document server",
  ],
  [
    "words",
    "a server's description changes",
    ({ document }) => (document.servers[0].description = "Here"),
    "cosmetic changed document description",
  ],
  [
    "words",
    "the document's version changes",
    ({ document }) => (document.info.version = "2.0.0"),
    "cosmetic changed document info description",
  ],
  [
    "nameIsGone",
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
    "same",
    "the document is of 3.1, and has null as an alternative",
    ({ document, fields }) => {
      document.openapi = "3.1.0";
      fields.ratio = { anyOf: [{ type: "number" }, { type: "null" }] };
    },
  ],
  [
    "same",
    "the document is of 3.1, and says the same",
    ({ document, fields, answer }) => {
      document.openapi = "3.1.0";
      fields.ratio = { type: ["number", "null"] };
      fields.photos.items = { contentMediaType: "application/octet-stream" };
      answer.properties.url = { type: ["null", "string"] };
    },
  ],
  [
    "words",
    "the description in a parameter's content changes",
    ({ document }) => (filterOf(document).properties.on.description = "What"),
    "cosmetic changed parameters filter (query).on description",
  ],
  [
    "stricterRequest",
    "a parameter's content gets a field that is required",
    ({ document }) =>
      Object.assign(filterOf(document), { required: ["off"], properties: { on: {}, off: {} } }),
    "breaking added parameters filter (query).off field",
    "cosmetic removed parameters filter (query).on description",
    "compatible removed parameters filter (query).on type",
  ],
  [
    "words",
    "a callback is described",
    ({ operation }) => (operation.callbacks.done["{$request.query.url}"].post.summary = "Done"),
    "cosmetic changed operation callbacks",
  ],
];
