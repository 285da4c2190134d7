import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createClient } from "../../src/index.js";
import type { Client, ModelInput } from "../../src/index.js";
import { startMockServer } from "../../src/mock-server/index.js";
import type { MockServer } from "../../src/mock-server/index.js";
import { accepted } from "../support/capture-server.js";
import { imageHeads } from "../support/images.js";
import { startValidatingServer } from "../support/validating-server.js";
import { fieldsOf, largestBatch } from "../support/document.js";

// An OpenAPI validator of others judges what the client sends, by the vendored document as it is, without the overlay.

const document = fileURLToPath(new URL("../../spec/seedreamv5.yaml", import.meta.url));
const path = "/v1/images/seedreamv5";
const { minimum, maximum } = fieldsOf("seedreamv5").batchsize ?? {};
const outOfBounds: [string, object, RegExp][] = [];
if (maximum !== undefined)
  outOfBounds.push([
    "a batch that is too large",
    { prompt: "x", batchsize: maximum + 1 },
    /batchsize must be <=/,
  ]);
if (minimum !== undefined)
  outOfBounds.push([
    "a batch that is too small",
    { prompt: "x", batchsize: minimum - 1 },
    /batchsize must be >=/,
  ]);

let server: Awaited<ReturnType<typeof startValidatingServer>>;
let client: Client;
let answer: unknown;

beforeAll(async () => {
  server = await startValidatingServer(document, () => answer);
  client = createClient({ apiKey: "key-1", baseUrl: server.url });
});
afterAll(() => server.close());

function image(name: string): File {
  return new File([imageHeads.png], name, { type: "image/png" });
}

test.each<[string, ModelInput<"seedreamv5">]>([
  ["a prompt alone", { prompt: "a red fox" }],
  [
    "every field",
    {
      category: "seedreamv5",
      prompt: "a red fox",
      batchsize: largestBatch,
      resolution: "3840x2160",
      sourceImage: [image("one.png"), image("two.png")],
      imageUrl: "https://example.com/fox.png",
    },
  ],
  ["the least batch", { prompt: "a red fox", batchsize: minimum ?? 1 }],
  ["one file", { prompt: "a red fox", sourceImage: [image("one.png")] }],
  ["bytes without a name", { prompt: "a red fox", sourceImage: [imageHeads.webp, new Blob(["?"])] }],
  ["texts that look like other types", { prompt: "17", resolution: "true", category: "null" }],
  ["texts with every kind of line end", { prompt: '"a\r\nb"\nc\rd\0', resolution: "雪 🦊" }],
])("accepts what the client sends: %s", async (_, input) => {
  answer = accepted;
  expect(await client.submit("seedreamv5", input)).toMatchObject({ taskid: "task-1" });
});

// The raw client checks nothing, so the validator sees what `submit` would never send.
test.each<[string, object, RegExp]>([
  ...outOfBounds,
  ["half an image", { prompt: "x", batchsize: 1.5 }, /batchsize must be integer/],
  ["a batch in words", { prompt: "x", batchsize: "two" }, /batchsize must be integer/],
  ["an empty batch", { prompt: "x", batchsize: "" }, /batchsize must be integer/],
  [
    "text where a file is due",
    form(["prompt", "x"], ["sourceImage", "photo.png"]),
    /sourceImage\/0 must match/,
  ],
  ["a file where text is due", form(["prompt", image("prompt.txt")]), /prompt must not be a file/],
  ["a file where a number is due", form(["prompt", "x"], ["batchsize", image("2")]), /batchsize must not be/],
  [
    "a list's name in brackets",
    form(["prompt", "x"], ["sourceImage[]", image("1.png")]),
    /sourceImage\[\] must/,
  ],
  ["a text twice", form(["prompt", "x"], ["prompt", "y"]), /prompt must be string/],
])("the validator refuses %s", async (_, body, reason) => {
  answer = accepted;
  const { error, response } = await client.api.POST(path, { body: body as never });
  expect(response.status).toBe(400);
  expect((error as unknown as { msg: string }).msg).toMatch(reason);
});

test("the validator refuses a request without a key", async () => {
  const anonymous = createClient({ apiKey: null, baseUrl: server.url });
  const { response } = await anonymous.api.POST(path, { body: { prompt: "x" } });
  expect(response.status).toBe(401);
});

test("the validator refuses a body that is no form", async () => {
  const { response } = await client.api.POST(path, {
    body: JSON.stringify({ prompt: "x" }) as never,
    headers: { "Content-Type": "application/json" },
  });
  expect(response.status).toBe(415);
});

test("what the mock server answers to a submit keeps to the document", async () => {
  const mock: MockServer = await startMockServer({ taskDurationMs: 0 });
  try {
    const real = createClient({ apiKey: "key-1", baseUrl: mock.url });
    for (const prompt of ["x", "x [mock:instant]"]) {
      answer = (await real.api.POST(path, { body: { prompt } })).data;
      expect(await client.submit("seedreamv5", { prompt })).toMatchObject({
        taskid: mock.ledger.at(-1)?.taskid,
      });
    }
  } finally {
    await mock.close();
  }
});

test("the validator refuses an answer that the document does not have", async () => {
  answer = { code: "1000", msg: "success", data: { taskid: 17 } };
  const { response } = await client.api.POST(path, { body: { prompt: "x" } });
  expect(response.status).toBe(500);
});

function form(...fields: [string, string | File][]): FormData {
  const data = new FormData();
  for (const [name, value] of fields) data.append(name, value);
  return data;
}
