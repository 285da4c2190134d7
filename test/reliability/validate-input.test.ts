import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createClient, InvalidInputError } from "../../src/index.js";
import type { InputIssue } from "../../src/index.js";
import { startCaptureServer } from "../support/capture-server.js";
import type { CaptureServer } from "../support/capture-server.js";
import { readForm } from "../support/form.js";
import { largestBatch } from "../support/document.js";

let server: CaptureServer;

beforeEach(async () => void (server = await startCaptureServer()));
afterEach(() => server.close());

function submit(input: unknown): Promise<unknown> {
  return createClient({ apiKey: "key-1", baseUrl: server.url }).submit("seedreamv5", input as never);
}

async function issuesOf(input: unknown): Promise<readonly InputIssue[]> {
  const error: unknown = await submit(input).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(InvalidInputError);
  expect(error).toMatchObject({ code: "INVALID_INPUT", outcome: "not-sent" });
  expect(server.connections()).toBe(0);
  return (error as InvalidInputError).issues;
}

const prompt = "a red fox";
const image = new Blob(["x"]);
const oneFile = "must be a list of files: put the file in [ ]";
const aPath = "must be a file, not text: read a path with `fileFromPath` from tensorslab-images/node";
const aResponse = "must be a file, not a Response: use `await response.blob()`";
const noAwait = "is a Promise: add `await` in front of it";
const empty = "is empty: check that it was written completely";
const files = "must be a Blob, a File, an ArrayBuffer or a typed array";

describe("each fault is named with its place", () => {
  test.each<[string, unknown, InputIssue]>([
    ["no prompt", {}, { path: "prompt", message: "is required" }],
    ["an undefined prompt", { prompt: undefined }, { path: "prompt", message: "is required" }],
    ["an empty prompt", { prompt: "" }, { path: "prompt", message: "must not be blank" }],
    ["a blank prompt", { prompt: " \n\t\u3000" }, { path: "prompt", message: "must not be blank" }],
    ...[
      "\u200b",
      "\ufeff",
      "\u2060 \u00ad",
      "\ufe0f\u{e0100}",
      "\u200d\n",
      "\u3164",
      "\ufff9",
      "\u0000\u0085",
      "\u{e0041}",
    ].map((unseen): [string, unknown, InputIssue] => [
      `a prompt that nobody can see, ${JSON.stringify(unseen)}`,
      { prompt: unseen },
      { path: "prompt", message: "must not be blank" },
    ]),
    ...[
      "",
      "not a url",
      "blob:https://example.com/1",
      "file:///fox.png",
      "data:image/png;base64,AA",
      "/fox.png",
      "https://",
      "https://a b",
    ].map((imageUrl): [string, unknown, InputIssue] => [
      `the image URL "${imageUrl}"`,
      { prompt, imageUrl },
      { path: "imageUrl", message: "must be an http or https URL" },
    ]),
    [
      "a list that is not an array, such as a FileList",
      { prompt, sourceImage: new Set([image]) },
      { path: "sourceImage", message: "must be an array: `[...files]` makes one of a FileList or a Set" },
    ],
    ["a prompt of null", { prompt: null }, { path: "prompt", message: "must be string" }],
    ["a number as text", { prompt: 17 }, { path: "prompt", message: "must be string" }],
    ["a text as number", { prompt, batchsize: "2" }, { path: "batchsize", message: "must be integer" }],
    ["half an image", { prompt, batchsize: 1.5 }, { path: "batchsize", message: "must be integer" }],
    ["too few", { prompt, batchsize: 0 }, { path: "batchsize", message: "must be >= 1" }],
    [
      "too many",
      { prompt, batchsize: largestBatch + 1 },
      { path: "batchsize", message: `must be <= ${largestBatch}` },
    ],
    ["null", { prompt, resolution: null }, { path: "resolution", message: "must be string" }],
    [
      "a misspelt field",
      { prompt, batchSize: 2 },
      { path: "batchSize", message: "is not a field of this operation. Did you mean `batchsize`?" },
    ],
    [
      "a field of null that is unknown",
      { prompt, size: null },
      { path: "size", message: "is not a field of this operation" },
    ],
    ["one file", { prompt, sourceImage: image }, { path: "sourceImage", message: oneFile }],
    ["bytes alone", { prompt, sourceImage: new Uint8Array(3) }, { path: "sourceImage", message: oneFile }],
    ["a path", { prompt, sourceImage: ["photo.png"] }, { path: "sourceImage[0]", message: aPath }],
    ["a path alone", { prompt, sourceImage: "photo.png" }, { path: "sourceImage", message: aPath }],
    ["a response", { prompt, sourceImage: [new Response()] }, { path: "sourceImage[0]", message: aResponse }],
    ["a promise", { prompt, sourceImage: [Promise.resolve()] }, { path: "sourceImage[0]", message: noAwait }],
    ["a promised list", { prompt, sourceImage: Promise.all([]) }, { path: "sourceImage", message: noAwait }],
    ["a promised text", { prompt: Promise.resolve(prompt) }, { path: "prompt", message: noAwait }],
    ["a promised input", Promise.resolve({ prompt }), { path: "", message: noAwait }],
    [
      "an empty file",
      { prompt, sourceImage: [new File([], "a.png")] },
      { path: "sourceImage[0]", message: empty },
    ],
    [
      "no bytes",
      { prompt, sourceImage: [image, new Uint8Array()] },
      { path: "sourceImage[1]", message: empty },
    ],
    ["a hole", { prompt, sourceImage: [image, undefined] }, { path: "sourceImage[1]", message: files }],
    ["a list of null", { prompt, sourceImage: [null] }, { path: "sourceImage[0]", message: files }],
  ])("%s", async (_, input, issue) => {
    expect(await issuesOf(input)).toEqual([issue]);
  });

  test.each([[undefined], [null], ["a red fox"], [17], [["a red fox"]]])("no object: %o", async (input) => {
    expect(await issuesOf(input)).toEqual([
      { path: "", message: "must be an object with the fields to send" },
    ]);
  });

  test("all faults at once, in the message too", async () => {
    const input = { prompt: "", batchsize: largestBatch + 1, sourceImage: ["photo.png"], size: "2K" };
    const error = (await submit(input).catch((reason: unknown) => reason)) as InvalidInputError;
    expect(error.issues.map(({ path }) => path).sort()).toEqual([
      "batchsize",
      "prompt",
      "size",
      "sourceImage[0]",
    ]);
    for (const { path, message } of error.issues) expect(error.message).toContain(`${path} ${message}`);
  });

  test.each([[NaN], [Infinity], [-Infinity], [1e21]])("%o is no number of images", async (batchsize) => {
    const issues = await issuesOf({ prompt, batchsize });
    expect(issues).toContainEqual({
      path: "batchsize",
      message: "must be a number that can be sent exactly",
    });
    expect(new Set(issues.map(({ path }) => path))).toEqual(new Set(["batchsize"]));
  });

  test.each([["__proto__"], ["constructor"], ["toString"], ["a/b~1c"], ["0"]])(
    "the name %o is no field",
    async (name) => {
      const input = Object.defineProperty({ prompt }, name, { value: "x", enumerable: true });
      expect(await issuesOf(input)).toEqual([{ path: name, message: "is not a field of this operation" }]);
    },
  );
});

describe("what would arrive as something else", () => {
  test.each([["\ud83e"], ["fox \udd8a"], ["\udd8a\ud83e"]])("half of a surrogate pair: %o", async (text) => {
    const message = "holds half of a surrogate pair, which UTF-8 cannot carry";
    expect(await issuesOf({ prompt: text })).toEqual([{ path: "prompt", message }]);
    expect(await issuesOf({ prompt, resolution: text })).toEqual([{ path: "resolution", message }]);
  });
});

describe("what is let through", () => {
  test.each(['a"b.png', "a\\b.png", "a/b.png", "a\r\nb.png", "a%22b"])(
    "the file name %o, written as browsers do",
    async (name) => {
      await submit({ prompt, sourceImage: [new File(["x"], name)] });
      const written = name.replace(/["\r\n]/g, encodeURIComponent);
      expect(server.requests[0]!.body.toString()).toContain(`; filename="${written}"\r\n`);
    },
  );

  test("an undefined field is left out", async () => {
    await submit({ prompt, batchsize: undefined, sourceImage: undefined, unknown: undefined });
    expect(await readForm(server.requests[0]!)).toEqual([{ name: "prompt", text: prompt }]);
  });

  test("an input without a prototype, or of a class", async () => {
    class Input {
      prompt = prompt;
    }
    await submit(Object.assign(Object.create(null) as object, { prompt }));
    await submit(new Input());
    await submit(Object.freeze({ prompt }));
    for (const request of server.requests) {
      expect(await readForm(request)).toEqual([{ name: "prompt", text: prompt }]);
    }
    expect(server.requests).toHaveLength(3);
  });

  test("the input is not changed", async () => {
    const input = { prompt, batchsize: undefined, sourceImage: [new Uint8Array([1])] };
    const copy = structuredClone(input);
    await submit(input);
    expect(input).toEqual(copy);
    expect(Object.keys(input)).toEqual(Object.keys(copy));
  });

  test("a prompt of one letter beyond the first plane is not empty", async () => {
    await submit({ prompt: "🦊" });
    expect(await readForm(server.requests[0]!)).toEqual([{ name: "prompt", text: "🦊" }]);
  });
});
