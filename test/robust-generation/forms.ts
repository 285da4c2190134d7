import busboy from "busboy";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { encodeForm } from "../../src/api/multipart.js";
import { generateFixture } from "./generation.js";

interface ReceivedPart {
  name: string;
  type: string;
  value: string;
}

/** Writes fields as the generated parts say, and reads what was written with a parser of others. */
async function roundTrip(
  fixture: string,
  operation: string,
  fields: Record<string, unknown>,
): Promise<ReceivedPart[]> {
  const { operations } = await generateFixture(fixture);
  const { body, headers } = await encodeForm(fields, operations[operation]!.parts!);
  const received: ReceivedPart[] = [];
  const parser = busboy({ headers: { "content-type": headers["Content-Type"] }, defParamCharset: "utf8" });
  parser.on("field", (name, value, { mimeType: type }) => received.push({ name, type, value }));
  parser.on("file", (name, stream, { mimeType: type }) => {
    const part = { name, type, value: "" };
    received.push(part);
    stream.setEncoding("utf8").on("data", (text: string) => (part.value += text));
  });
  const finished = new Promise((resolve, reject) => parser.on("close", resolve).on("error", reject));
  Readable.from([Buffer.from(await new Response(body).arrayBuffer())]).pipe(parser);
  await finished;
  return received;
}

const text = "text/plain";
const json = "application/json";

test("every kind of part arrives as the document says", async () => {
  const received = await roundTrip("form", "POST /v1/forms", {
    title: "a fox",
    public: false,
    ratio: 0.5,
    count: 9007199254740991,
    day: "2026-02-28",
    tags: ["a", "b"],
    sizes: [1, 2],
    switches: [true, false],
    camera: { lens: { focal: 50 } },
    masks: [{ x: 1 }, { x: 2, label: "狐狸" }],
    matrix: [[1, 2], [3]],
    free: { a: [null] },
    script: "print(1)",
    settings: { steps: 3 },
    seed: 7,
    mode: "fast",
    photos: [new Blob(["1"]), new File(["2"], "named.png")],
  });
  expect(received.map(({ name, type, value }) => [name, type, value])).toEqual([
    ["title", text, "a fox"],
    ["public", text, "false"],
    ["ratio", text, "0.5"],
    ["count", text, "9007199254740991"],
    ["day", text, "2026-02-28"],
    ["tags", text, "a"],
    ["tags", text, "b"],
    ["sizes", text, "1"],
    ["sizes", text, "2"],
    ["switches", text, "true"],
    ["switches", text, "false"],
    ["camera", json, '{"lens":{"focal":50}}'],
    ["masks", json, '{"x":1}'],
    ["masks", json, '{"x":2,"label":"狐狸"}'],
    ["matrix", json, "[1,2]"],
    ["matrix", json, "[3]"],
    ["free", json, '{"a":[null]}'],
    ["script", "text/x-python", "print(1)"],
    ["settings", "application/vnd.example+json", '{"steps":3}'],
    ["seed", text, "7"],
    ["mode", text, "fast"],
    ["photos", "image/webp", "1"],
    ["photos", "image/webp", "2"],
  ]);
});

test("a part that may be a file or text is what its value is", async () => {
  const [file] = await roundTrip("form", "POST /v1/forms", {
    either: new File(["1"], "a.png", { type: "image/png" }),
  });
  const [address] = await roundTrip("form", "POST /v1/forms", { either: "https://example.com/fox.png" });
  expect([file, address]).toEqual([
    { name: "either", type: "image/png", value: "1" },
    { name: "either", type: text, value: "https://example.com/fox.png" },
  ]);
});

test("a file of one of several media types has its own", async () => {
  const cover = new File(["1"], "a.jpg", { type: "image/jpeg" });
  expect(await roundTrip("form", "POST /v1/forms", { cover })).toEqual([
    { name: "cover", type: "image/jpeg", value: "1" },
  ]);
});

test("the fields of an allOf, of references and of 3.1 have their kinds", async () => {
  const [alternatives, newer, parameters] = await Promise.all(
    ["alternatives", "null-3.1", "parameters"].map(generateFixture),
  );
  expect(alternatives!.operations["POST /v1/forms"]!.parts).toEqual({
    id: { type: "string", array: false },
    name: { type: "string", array: false },
    count: { type: "integer", array: false },
    style: { type: "string", array: false },
  });
  expect(newer!.operations["POST /v1/pictures"]!.parts).toMatchObject({
    negative: { type: "string", array: false },
    strength: { type: "number", array: false },
    size: { type: "string", array: false },
    photo: { type: "file", array: false },
    photos: { type: "file", array: true },
    frame: { type: "json", array: false },
  });
  expect(parameters!.operations["POST /v1/albums/{album}/pictures"]!.parts).toEqual({
    title: { type: "string", array: false },
    file: { type: "file", array: false },
  });
});
