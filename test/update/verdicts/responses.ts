import type { Row } from "./document.js";

export const responses: Row[] = [
  [
    "stricterResponse",
    "a field is added",
    ({ answer }) => (answer.properties.width = { type: "integer" }),
    "compatible added response 200 width field",
  ],
  [
    "nameIsGone",
    "a field is removed",
    ({ answer }) => delete answer.properties.url,
    "breaking removed response 200 url field",
  ],
  [
    "looserResponse",
    "a field becomes optional",
    ({ answer }) => (answer.required = ["id"]),
    "breaking changed response 200 state required",
  ],
  [
    "stricterResponse",
    "a field becomes certain",
    ({ answer }) => answer.required.push("url"),
    "compatible changed response 200 url required",
  ],
  [
    "looserResponse",
    "a type gets wider",
    ({ answer }) => (answer.properties.count.type = "number"),
    "breaking changed response 200 count type",
  ],
  [
    "looserResponse",
    "a type is another one",
    ({ answer }) => (answer.properties.count.type = "string"),
    "breaking changed response 200 count type",
  ],
  [
    "looserResponse",
    "null becomes possible",
    ({ answer }) => (answer.properties.id.nullable = true),
    "breaking changed response 200 id type",
  ],
  [
    "stricterResponse",
    "null is no longer possible",
    ({ answer }) => delete answer.properties.url.nullable,
    "compatible changed response 200 url type",
  ],
  [
    "looserResponse",
    "an enum's value is added",
    ({ answer }) => answer.properties.state.enum.push("lost"),
    "breaking added response 200 state enum",
  ],
  [
    "stricterResponse",
    "an enum's value is removed",
    ({ answer }) => answer.properties.state.enum.pop(),
    "compatible removed response 200 state enum",
  ],
  [
    "looserResponse",
    "an enum is dropped",
    ({ answer }) => delete answer.properties.state.enum,
    "breaking removed response 200 state enum",
  ],
  [
    "looserResponse",
    "a maximum is raised",
    ({ answer }) => (answer.properties.count.maximum = 30),
    "breaking changed response 200 count bounds",
  ],
  [
    "stricterResponse",
    "a maximum is lowered",
    ({ answer }) => (answer.properties.count.maximum = 10),
    "compatible changed response 200 count bounds",
  ],
  [
    "looserResponse",
    "a minimum is lowered",
    ({ answer }) => (answer.properties.count.minimum = -1),
    "breaking changed response 200 count bounds",
  ],
  [
    "looserResponse",
    "text may be empty",
    ({ answer }) => delete answer.properties.id.minLength,
    "breaking removed response 200 id bounds",
  ],
  [
    "words",
    "a default changes",
    ({ answer }) => (answer.properties.count.default = 1),
    "cosmetic changed response 200 count default",
  ],
  [
    "looserResponse",
    "an alternative is added",
    ({ answer }) => answer.properties.shape.anyOf.push({ type: "boolean" }),
    "breaking added response 200 shape alternative",
  ],
  [
    "stricterResponse",
    "an alternative is removed",
    ({ answer }) => answer.properties.shape.anyOf.shift(),
    "compatible removed response 200 shape alternative",
  ],
  [
    "looserResponse",
    "a map's values get wider",
    ({ answer }) => (answer.properties.extra.additionalProperties.type = "number"),
    "breaking changed response 200 extra{} type",
  ],
  [
    "stricterResponse",
    "unknown fields are ruled out",
    ({ answer }) => (answer.additionalProperties = false),
    "compatible removed response 200 {} additional fields",
  ],
  [
    "same",
    "a part of it moves into an allOf",
    ({ answer }) => {
      const { url, ...others } = answer.properties;
      answer.properties = others;
      answer.allOf = [{ type: "object", properties: { url } }];
    },
  ],
  [
    "words",
    "a tree's reference to itself moves into an allOf",
    ({ answer: { properties } }) => {
      properties.children.items = { allOf: [properties.children.items], description: "A part" };
    },
    "cosmetic added response 200 children[] description",
  ],
  [
    "looserResponse",
    "a tree's reference to itself becomes a choice",
    ({ answer: { properties } }) => {
      properties.children.items = { oneOf: [properties.children.items, { type: "string" }] };
    },
    "breaking added response 200 children[] alternative",
  ],
  [
    "words",
    "a tree takes up a base that is a tree of it",
    ({ document, answer }) => {
      const { children } = answer.properties;
      document.components.schemas.Base = { type: "object", properties: { children } };
      answer.allOf = [{ $ref: "#/components/schemas/Base" }];
    },
    "cosmetic added document schema Base type name",
  ],
  [
    "looserResponse",
    "a success is added",
    ({ operation }) => (operation.responses["202"] = { description: "Later" }),
    "breaking added response 202 status",
  ],
  [
    "looserResponse",
    "the success is gone",
    ({ operation }) => (operation.responses = { "400": operation.responses["400"] }),
    "breaking removed response 200 status",
  ],
  [
    "elseSame",
    "a failure is added",
    ({ operation }) => (operation.responses["409"] = { description: "Busy" }),
    "compatible added response 409 status",
  ],
  [
    "elseSame",
    "what all failures answer is described",
    ({ operation }) => (operation.responses.default = { description: "Failed" }),
    "compatible added response default status",
  ],
  [
    "looserResponse",
    "the success is described as the default",
    ({ operation: { responses } }) => {
      responses.default = responses["200"];
      delete responses["200"];
    },
    "breaking removed response 200 status",
    "breaking added response default status",
  ],
  [
    "looserResponse",
    "the media type is gone",
    ({ operation }) => delete operation.responses["200"].content,
    "breaking removed response 200 media type",
  ],
  [
    "looserResponse",
    "a header is gone",
    ({ operation }) => delete operation.responses["200"].headers,
    "breaking removed response 200 header X-Left header",
  ],
  [
    "words",
    "a header is written in another case",
    ({ operation }) => {
      const { headers } = operation.responses["200"];
      operation.responses["200"].headers = { "x-left": headers["X-Left"] };
    },
    "cosmetic changed response 200 header X-Left header",
  ],
  [
    "looserResponse",
    "a header is no longer certain",
    ({ operation }) => delete operation.responses["200"].headers["X-Left"].required,
    "breaking changed response 200 header X-Left required",
  ],
  [
    "words",
    "only a header's description changes",
    ({ operation }) => (operation.responses["200"].headers["X-Left"].description = "How many"),
    "cosmetic added response 200 header X-Left description",
  ],
  [
    "looserResponse",
    "another media type may come instead",
    ({ operation }) => (operation.responses["200"].content["text/csv"] = {}),
    "breaking added response 200 media type",
  ],
  [
    "same",
    "the media type names its charset",
    ({ operation: { responses } }) => {
      responses["200"].content = {
        "application/json; charset=utf-8": responses["200"].content["application/json"],
      };
    },
  ],
  [
    "elseSame",
    "what a failure answers is described",
    ({ operation }) => (operation.responses["400"].content = { "application/json": {} }),
    "compatible added response 400 media type",
  ],
  [
    "words",
    "only its description changes",
    ({ operation }) => (operation.responses["200"].description = "Pictures"),
    "cosmetic changed response 200 description",
  ],
  [
    "looserResponse",
    "more than one alternative may hold",
    ({ answer }) => (answer.properties.badge = { anyOf: answer.properties.badge.oneOf }),
    "breaking changed response 200 badge alternative",
  ],
  [
    "words",
    "a hint of a format is added",
    ({ answer }) => (answer.properties.count.format = "int64"),
    "cosmetic added response 200 count format",
  ],
  [
    "stricterResponse",
    "a format is promised",
    ({ answer }) => (answer.properties.id.format = "uuid"),
    "compatible added response 200 id format",
  ],
];
