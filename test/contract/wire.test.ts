import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createClient } from "../../src/index.js";
import type { Client, ModelInput } from "../../src/index.js";
import { startCaptureServer } from "../support/capture-server.js";
import type { CapturedRequest, CaptureServer } from "../support/capture-server.js";
import { readForm } from "../support/form.js";
import { imageHeads } from "../support/images.js";
import { largestBatch } from "../support/document.js";

// What arrives over a real socket, read back by parsers that the project does not use: busboy, and the platform's own.

let server: CaptureServer;
let client: Client;

beforeAll(async () => {
  server = await startCaptureServer();
  client = createClient({ apiKey: "key-1", baseUrl: server.url });
});
beforeEach(() => void (server.requests.length = 0));
afterAll(() => server.close());

async function submitted(input: ModelInput<"seedreamv5">): Promise<CapturedRequest> {
  await client.submit("seedreamv5", input);
  expect(server.requests).toHaveLength(1);
  return server.requests[0]!;
}

function readByPlatform({ headers, body }: CapturedRequest): Promise<FormData> {
  return new Response(body, { headers: { "content-type": String(headers["content-type"]) } }).formData();
}

const everything = {
  category: "seedreamv5",
  prompt: "a red fox in fresh snow",
  batchsize: largestBatch,
  resolution: "16:9",
  sourceImage: [
    new File([imageHeads.png], "rückseite 雪.png", { type: "image/png" }),
    new File([imageHeads.gif], "second.gif", { type: "image/gif" }),
  ],
  imageUrl: "https://example.com/fox.png?size=1&sign=a%2Fb",
};

test("every field arrives under its own name, in order, each file as a part with a bare name", async () => {
  const parts = await readForm(await submitted(everything));
  expect(parts).toEqual([
    { name: "category", text: "seedreamv5" },
    { name: "prompt", text: "a red fox in fresh snow" },
    { name: "batchsize", text: String(largestBatch) },
    { name: "resolution", text: "16:9" },
    {
      name: "sourceImage",
      filename: "rückseite 雪.png",
      type: "image/png",
      bytes: Buffer.from(imageHeads.png),
    },
    { name: "sourceImage", filename: "second.gif", type: "image/gif", bytes: Buffer.from(imageHeads.gif) },
    { name: "imageUrl", text: "https://example.com/fox.png?size=1&sign=a%2Fb" },
  ]);
});

test("the platform's parser reads the same", async () => {
  const form = await readByPlatform(await submitted(everything));
  expect([...form.keys()]).toEqual([
    "category",
    "prompt",
    "batchsize",
    "resolution",
    "sourceImage",
    "sourceImage",
    "imageUrl",
  ]);
  expect(form.get("batchsize")).toBe(String(largestBatch));
  const [first, second] = form.getAll("sourceImage") as File[];
  expect([first?.name, first?.type]).toEqual(["rückseite 雪.png", "image/png"]);
  expect(new Uint8Array(await second!.arrayBuffer())).toEqual(imageHeads.gif);
});

test("a submit without files is read the same by both", async () => {
  const request = await submitted({ prompt: "a red fox", batchsize: 2 });
  expect(await readForm(request)).toEqual([
    { name: "prompt", text: "a red fox" },
    { name: "batchsize", text: "2" },
  ]);
  expect([...(await readByPlatform(request))]).toEqual([
    ["prompt", "a red fox"],
    ["batchsize", "2"],
  ]);
});

test("the body's length is stated, with files and without", async () => {
  for (const input of [{ prompt: "a red fox" }, everything]) {
    const { headers, body } = await submitted(input);
    expect(headers["content-length"]).toBe(String(body.length));
    expect(headers["transfer-encoding"]).toBeUndefined();
    server.requests.length = 0;
  }
});

test("a long text arrives whole", async () => {
  const prompt = "雪の中の赤い狐 🦊\r\n".repeat(50_000);
  const [part] = await readForm(await submitted({ prompt }));
  expect(part).toEqual({ name: "prompt", text: prompt });
});

test("a file of many megabytes arrives byte for byte", async () => {
  const bytes = new Uint8Array(8 * 1024 * 1024).map((_, index) => (index * 31) ^ (index >> 8));
  const parts = await readForm(await submitted({ prompt: "x", sourceImage: [bytes] }));
  const file = parts[1] as { bytes: Buffer };
  expect(file.bytes.equals(Buffer.from(bytes))).toBe(true);
});

test("an empty list of files sends no part", async () => {
  expect(await readForm(await submitted({ prompt: "x", sourceImage: [] }))).toEqual([
    { name: "prompt", text: "x" },
  ]);
});

test("a file of one byte is a file", async () => {
  const parts = await readForm(await submitted({ prompt: "x", sourceImage: [new File(["x"], "one.png")] }));
  expect(parts[1]).toMatchObject({ name: "sourceImage", filename: "one.png", bytes: Buffer.from("x") });
});
