import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { createClient } from "../../src/index.js";
import { startCaptureServer } from "../support/capture-server.js";
import type { CannedAnswer, CaptureServer } from "../support/capture-server.js";
import { readForm } from "../support/form.js";
import { imageHeads } from "../support/images.js";

// What is sent, in every attempt, is what was given when the call began.

let server: CaptureServer;
let answers: CannedAnswer[] = [];
beforeAll(async () => {
  server = await startCaptureServer(
    () => answers.shift() ?? { body: { code: 1000, msg: "OK", data: { taskid: "task-1" } } },
  );
});
beforeEach(() => void (server.requests.length = 0));
afterAll(() => server.close());

const tooMany: CannedAnswer = { status: 429, headers: { "retry-after": "0" }, body: {} };
const submit = (input: unknown) =>
  createClient({ apiKey: "key-1", baseUrl: server.url }).submit("seedreamv5", input as never);

const sent = async (index: number) =>
  (await readForm(server.requests[index]!)).map((part) =>
    "text" in part ? part.text : part.bytes.toString("latin1"),
  );

it("bytes that change right after the call, or during the pause of a 429, are sent as they were", async () => {
  answers = [tooMany];
  const bytes = new Uint8Array(imageHeads.png);
  const before = Buffer.from(bytes).toString("latin1");
  const submitting = submit({ prompt: "x", sourceImage: [bytes, bytes.buffer] });
  bytes.fill(0);
  await submitting;
  for (const index of [0, 1]) expect(await sent(index)).toEqual(["x", before, before]);
});

it("a list that is emptied or extended after the call is sent as it was", async () => {
  answers = [tooMany];
  const sourceImage: unknown[] = [imageHeads.png, imageHeads.gif];
  const input: Record<string, unknown> = { prompt: "before", batchsize: 2, sourceImage };
  const submitting = submit(input);
  sourceImage.length = 0;
  sourceImage.push("not a file", null);
  Object.assign(input, { prompt: "after", batchsize: 99, colour: "red" });
  expect((await submitting).requested).toBe(2);
  const files = [imageHeads.png, imageHeads.gif].map((head) => Buffer.from(head).toString("latin1"));
  for (const index of [0, 1]) expect(await sent(index)).toEqual(["before", "2", ...files]);
});

it("a property that is another one each time it is read is read once", async () => {
  let reads = 0;
  const input = {
    get prompt() {
      return reads++ === 0 ? "first" : 17;
    },
  };
  await submit(input);
  expect(await sent(0)).toEqual(["first"]);
});
