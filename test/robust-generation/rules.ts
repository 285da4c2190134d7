import { describe, expect, test } from "vitest";
import { encodeForm } from "../../src/api/multipart.js";
import { generate } from "./generation.js";
import type { Generated } from "./generation.js";

// Rules of schemas that are easily read in another way than they are meant.

interface Parts {
  openapi?: string;
  request?: object;
  response?: object;
  mediaType?: string;
  schemas?: object;
}

function write({ openapi = "3.0.3", request, response = {}, mediaType, schemas = {} }: Parts): string {
  const content = { [mediaType ?? "application/json"]: { schema: request ?? {} } };
  const responses = {
    200: { description: "OK", content: { "application/json": { schema: response } } },
  };
  const paths = { "/fox": { post: { requestBody: { content }, responses } } };
  const info = { title: "fox", version: "1" };
  return JSON.stringify({ openapi, info, paths, components: { schemas } }, null, 1);
}

const from = (parts: Parts): Promise<Generated> => generate({ "fox.json": write(parts) });
const faultOf = (parts: Parts): Promise<string> =>
  from(parts).then(
    () => "none",
    (error: Error) => error.message,
  );

/** Whether a check lets each value pass, and the fields that it misses. */
const judge = (check: Generated["requests"][string], values: unknown[]) =>
  values.map((value) => (check(value) ? "fits" : check.errors?.map(({ field }) => field).join()));

const account = {
  type: "object",
  required: ["id", "secret", "name"],
  properties: {
    id: { $ref: "#/components/schemas/Id" },
    secret: { type: "string", writeOnly: true },
    name: { type: "string" },
  },
};
const schemas = { Id: { type: "string", readOnly: true }, Account: account };
const reference = { $ref: "#/components/schemas/Account" };

describe.each(["3.0.3", "3.1.0"])("in %s", (openapi) => {
  test("a request need not have what can only be read, nor a response what can only be written", async () => {
    const { requests, responses, files } = await from({
      openapi,
      request: reference,
      response: reference,
      schemas,
    });
    const values = [{ name: "n", secret: "s" }, { name: "n", id: "1" }, { id: "1" }];
    expect(judge(requests["POST /fox"]!, values)).toEqual(["fits", "secret", "secret,name"]);
    expect(judge(responses["POST /fox"]!, values)).toEqual(["id", "fits", "name"]);
    expect(files.get("schema.ts")).toMatch(/id\?: .*secret\?: string;\s+name: string;/s);
  });

  test("also where another part of an allOf requires it", async () => {
    const request = { allOf: [{ $ref: "#/components/schemas/Open" }, { type: "object", required: ["id"] }] };
    const { required: _, ...open } = account;
    const { requests } = await from({ openapi, request, schemas: { ...schemas, Open: open } });
    expect(judge(requests["POST /fox"]!, [{}, { id: 1 }])).toEqual(["fits", ""]);
  });

  test.each<[string, object, string, RegExp]>([
    [
      "numbers that should be text",
      { type: "string", enum: [1, 2] },
      "enum",
      /none of \[1,2\] is of type string/,
    ],
    ["text that should be true or false", { type: "boolean", enum: ["true"] }, "enum", /of type boolean/],
    [
      "a minimum above the maximum",
      { type: "integer", minimum: 3, maximum: 2 },
      "maximum",
      /its range from 3 to 2 is empty/,
    ],
    [
      "lengths that cross",
      { type: "string", minLength: 3, maxLength: 2 },
      "maxLength",
      /its range from 3 to 2 is empty/,
    ],
    [
      "types that exclude each other",
      { allOf: [{ type: "string" }, { type: "integer" }] },
      "allOf",
      /exclude each other/,
    ],
    [
      "lists that exclude each other",
      { allOf: [{ enum: ["a"] }, { enum: ["b"] }] },
      "allOf",
      /exclude each other/,
    ],
    [
      "a required field that is forbidden",
      { type: "object", required: ["b"], properties: { a: {} }, additionalProperties: false },
      "required",
      /requires `b`/,
    ],
    [
      "a discriminator that nobody matches",
      {
        oneOf: [{ $ref: "#/components/schemas/Cat" }, { $ref: "#/components/schemas/Dog" }],
        discriminator: {
          propertyName: "kind",
          mapping: { dog: "#/components/schemas/Cat", cat: "#/components/schemas/Dog" },
        },
      },
      "discriminator",
      /no branch of `oneOf` allows the value of `kind`/,
    ],
  ])("%s: an error with its place", async (_, schema, keyword, reason) => {
    const animal = (kind: string) => ({
      type: "object",
      properties: { kind: { type: "string", enum: [kind] } },
    });
    const request = { type: "object", properties: { a: schema } };
    const animals = { Cat: animal("cat"), Dog: animal("dog") };
    const message = await faultOf({ openapi, request, schemas: animals });
    expect(message).toMatch(reason);
    const pointer = `/paths/~1fox/post/requestBody/content/application~1json/schema/properties/a/${keyword}`;
    expect(message).toMatch(/^fox\.json:\d\d: allows no value: /);
    expect(message.endsWith(`(at ${pointer})`), message).toBe(true);
    const line = Number(/:(\d+):/.exec(message)![1]);
    const text = write({ openapi, request, schemas: animals });
    expect(text.split("\n")[line - 1]).toContain(`"${keyword}"`);
  });

  test("what some value satisfies is no contradiction", async () => {
    const properties = {
      mixed: { type: "string", enum: [1, "1"] },
      nothing: { type: "string", nullable: true, enum: [null] },
      point: { type: "integer", minimum: 2, maximum: 2 },
      whole: { allOf: [{ type: "number" }, { type: "integer" }] },
      elsewhere: { minLength: 3, maxLength: 2 },
    };
    const { nothing: _, ...newer } = properties;
    const request = { type: "object", properties: openapi === "3.0.3" ? properties : newer };
    expect(await faultOf({ openapi, request })).toBe("none");
  });

  test("a multiple of a fraction is counted in decimals", async () => {
    const { requests } = await from({ openapi, request: { type: "number", multipleOf: 0.01 } });
    expect([0.29, 0.07, 4.35, 0.285].map((value) => requests["POST /fox"]!(value))).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });
});

test("rules for the names of properties, in what is read as well", async () => {
  const response = { type: "object", propertyNames: { type: "string", maxLength: 2 } };
  const { responses } = await from({ openapi: "3.1.0", response });
  expect([{ ab: 1 }, { abc: 1 }].map((value) => responses["POST /fox"]!(value))).toEqual([true, false]);
});

test("null is left out of a form where it is allowed, and refused where it is required", async () => {
  const nullable = { type: "string", nullable: true };
  const request = {
    type: "object",
    required: ["title", "scan"],
    properties: {
      title: nullable,
      scan: { ...nullable, format: "binary" },
      note: nullable,
      photo: { ...nullable, format: "binary" },
      photos: { type: "array", items: { ...nullable, format: "binary" } },
      camera: { type: "object", nullable: true },
      lenses: { type: "array", items: { type: "object", nullable: true } },
      count: { type: "integer" },
    },
  };
  const { requests, operations } = await from({ request, mediaType: "multipart/form-data" });
  const check = requests["POST /fox"]!;
  const scan = new Blob(["1"]);
  const fields = { title: "t", note: null, photo: null, photos: [null], camera: null, lenses: [null] };
  expect(check({ ...fields, scan })).toBe(true);
  for (const missing of ["title", "scan", "count"]) {
    expect(check({ title: "t", scan, [missing]: null })).toBe(false);
    expect(check.errors?.map(({ path, message }) => `${path} ${message}`).join()).toMatch(
      new RegExp(`^/${missing} must be (string|a Blob|integer)`),
    );
  }
  const { body } = await encodeForm(fields, operations["POST /fox"]!.parts!);
  expect([...(body as string).matchAll(/name="(\w+)"/g)].map(([, name]) => name)).toEqual([
    "title",
    "lenses",
  ]);
});
