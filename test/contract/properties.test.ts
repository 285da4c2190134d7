import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import document from "../../generated/openapi.json" with { type: "json" };
import { createClient, InvalidInputError } from "../../src/index.js";
import type { Client, ModelInput } from "../../src/index.js";
import { startCaptureServer } from "../support/capture-server.js";
import type { CaptureServer } from "../support/capture-server.js";
import { readForm } from "../support/form.js";
import type { FormPart } from "../support/form.js";

// Any valid input arrives byte for byte over a real socket; any other is refused before there is a connection. A failure
// prints the seed and the path that repeat it.

type Input = ModelInput<"seedreamv5">;

const { post } = document.paths["/v1/images/seedreamv5"];
const { properties } = post.requestBody.content["multipart/form-data"].schema;
const { minimum, maximum }: { minimum?: number; maximum?: number } = properties.batchsize;

let server: CaptureServer;
let client: Client;

beforeAll(async () => {
  server = await startCaptureServer();
  client = createClient({ apiKey: "key-1", baseUrl: server.url });
});
afterAll(() => server.close());

/** Text that is hard on a form: line ends of all kinds, quotes, NUL, escapes, boundaries, emoji, Chinese. */
const fragments = [
  ..."\r\n\0\t\"'\\/%;=: -",
  "\r\n",
  "\r\n--",
  "\r\n\r\n",
  "--form-",
  "--\r\n",
  "%22",
  "%0D%0A",
  "a red fox",
  "雪の中",
  "红狐",
  "🦊",
  "👩‍🚀",
  "\u2028",
  "\uFEFF",
  "é",
  'Content-Disposition: form-data; name="prompt"',
];
const text = fc.oneof(
  fc.array(fc.constantFrom(...fragments), { maxLength: 12 }).map((pieces) => pieces.join("")),
  fc.string({ unit: "binary", maxLength: 200 }),
);

const bytes = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 300 }),
  text.filter((value) => value !== "").map((value) => new TextEncoder().encode(value)),
);
const fileName = text
  .map((name) => name.replace(/["\\/\p{Cc}]|%(22|0d|0a)/giu, ""))
  .filter((name) => name !== "" && !/%(22|0d|0a)/i.test(name));
const mediaType = fc.constantFrom("image/png", "image/jpeg", "application/octet-stream", "text/plain");

interface FileSpecification {
  name: string;
  type: string;
  bytes: Uint8Array<ArrayBuffer>;
}
const file = fc.record({
  name: fileName,
  type: mediaType,
  bytes: bytes as fc.Arbitrary<Uint8Array<ArrayBuffer>>,
});

const valid = fc.record(
  {
    prompt: text.filter((value) => /[^\s\p{Cc}\p{Cf}\p{DI}]/u.test(value)),
    category: text,
    batchsize: fc.integer({ min: minimum ?? -1000, max: maximum ?? 1000 }),
    resolution: text,
    imageUrl: text.map((value) => `https://example.com/${value.replace(/\s/gu, "+")}`),
    sourceImage: fc.array(file, { maxLength: 4 }),
  },
  { requiredKeys: ["prompt"] },
);

test("any valid input arrives byte for byte, in the order of its fields", async () => {
  await fc.assert(
    fc.asyncProperty(valid, async ({ sourceImage, ...texts }) => {
      server.requests.length = 0;
      const files = sourceImage?.map(({ name, type, bytes }) => new File([bytes], name, { type }));
      await client.submit("seedreamv5", files ? { ...texts, sourceImage: files } : texts);
      expect(server.requests).toHaveLength(1);
      expect(await readForm(server.requests[0]!)).toEqual([
        ...Object.entries(texts).map(([name, value]) => ({ name, text: String(value) })),
        ...(sourceImage ?? []).map(toPart),
      ]);
    }),
    { numRuns: 300 },
  );
});

function toPart({ name, type, bytes }: FileSpecification): FormPart {
  return { name: "sourceImage", filename: name, type, bytes: Buffer.from(bytes) };
}

const loneSurrogate = fc
  .tuple(text, fc.constantFrom("\ud83e", "\udd8a"), fc.constantFrom("", " ", "fox"))
  .map((pieces) => pieces.join(""));
const noText = fc.oneof(fc.integer(), fc.boolean(), fc.constant(null), fc.constant([]), fc.object());
const noBatch = fc.oneof(
  ...(minimum === undefined ? [] : [fc.integer({ max: minimum - 1 })]),
  ...(maximum === undefined ? [] : [fc.integer({ min: maximum + 1 })]),
  fc.double().filter((number) => !Number.isInteger(number)), // NaN and the infinities included
  fc.constantFrom(null, "", "2", true, [2], {}, 2n),
);
const noFile = fc.oneof(fc.string(), fc.integer(), fc.constantFrom(null, {}, [], new Date(0), "photo.png"));
const emptyFile = fileName.map((name) => new File([], name));
const unknownField = fc.string({ minLength: 1 }).filter((name) => !Object.hasOwn(properties, name));

/** A fault, and the field that the refusal must name. */
const fault = fc.oneof(
  fc.record({
    field: fc.constant("prompt"),
    value: fc.constantFrom("", " ", "\r\n\t ", "\u3000\u00a0", undefined),
  }),
  fc.record({ field: fc.constant("imageUrl"), value: text.filter((value) => !/^https?:/i.test(value)) }),
  fc.record({
    field: fc.constantFrom("prompt", "category", "resolution", "imageUrl"),
    value: fc.oneof(noText, loneSurrogate),
  }),
  fc.record({ field: fc.constant("batchsize"), value: noBatch }),
  fc.record({
    field: fc.constant("sourceImage"),
    value: fc.oneof(noFile.filter((value) => !Array.isArray(value))),
  }),
  fc.record({
    field: fc.constant("sourceImage"),
    value: fc.array(fc.oneof(noFile, emptyFile), { minLength: 1 }),
  }),
  fc.record({ field: unknownField, value: fc.oneof(fc.string(), fc.constant(null), fc.integer()) }),
);

test("any invalid input is refused with the field's name, before there is a connection", async () => {
  const untouched = await startCaptureServer();
  const careful = createClient({ apiKey: "key-1", baseUrl: untouched.url });
  await fc.assert(
    fc.asyncProperty(valid, fault, async ({ sourceImage: _, ...texts }, { field, value }) => {
      const input = Object.defineProperty({ ...texts }, field, { value, enumerable: true }) as Input;
      const error = await careful.submit("seedreamv5", input).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(InvalidInputError);
      const { issues, outcome } = error as InvalidInputError;
      expect(outcome).toBe("not-sent");
      expect(issues.map(({ path }) => path.replace(/\[\d+\]$/, ""))).toContain(field);
    }),
    { numRuns: 1000 },
  );
  expect(untouched.connections()).toBe(0);
  await untouched.close();
});

test("what is no object of fields is refused before there is a connection", async () => {
  const untouched = await startCaptureServer();
  const careful = createClient({ apiKey: "key-1", baseUrl: untouched.url });
  const noInput = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.array(fc.string()),
    fc.constantFrom(undefined, null, {}, new Map([["prompt", "x"]]), new FormData(), new Date(0)),
  );
  await fc.assert(
    fc.asyncProperty(noInput, async (input) => {
      await expect(careful.submit("seedreamv5", input as never)).rejects.toBeInstanceOf(InvalidInputError);
    }),
    { numRuns: 100 },
  );
  expect(untouched.connections()).toBe(0);
  await untouched.close();
});
