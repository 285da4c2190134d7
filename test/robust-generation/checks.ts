import { describe, expect, test } from "vitest";
import { parseSource } from "../../scripts/generate/source.js";
import { generate, generateFixture, readFixture } from "./generation.js";

// What the generated checks let pass and what they refuse, for documents that go beyond the vendored one.

/** Whether each body keeps to the request schema of an operation. */
async function judge(fixture: string, operation: string, bodies: readonly unknown[]): Promise<boolean[]> {
  const { requests } = await generateFixture(fixture);
  return bodies.map((body) => requests[operation]!(body));
}

const accepted = (bodies: readonly unknown[]): boolean[] => bodies.map(() => true);
const refused = (bodies: readonly unknown[]): boolean[] => bodies.map(() => false);

interface Case {
  fixture: string;
  operation: string;
  good: readonly unknown[];
  bad: readonly unknown[];
}

const picture = (fields: object): object => ({ prompt: "a red fox", ...fields });
const cases: Record<string, Case> = {
  "null where the document allows it": {
    fixture: "maps",
    operation: "POST /v1/notes",
    good: [
      { text: null, level: null, point: null, whatever: null, points: null },
      { text: "ab", level: 2, point: { x: 1 }, whatever: { a: 1 }, points: [1, null] },
    ],
    bad: [{ text: "a" }, { level: 3 }, { point: {} }, { points: ["1"] }, { labels: null }],
  },
  "additionalProperties: a schema, true and false": {
    fixture: "maps",
    operation: "POST /v1/notes",
    good: [
      { labels: { a: "b" }, counts: { total: 1, other: 2 }, free: { a: [{}] }, closed: { a: "b" } },
      { nested: { a: [{ x: 1 }], b: [] }, mixed: { total: 1, other: "a" } },
    ],
    bad: [
      { labels: { a: 1 } },
      { counts: { other: "2" } },
      { closed: { b: 1 } },
      { mixed: { total: "1" } },
      { mixed: { total: 1, other: 2 } },
      { nested: { a: [{}] } },
      { b: 1 },
    ],
  },
  "files under any name": {
    fixture: "maps",
    operation: "POST /v1/uploads",
    good: [{ name: "fox", first: new Blob(["1"]), second: new Uint8Array(1) }],
    bad: [{ first: "1" }, { name: new Blob([]) }],
  },
  "trees, and maps of trees": {
    fixture: "circles",
    operation: "POST /v1/trees",
    good: [{ name: "a", children: [{ name: "b", children: [] }], owner: { trees: { c: { name: "c" } } } }],
    bad: [
      { name: "a", children: [{ name: "b", children: [{}] }] },
      { name: "a", owner: { trees: { c: {} } } },
    ],
  },
  "a base whose oneOf lists what takes it up": {
    fixture: "circles",
    operation: "POST /v1/pets",
    good: [
      { kind: "cat", name: "Tom", lives: 9 },
      { kind: "dog", name: "Rex", tricks: ["sit"] },
    ],
    bad: [
      { kind: "cat", name: "Tom" },
      { kind: "dog", lives: 9 },
      { kind: "fox", name: "Red", lives: 1 },
    ],
  },
  "a discriminator chooses the branch, by mapping or by name": {
    fixture: "alternatives",
    operation: "POST /v1/shapes",
    good: [
      { shape: { type: "circle", radius: 1 } },
      { shape: { type: "square", side: 1 } },
      { shape: { type: "circle" }, other: { type: "Square", side: 2 } },
    ],
    bad: [
      { shape: { type: "circle", radius: "1" } },
      { shape: { type: "oval" } },
      { shape: {} },
      { shape: { type: "Circle" } },
    ],
  },
  "oneOf, anyOf and nested allOf without one": {
    fixture: "alternatives",
    operation: "POST /v1/shapes",
    good: [1, "2x3"]
      .flatMap((size) => [{ size }, { size, fill: "none" }])
      .map((rest) => ({
        shape: { type: "circle" },
        fill: { red: 1, green: 2, blue: 3 },
        named: { id: "1", name: "fox" },
        ...rest,
      })),
    bad: [
      { size: 0 },
      { size: "large" },
      { fill: "some" },
      { fill: { red: 1 } },
      { named: { name: "fox" } },
    ].map((rest) => ({ shape: { type: "circle" }, ...rest })),
  },
  "a form that is an allOf": {
    fixture: "alternatives",
    operation: "POST /v1/forms",
    good: [{ id: "1", name: "fox", count: 1, style: "oil" }],
    bad: [{ name: "fox" }, { id: "1", name: "fox", count: 0 }, { id: "1", name: "fox", style: "tar" }],
  },
  "bounds, constants and bytes of 3.1": {
    fixture: "null-3.1",
    operation: "POST /v1/pictures",
    good: [
      { strength: 0.01, steps: 1, kind: "picture", size: "2K", style: null, negative: null, frame: null },
      {
        strength: 0.99,
        size: 2,
        photo: new Blob([]),
        photos: [new Uint8Array(1)],
        thumbnail: "cmVk",
        anything: [1],
      },
    ].map(picture),
    bad: [
      { strength: 0 },
      { strength: 1 },
      { steps: 0 },
      { kind: "film" },
      { size: true },
      { style: "tar" },
      { photo: "bytes" },
      { photos: ["bytes"] },
      { thumbnail: "?" },
      { frame: { width: "1" } },
    ].map(picture),
  },
  "what only 3.1 has words for": {
    fixture: "only-3.1",
    operation: "POST /v1/points",
    good: [
      { at: [1, 2], label: null, "x-note": "a" },
      { color: "red", label: "a" },
    ],
    bad: [{ at: [1, 2, 3] }, { at: ["1"] }, { "x-note": 1 }, { color: "red" }, { other: 1 }],
  },
  "names and values with odd characters": {
    fixture: "odd-names",
    operation: "POST /v1/choices",
    good: [
      ...[
        "",
        'say "hi"',
        "it's",
        "back\\slash",
        "line\nbreak",
        "${x} `y`",
        "*/ end",
        "狐狸 🦊",
        "\u2028",
        "true",
        "1",
      ],
    ]
      .map((choice): object => ({ choice }))
      .concat(
        [
          { number: 1e21, flag: true, mixed: null, constructor: "a", "a b": "c", "a-b": 1, "a/b~c%d": 1 },
          {
            '"quoted"': "a",
            狐狸: "a",
            type: "a",
            format: "b",
            description: 1,
            emoji: "🦊",
            example: { "a.b": "c" },
          },
          { template: undefined, loose: "fox_end", foreign: "whatever it is" },
          { properties: { $ref: "a", $id: "b" }, meta: { $id: 1, $schema: "c", $anchor: 2 } },
        ].map(({ ...fields }) => JSON.parse(JSON.stringify(fields)) as object),
      ),
    bad: [
      { choice: "other" },
      { choice: 1 },
      { number: 2 },
      { flag: false },
      { mixed: "1" },
      { constructor: 1 },
      { "a/b~c%d": 2 },
      { emoji: "🦊🦊" },
      { example: {} },
      { properties: { $id: 1 } },
      { meta: { $id: "1" } },
      { meta: { $schema: 1 } },
      { loose: "fox" },
      { unknown: 1 },
    ],
  },
  "a default and an enum that look like schemas": {
    fixture: "extensions",
    operation: "POST /v1/things",
    good: [{ id: "1", kind: "small", template: { description: "kept", type: "string", format: "binary" } }],
    bad: [{ id: 1 }, { kind: "medium" }, { template: {} }],
  },
  "every kind of part": {
    fixture: "form",
    operation: "POST /v1/forms",
    good: [
      {
        title: "fox",
        public: false,
        ratio: 0.5,
        count: 9007199254740991,
        day: "2026-02-28",
        moment: "2026-02-28T12:00:00Z",
        sizes: [1, 2],
        switches: [true],
        camera: { lens: { focal: 50 } },
        masks: [{ x: 1 }, { x: 2, label: "fox" }],
        matrix: [[1, 2], [3]],
        either: "https://example.com/fox.png",
        mode: "fast",
      },
      { title: "fox", either: new Blob([]), seed: "random", cover: new Blob([]) },
    ],
    bad: [
      { public: "false" },
      { ratio: "1" },
      { count: 1.5 },
      { day: "28.2.2026" },
      { moment: "noon" },
      { camera: { lens: {} } },
      { masks: [{ label: "fox" }] },
      { matrix: [1] },
      { mode: "medium" },
    ].map((fields) => ({ title: "fox", ...fields })),
  },
  "a body that is referred to, and a reference into it": {
    fixture: "parameters",
    operation: "POST /v1/albums/{album}/pictures",
    good: [{ title: "fox", file: new Blob([]) }],
    bad: [{}, { title: 1 }, { title: "fox", file: "bytes" }],
  },
  "JSON of another media type, under a path that refers to another": {
    fixture: "parameters",
    operation: "PUT /v1/albums/{album}",
    good: [{ title: "fox" }],
    bad: [{}],
  },
};

describe("the checks of a request", () => {
  test.each(Object.entries(cases))("%s", async (_, { fixture, operation, good, bad }) => {
    expect(await judge(fixture, operation, good)).toEqual(accepted(good));
    expect(await judge(fixture, operation, bad)).toEqual(refused(bad));
  });

  test("a wrong tag is told as such, and not as the faults of every branch", async () => {
    const { requests } = await generateFixture("alternatives");
    const check = requests["POST /v1/shapes"]!;
    expect(check({ shape: { type: "circle", radius: "wide" } })).toBe(false);
    expect(check.errors?.map(({ path }) => path)).toEqual(["/shape/radius"]);
  });
});

describe("the checks of an answer", () => {
  test("read what is meant, in JSON of any success and behind references", async () => {
    const { responses } = await generateFixture("parameters");
    const made = { id: "7" };
    expect(responses["POST /v1/albums/{album}/pictures"]!(made)).toBe(true);
    expect(made).toEqual({ id: 7 });
    expect(responses["PUT /v1/folders/{album}"]!({})).toBe(false);
    expect(responses["DELETE /v1/folders/{album}"]).toBeUndefined();
  });

  test("null, trees and tagged alternatives", async () => {
    const [maps, circles, alternatives] = await Promise.all(
      ["maps", "circles", "alternatives"].map(async (name) => (await generateFixture(name)).responses),
    );
    expect([null, { id: null }].map((answer) => maps!["POST /v1/notes"]!(answer))).toEqual([true, true]);
    expect(circles!["POST /v1/trees"]!({ name: "a", children: [{ name: "b" }] })).toBe(true);
    const check = alternatives!["POST /v1/shapes"]!;
    expect([{ type: "square", side: 1 }, { type: "oval" }].map((shape) => check(shape))).toEqual([
      true,
      false,
    ]);
  });
});

describe("what means nothing is refused with its line", () => {
  const document = (schemas: string): string => `openapi: 3.0.3
info: { title: Circles, version: 1.0.0 }
paths: {}
components:
  schemas:
${schemas.replace(/^/gm, "    ")}`;

  test.each([
    [
      "references in a circle",
      'A: { $ref: "#/components/schemas/B" }\nB: { $ref: "#/components/schemas/A" }',
      "c.yaml:6",
      /circle/,
    ],
    [
      "an anyOf of itself",
      'B: { type: string }\nA: { anyOf: [{ $ref: "#/components/schemas/A" }] }',
      "c.yaml:7",
      /contains itself/,
    ],
  ])("%s", async (_, schemas, place, reason) => {
    const failure = generate({ "c.yaml": document(schemas) }).catch((error: Error) => error.message);
    expect(await failure).toMatch(reason);
    expect(await failure).toMatch(new RegExp(`^${place}: `));
  });

  test("a document that is a list", () => {
    expect(() => parseSource("list.json", "[]")).toThrow("list.json:1: holds a list, expected a mapping");
  });
});

test("a document of 3.1 ends in the same code as its form in 3.0", async () => {
  const [former, latter] = await Promise.all([generateFixture("null-3.0"), generateFixture("null-3.1")]);
  for (const name of ["operations.ts", "schema.ts", "validators.ts", "compiled code"]) {
    expect(latter.files.get(name), name).toBe(former.files.get(name));
  }
  expect(JSON.parse(latter.files.get("openapi.json")!)).toEqual(
    JSON.parse(former.files.get("openapi.json")!),
  );
});

test("pages of 3.0, whichever, and of 3.1 make one document", async () => {
  const newer = (await readFixture("null-3.1"))
    .replace("/v1/pictures", "/v1/paintings")
    .replace("makePicture", "paint");
  const older = (await readFixture("null-3.0")).replace("openapi: 3.0.3", "openapi: 3.0.1");
  const { requests } = await generate({ "old.yaml": older, "new.yaml": newer });
  expect(Object.keys(requests)).toEqual(["POST /v1/pictures", "POST /v1/paintings"]);
});

test("a document of 5,000 lines", async () => {
  const field = (index: number): string => `
                field${index}:
                  type: integer
                  description: >-
                    The field with the number ${index},
                    which takes whole numbers up to its own
                  maximum: ${index}
                  default: 0`;
  const operation = (index: number): string => `
  /v1/models/model${index}:
    post:
      operationId: model${index}
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema:
              type: object
              properties:${Array.from({ length: 12 }, (_, number) => field(number)).join("")}
      responses:
        "200":
          description: Done
          content:
            application/json:
              schema: { type: object, properties: { id: { type: string } } }`;
  const head = "openapi: 3.0.3\ninfo: { title: Long, version: 1.0.0 }\npaths:";
  const text = head + Array.from({ length: 52 }, (_, index) => operation(index)).join("");
  expect(text.split("\n").length).toBeGreaterThan(5000);
  const { requests, operations } = await generate({ "long.yaml": text });
  expect(Object.keys(operations)).toHaveLength(52);
  expect([3, 4].map((field3) => requests["POST /v1/models/model51"]!({ field3 }))).toEqual([true, false]);
});
