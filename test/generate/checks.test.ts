import { expect, test } from "vitest";
import type { Check } from "../../generated/validators.js";
import { emitValidators } from "../../scripts/generate/emit-validators.js";
import { load } from "../support/load.js";

/** The checks of an operation whose body and answer have the same schema. */
async function compile(schema: object): Promise<{ request: Check; answer: Check }> {
  const content = { "application/json": { schema } };
  const operation = { requestBody: { content }, responses: { 200: { description: "it", content } } };
  const { code } = await emitValidators({
    openapi: "3.0.3",
    info: { title: "Checks", version: "1" },
    paths: { "/": { post: operation } },
  });
  return load(
    `${code}\nexport const request = compiledRequests["POST /"], answer = compiledResponses["POST /"];`,
  );
}

const type = (name: string, rest: object = {}) => ({ type: name, ...rest });

test.each<[string, object, unknown, unknown]>([
  ["a number sent as text", type("integer"), "3", 3],
  ["a fraction sent as text", type("number"), "2.5", 2.5],
  ["a number where text is due", type("string"), 7, "7"],
  ["a word for a truth", type("boolean"), "true", true],
  ["one item where a list is due", type("array", { items: type("string") }), "a", ["a"]],
  ["a list whose items are text", type("array", { items: type("integer") }), ["1", "2"], [1, 2]],
  ["what is exactly one of the types", { anyOf: [type("integer"), type("string")] }, "3", 3],
  ["what only a later type can be", { anyOf: [type("integer"), type("string")] }, "soon", "soon"],
  ["text that may be null", type("string", { nullable: true }), null, null],
  ["null in one of several", { anyOf: [type("string", { nullable: true }), type("string")] }, null, null],
  ["a known name", type("integer", { anyOf: [type("integer", { enum: [1, 2] }), type("integer")] }), "2", 2],
  ["an unknown name", type("integer", { anyOf: [type("integer", { enum: [1, 2] }), type("integer")] }), 5, 5],
])("%s is read as what is meant", async (_, schema, sent, read) => {
  const { answer: check } = await compile({ type: "object", properties: { value: schema } });
  const answer = { value: sent };
  expect(check(answer)).toBe(true);
  expect(answer).toEqual({ value: read });
});

test.each<[string, object, unknown, string]>([
  ["no whole number", type("integer"), "2.5", "must be integer"],
  ["an empty text", type("integer"), " ", "must be integer"],
  ["words", type("number"), "many", "must be number"],
  ["an object", type("string"), {}, "must be string"],
  ["a list", type("string"), ["a"], "must be string"],
  ["a truth", type("integer"), true, "must be integer"],
  ["null", type("string"), null, "must be string"],
  ["a text that is too large a number", type("integer", { maximum: 15 }), "16", "must be <= 15"],
  [
    "a number that is too short a text",
    type("string", { minLength: 2 }),
    1,
    "must NOT have fewer than 2 characters",
  ],
  [
    "a text that is no known number",
    type("integer", { enum: [1, 2] }),
    "3",
    "must be equal to one of the allowed values: 1, 2",
  ],
  ["an item", type("array", { items: type("integer") }), "a", "must be integer"],
])("%s is a fault", async (_, schema, sent, message) => {
  const { answer: check } = await compile({ type: "object", properties: { value: schema } });
  expect(check({ value: sent })).toBe(false);
  expect(check.errors?.map((error) => error.message)).toEqual([message]);
});

test("a schema is read wherever it stands", async () => {
  const { answer: check } = await compile({
    allOf: [type("array", { items: type("integer") }), { minItems: 2 }],
  });
  const answer = ["1", 2];
  expect([check(answer), answer]).toEqual([true, [1, 2]]);
  expect(check(["1"])).toBe(false);
  expect((await compile(type("integer"))).answer("7")).toBe(true);
});

test("a file or text may be either", async () => {
  const { request } = await compile({ anyOf: [type("string", { format: "binary" }), type("string")] });
  expect([new Blob(), "text", 1].map((value) => request(value))).toEqual([true, true, false]);
});

test("a field too many is named, however the document forbids it", async () => {
  for (const word of ["additionalProperties", "unevaluatedProperties"]) {
    const { request } = await compile({ type: "object", properties: { a: {} }, [word]: false });
    expect(request({ a: 1, b: 2 })).toBe(false);
    expect(request.errors).toEqual([{ path: "", field: "b", message: "is not a field of this operation" }]);
  }
});

test("a fraction is a multiple as people count", async () => {
  const { request } = await compile(type("number", { multipleOf: 0.01 }));
  expect([0.29, 0.07, 1.1, 0.291, 0.005].map((value) => request(value))).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});

test("the names of fields may have a rule, also in a response", async () => {
  const { request, answer } = await compile({
    type: "object",
    propertyNames: { type: "string", pattern: "^[a-z]+$" },
    additionalProperties: { type: "integer" },
  });
  const response = { fox: "7" };
  expect([request({ fox: 7 }), answer(response), response]).toEqual([true, true, { fox: 7 }]);
  expect([{ Fox: 7 }, { "1": 7 }].map((value) => [request(value), answer(value)])).toEqual([
    [false, false],
    [false, false],
  ]);
});
