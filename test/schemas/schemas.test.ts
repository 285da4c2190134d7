import Ajv from "ajv";
import Ajv2020 from "ajv/dist/2020.js";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from "vitest";
import { checkInput, createClient } from "../../src/index.js";
import type { Model, ModelInput } from "../../src/index.js";
import { startMockServer } from "../../src/mock-server/index.js";
import type { MockServer } from "../../src/mock-server/index.js";
import { fileFromPath } from "../../src/node/index.js";
import { inputSchema, models, toModelInput } from "../../src/schemas/index.js";
import type { JsonFile, JsonInput, ToModelInputOptions } from "../../src/schemas/index.js";
import { imageHeads } from "../support/images.js";

const { png } = imageHeads;
const base64 = Buffer.from(png).toString("base64");
const schema = inputSchema("seedreamv5");
const standard = schema["~standard"];
const validate = (value: unknown) => standard.validate(value);
/** Every fault, as `path message`. */
const faultsOf = (value: unknown, one = standard) =>
  one.validate(value).issues?.map(({ path, message }) => `${path.join(".")} ${message}`) ?? [];

describe("validation", () => {
  test("a valid input comes back as the same object", () => {
    const input = { prompt: "a fox", batchsize: 2, sourceImage: [{ base64 }], imageUrl: undefined };
    expect(validate(input)).toEqual({ value: input });
    expect((validate(input) as { value: unknown }).value).toBe(input);
  });

  test("takes for blank what a submit takes for blank, character by character", async () => {
    const isBlank = (prompt: string) => faultsOf({ prompt }).includes("prompt must not be blank");
    const differing: string[] = [];
    for (let code = 0; code <= 0x10ffff; code++) {
      const character = String.fromCodePoint(code);
      if (!/[\p{Cc}\p{Cf}\p{Z}\p{DI}\s]/u.test(character)) continue;
      const refusal = await checkInput("seedreamv5", { prompt: character }).then(() => "", String);
      if (isBlank(character) !== refusal.includes("must not be blank")) differing.push(code.toString(16));
    }
    expect(differing).toEqual([]);
  });

  test.each<[string, unknown, string[]]>([
    ["no object", "a fox", [" must be an object with the fields of the model"]],
    ["nothing", undefined, [" must be an object with the fields of the model"]],
    ["a list", [{ prompt: "a fox" }], [" must be an object with the fields of the model"]],
    ["no prompt", {}, ["prompt is required"]],
    ["a blank prompt", { prompt: " " }, ["prompt must not be blank"]],
    ["a prompt that nobody can see", { prompt: "\u200b\ufe0f" }, ["prompt must not be blank"]],
    ["an unknown field", { prompt: "a", seed: 1 }, ["seed is not a field of this operation"]],
    ["a number as text", { prompt: "a", batchsize: "2" }, ["batchsize must be integer"]],
    ["too many", { prompt: "a", batchsize: 16 }, ["batchsize must be <= 15"]],
    [
      "half a letter",
      { prompt: "\ud800" },
      ["prompt holds half of a surrogate pair, which UTF-8 cannot carry"],
    ],
    [
      "a file that is no list",
      { prompt: "a", sourceImage: { path: "a.png" } },
      ["sourceImage must be array"],
    ],
    ["an empty Blob", { prompt: "a", sourceImage: [new Blob()] }, ["sourceImage.0 is empty"]],
    ["empty bytes", { prompt: "a", sourceImage: [new Uint8Array()] }, ["sourceImage.0 is empty"]],
    [
      "a URL of a disk",
      { prompt: "a", sourceImage: [{ url: "file:///etc/passwd" }] },
      ["sourceImage.0.url must be an http or https URL"],
    ],
    [
      "no base64",
      { prompt: "a", sourceImage: [{ base64: "%%" }] },
      ["sourceImage.0 must have bytes in base64 as its `base64`"],
    ],
    [
      "base64 of nothing",
      { prompt: "a", sourceImage: [{ base64: "data:image/png;base64," }] },
      ["sourceImage.0 must have bytes in base64 as its `base64`"],
    ],
    [
      "a path that is no text",
      { prompt: "a", sourceImage: [{ path: 7 }] },
      ["sourceImage.0 must have text as its `path`"],
    ],
    [
      "two URLs",
      { prompt: "a", imageUrl: "https://example.com/a", sourceImage: [{ url: "https://example.com/b" }] },
      ["sourceImage.0 is a second URL: only one image can be given by URL"],
    ],
    [
      "two URLs, the second of which is none",
      { prompt: "a", sourceImage: [{ url: "https://example.com/a" }, { url: "a fox" }] },
      [
        "sourceImage.1 is a second URL: only one image can be given by URL",
        "sourceImage.1.url must be an http or https URL",
      ],
    ],
  ])("%s", (_, value, faults) => {
    expect(faultsOf(value)).toEqual(faults);
  });

  test.each([
    ["a path as text", "fox.png"],
    ["two forms", { path: "a", url: "https://a" }],
    ["no form", {}],
    ["an unknown key", { path: "a", type: "b" }],
  ])("%s is told what a file is", (_, file) => {
    expect(faultsOf({ prompt: "a", sourceImage: [file] })).toEqual([
      'sourceImage.0 must be a file: { "path": "…" } or { "url": "…" } or { "base64": "…" }',
    ]);
  });

  test("only the forms that are offered are taken", () => {
    const remote = inputSchema("seedreamv5", { files: ["url"] })["~standard"];
    expect(faultsOf({ prompt: "a", sourceImage: [{ path: "/etc/passwd" }] }, remote)).toEqual([
      'sourceImage.0 must be a file: { "url": "…" }',
    ]);
    expect(JSON.stringify(remote.jsonSchema.input({ target: "draft-07" }))).not.toMatch(/"path"|"base64"/);
    const none = inputSchema("seedreamv5", { files: [] })["~standard"];
    expect(faultsOf({ prompt: "a", sourceImage: [{ path: "a" }] }, none)).toHaveLength(1);
    const isValid = new Ajv.default().compile(none.jsonSchema.input({ target: "draft-07" }));
    expect([isValid({ prompt: "a", sourceImage: [] }), isValid({ prompt: "a", sourceImage: [{}] })]).toEqual([
      true,
      false,
    ]);
  });

  test("a name of nothing is refused when the schema is made", () => {
    expect(() => inputSchema("toString" as Model)).toThrow("Unknown model `toString`. Available: seedreamv5");
    expect(() => inputSchema("seedreamv5", { files: ["paths" as never] })).toThrow(
      "Unknown form `paths` in `files`. Available: path, url, base64",
    );
  });
});

describe("the JSON Schema", () => {
  const targets = { "draft-07": Ajv.default, "draft-2020-12": Ajv2020.default };

  test.each(Object.entries(targets))("of %s says what the validation says", (target, Class) => {
    const isValid = new Class({ allErrors: true }).compile(standard.jsonSchema.input({ target }));
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom("a fox", " ", "https://example.com/a", "ftp://a", base64),
    );
    const file = fc.oneof(
      text,
      fc.record({ path: text }),
      fc.record({ url: text, path: text }, { requiredKeys: [] }),
      fc.record({ base64: fc.constant(base64), name: text, size: text }, { requiredKeys: ["base64"] }),
    );
    const value = fc.oneof(
      text,
      fc.integer({ min: -2, max: 20 }),
      fc.double(),
      fc.constant(null),
      fc.array(file),
    );
    const input = fc.dictionary(
      fc.constantFrom("category", "prompt", "batchsize", "resolution", "sourceImage", "imageUrl", "seed"),
      value,
    );
    const json = fc.oneof(input, fc.record({ prompt: text, sourceImage: fc.array(file) }), fc.jsonValue());
    fc.assert(
      fc.property(json, (given) => {
        const sent: unknown = JSON.parse(JSON.stringify(given));
        // What JSON Schema has no words for.
        const faults = faultsOf(sent).filter((fault) => !/second URL|exactly|surrogate/.test(fault));
        expect(isValid(sent)).toBe(faults.length === 0);
      }),
      { numRuns: 2000 },
    );
  });

  test("is a new object for each call, for input and output alike", () => {
    const first = standard.jsonSchema.input({ target: "draft-07" });
    (first.properties as Record<string, unknown>).prompt = "spoilt";
    expect(standard.jsonSchema.output({ target: "draft-07" })).toMatchObject({
      properties: { prompt: { type: "string" } },
    });
    expect(first.$schema).toBe("http://json-schema.org/draft-07/schema#");
  });

  test.each(["openapi-3.0", "draft-04", "toString", undefined])(
    "does not guess at the target %s",
    (target) => {
      expect(() => standard.jsonSchema.input({ target: target as string })).toThrow(
        "Available: draft-2020-12, draft-07",
      );
    },
  );
});

describe("an input for a client", () => {
  let server: MockServer;
  beforeAll(async () => {
    server = await startMockServer({ taskDurationMs: 0 });
  });
  afterAll(() => server.close());

  test("has the files of every form, and the service gets their bytes", async () => {
    const client = createClient({ apiKey: "key-1", baseUrl: server.url });
    const sourceImage = [
      { path: "fox.png" },
      { base64, name: "night.png" },
      { base64: `data:image/png;base64,${base64}` },
      new Blob([png]),
      { url: "https://example.com/fox.png" },
    ];
    const given: JsonInput<"seedreamv5"> = { prompt: "a fox", sourceImage };
    expect(validate(given)).toEqual({ value: given });
    const openPath = (path: string) => new File([png, "of a path"], path);
    await client.submit("seedreamv5", await toModelInput("seedreamv5", given, { openPath }));
    const { fields, files } = server.requests.at(-1)!;
    expect(fields).toMatchObject({ imageUrl: "https://example.com/fox.png" });
    expect(files.map(({ filename, size }) => [filename, size])).toEqual([
      ["fox.png", png.byteLength + "of a path".length],
      ["night.png", png.byteLength],
      ["sourceImage-3.png", png.byteLength],
      ["sourceImage-4.png", png.byteLength],
    ]);
    expect(given.sourceImage).toBe(sourceImage);
  });

  test("opens no path unless it is told how", async () => {
    const given = { prompt: "a fox", sourceImage: [{ path: "/etc/passwd" }] };
    await expect(toModelInput("seedreamv5", given)).rejects.toThrow(TypeError);
    await expect(
      toModelInput("seedreamv5", given, { openPath: () => Promise.reject(new Error("not here")) }),
    ).rejects.toThrow("not here");
    await expect(toModelInput("seedreamv5", { prompt: " " })).rejects.toThrow(
      "Invalid input: prompt must not be blank",
    );
  });

  test("of a URL alone has no list of files", async () => {
    const given = { prompt: "a fox", sourceImage: [{ url: "https://example.com/fox.png" }] };
    expect(await toModelInput("seedreamv5", given)).toEqual({
      prompt: "a fox",
      imageUrl: "https://example.com/fox.png",
    });
  });
});

test("models say what the document says", () => {
  const { title, description, fields, defaults, advice } = models.seedreamv5;
  expect([title, description]).toEqual([
    "SeeDreamV5 Lite Image Generation",
    "Generate images using Volcengine SeeDream V5 Lite model",
  ]);
  expect(fields.map(({ name }) => name)).toEqual([
    "category",
    "prompt",
    "batchsize",
    "resolution",
    "sourceImage",
    "imageUrl",
  ]);
  expect(fields[2]).toEqual({
    name: "batchsize",
    type: "integer",
    array: false,
    required: false,
    role: "count",
    description: "Batch generation quantity, 1-15",
    default: 1,
    minimum: 1,
    maximum: 15,
  });
  expect(defaults).toEqual({ category: "seedreamv5", batchsize: 1, resolution: "2K" });
  expect(advice.find(({ maxItems }) => maxItems === 14)).toEqual({
    field: "sourceImage",
    maxItems: 14,
    message: expect.stringContaining("14 images"),
  });
});

test("types are inferred", () => {
  type Given = NonNullable<(typeof standard)["types"]>["output"];
  expectTypeOf<Given>().toEqualTypeOf<JsonInput<"seedreamv5">>();
  expectTypeOf<Given["prompt"]>().toEqualTypeOf<string>();
  expectTypeOf<Given["batchsize"]>().toEqualTypeOf<number | undefined>();
  expectTypeOf<ModelInput<"seedreamv5">>().toExtend<Given>();
  expectTypeOf<{ path: string }>().toExtend<JsonFile>();
  expectTypeOf(toModelInput<"seedreamv5">).returns.resolves.toEqualTypeOf<ModelInput<"seedreamv5">>();
  expectTypeOf(fileFromPath).toExtend<NonNullable<ToModelInputOptions["openPath"]>>();
  // @ts-expect-error there is no such field
  const unknown: Given = { prompt: "a fox", fox: 1 };
  expect(validate(unknown).issues).toHaveLength(1);
});
