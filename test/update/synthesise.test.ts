import Ajv from "ajv";
import addFormats from "ajv-formats";
import { expect, test } from "vitest";
import { synthesise } from "../../scripts/update/models/synthesise.js";

// A library of others says which of the values a schema allows.

const ajv = new Ajv.default({ strict: false });
addFormats.default(ajv);

test.each([
  [
    "fields that are required",
    { type: "object", required: ["a"], properties: { a: { type: "string" }, b: {} } },
  ],
  ["a whole number between bounds", { type: "integer", minimum: 7, maximum: 8 }],
  ["a whole number above a bound", { type: "integer", exclusiveMinimum: 7, maximum: 8 }],
  ["a multiple", { type: "integer", minimum: 5, multipleOf: 4 }],
  ["a fraction", { type: "number", minimum: 0.1, maximum: 0.4, multipleOf: 0.1 }],
  ["a long text", { type: "string", minLength: 500 }],
  ["a short text", { type: "string", maxLength: 1 }],
  ["a pattern", { type: "string", pattern: "^[A-F]{3}-\\d{2}$" }],
  ["an address", { type: "string", format: "uri" }],
  ["a time", { type: "string", format: "date-time" }],
  ["an enum", { type: "string", enum: ["oil", "ink"] }],
  ["a list", { type: "array", minItems: 2, items: { type: "integer", minimum: 3 } }],
  ["a list of different items", { type: "array", minItems: 2, uniqueItems: true, items: { type: "string" } }],
  [
    "exactly one of two",
    {
      oneOf: [
        { type: "string", maxLength: 2 },
        { type: "string", pattern: "^a" },
      ],
    },
  ],
  [
    "fields of alternatives",
    { type: "object", anyOf: [{ required: ["b"], properties: { b: { type: "boolean" } } }] },
  ],
  [
    "parts that are joined",
    { allOf: [{ type: "object", required: ["a"] }, { properties: { a: { enum: [3] } } }] },
  ],
])("%s", (_, schema) => {
  const validate = ajv.compile(schema);
  const values = synthesise(schema, {});
  expect(values.filter((value) => validate(value)).length, JSON.stringify(values)).toBeGreaterThan(0);
});

test.each([
  ["an enum of another type", { type: "string", enum: [1, 2] }],
  ["a text that is shorter than it is long", { type: "string", minLength: 3, maxLength: 2 }],
  [
    "a field of which there is none",
    { type: "object", required: ["a"], properties: { a: { type: "string", enum: [] } } },
  ],
  ["bounds that cross", { type: "integer", minimum: 3, maximum: 2 }],
])("%s: nothing", (_, schema) => {
  expect(synthesise(schema, {})).toEqual([]);
});

test("a tree ends", () => {
  const document = {
    components: {
      schemas: {
        Tree: {
          type: "object",
          properties: { parts: { type: "array", items: { $ref: "#/components/schemas/Tree" } } },
        },
      },
    },
  };
  expect(synthesise({ $ref: "#/components/schemas/Tree" }, document).length).toBeGreaterThan(0);
});
