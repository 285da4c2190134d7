import { openAsBlob } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { createClient } from "../../src/index.js";
import type { Client, FileInput } from "../../src/index.js";
import { encodeForm } from "../../src/api/multipart.js";
import type { FormFiles, PartKinds } from "../../src/api/multipart.js";
import { findType } from "../../src/reliability/files.js";
import { startCaptureServer } from "../support/capture-server.js";
import type { CaptureServer } from "../support/capture-server.js";
import { readForm } from "../support/form.js";
import type { FormPart } from "../support/form.js";
import { imageHeads } from "../support/images.js";

let server: CaptureServer;
let client: Client;

beforeAll(async () => {
  server = await startCaptureServer();
  client = createClient({ apiKey: "key-1", baseUrl: server.url });
});
beforeEach(() => void (server.requests.length = 0));
afterAll(() => server.close());

/** A file as it arrives after it was submitted. */
async function arrived(...sourceImage: FileInput[]): Promise<FormPart[]> {
  await client.submit("seedreamv5", { prompt: "x", sourceImage });
  const [, ...files] = await readForm(server.requests[0]!);
  return files;
}

function sharedCopyOf(bytes: readonly number[]): ArrayBuffer {
  const shared = new SharedArrayBuffer(bytes.length);
  new Uint8Array(shared).set(bytes);
  return shared as unknown as ArrayBuffer;
}

describe("bytes of every kind arrive as files", () => {
  const bytes = [...imageHeads.png, 0, 255, 13, 10];
  const larger = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8, ...bytes, 9, 9]).buffer;
  const buffer = new Uint8Array(bytes).buffer;

  test.each<[string, FileInput]>([
    ["Blob", new Blob([buffer])],
    ["File", new File([buffer], "")],
    ["SharedArrayBuffer", sharedCopyOf(bytes)],
    ["view of a SharedArrayBuffer", new Uint8Array(sharedCopyOf([7, ...bytes, 7]), 1, bytes.length) as never],
    ["ArrayBuffer", buffer],
    ["Uint8Array", new Uint8Array(buffer)],
    ["Uint8Array that begins later", new Uint8Array(larger, 8, bytes.length)],
    ["Uint8ClampedArray", new Uint8ClampedArray(buffer)],
    ["Int16Array", new Int16Array(buffer)],
    ["Float64Array that begins later", new Float64Array(larger, 8, bytes.length / 8)],
    ["DataView", new DataView(larger, 8, bytes.length)],
    ["Buffer", Buffer.from(buffer)],
    ["Buffer out of a pool", Buffer.from(bytes)],
    ["slice of a Blob", new Blob([larger]).slice(8, 8 + bytes.length)],
  ])("%s", async (_, file) => {
    expect(await arrived(file)).toEqual([
      { name: "sourceImage", filename: "sourceImage-1.png", type: "image/png", bytes: Buffer.from(bytes) },
    ]);
  });
});

/** A Blob of a package or of another realm. */
function foreignFile(bytes: readonly number[], members: readonly string[]): FileInput {
  const blob = new Blob([new Uint8Array(bytes)]);
  const foreign = {
    size: bytes.length,
    type: "image/png",
    name: "foreign.png",
    slice: (start: number, end: number) => foreignFile(bytes.slice(start, end), members),
    arrayBuffer: members.includes("arrayBuffer") ? () => blob.arrayBuffer() : undefined,
    stream: members.includes("stream") ? () => blob.stream() : undefined,
  };
  return foreign as unknown as FileInput;
}

test.each([[["arrayBuffer", "stream"]], [["arrayBuffer"]]])(
  "a file of another realm, with %o, arrives whole and with its length",
  async (members) => {
    const bytes = [...imageHeads.png, 1, 2, 3];
    expect(await arrived(foreignFile(bytes, members), imageHeads.gif)).toEqual([
      { name: "sourceImage", filename: "foreign.png", type: "image/png", bytes: Buffer.from(bytes) },
      {
        name: "sourceImage",
        filename: "sourceImage-2.gif",
        type: "image/gif",
        bytes: Buffer.from(imageHeads.gif),
      },
    ]);
    expect(server.requests[0]!.headers["content-length"]).toBe(String(server.requests[0]!.body.length));
  },
);

test("a file that is longer or shorter than it says is not taken for whole", async () => {
  for (const size of [10, 30]) {
    const file = {
      ...(foreignFile([...imageHeads.png, 1, 2, 3], ["arrayBuffer", "stream"]) as object),
      size,
    };
    await expect(arrived(file as unknown as FileInput)).rejects.toMatchObject({ outcome: "unknown" });
  }
});

describe("a file's name and type", () => {
  test.each(Object.entries(imageHeads))(
    "%s without a name gets both from its first bytes",
    async (format, head) => {
      const extension = { jpeg: "jpg" }[format] ?? format;
      for (const file of [head, new Blob([head])]) {
        server.requests.length = 0;
        expect(await arrived(file)).toEqual([
          {
            name: "sourceImage",
            filename: `sourceImage-1.${extension}`,
            type: `image/${format}`,
            bytes: Buffer.from(head),
          },
        ]);
      }
    },
  );

  const png = imageHeads.png;
  test.each<[string, FileInput, string, string]>([
    ["as the file says", new File([png], "fox.png", { type: "image/png" }), "fox.png", "image/png"],
    [
      "as the file says, even if it is another",
      new File([png], "a.b", { type: "text/plain" }),
      "a.b",
      "text/plain",
    ],
    ["the type of a named file without one", new File([png], "fox.dat"), "fox.dat", "image/png"],
    [
      "a nameless file of a known type",
      new Blob([png], { type: "image/gif" }),
      "sourceImage-1.png",
      "image/png",
    ],
    [
      "unknown bytes of a known type",
      new Blob(["?"], { type: "image/avif" }),
      "sourceImage-1.bin",
      "image/avif",
    ],
    ["unknown bytes", new Blob(["?"]), "sourceImage-1.bin", "application/octet-stream"],
    [
      "an unknown file with a name",
      new File(["?"], "雪 'ü'; a=b.heic"),
      "雪 'ü'; a=b.heic",
      "application/octet-stream",
    ],
  ])("%s", async (_, file, filename, type) => {
    expect(await arrived(file)).toMatchObject([{ filename, type }]);
  });

  test("nameless files are numbered", async () => {
    const files = await arrived(imageHeads.png, new File(["?"], "mine.png"), imageHeads.gif);
    expect(files).toMatchObject([
      { filename: "sourceImage-1.png" },
      { filename: "mine.png" },
      { filename: "sourceImage-3.gif" },
    ]);
  });
});

test("a file that is gone since it was opened is named before there is a connection", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tensorslab-images-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, "fox.png");
  await writeFile(path, imageHeads.png);
  const image = new File([await openAsBlob(path)], "fox.png", { type: "image/png" });
  await rm(path);

  const untouched = await startCaptureServer();
  onTestFinished(() => untouched.close());
  const submitting = createClient({ apiKey: "key-1", baseUrl: untouched.url }).submit("seedreamv5", {
    prompt: "x",
    sourceImage: [imageHeads.gif, image],
  });
  await expect(submitting).rejects.toMatchObject({
    code: "INVALID_INPUT",
    outcome: "not-sent",
    issues: [{ path: "sourceImage[1]", message: expect.stringMatching(/changed or is gone/) as string }],
  });
  expect(untouched.connections()).toBe(0);
});

test("bytes whose buffer was transferred are named before there is a connection", async () => {
  const untouched = await startCaptureServer();
  onTestFinished(() => untouched.close());
  const { submit } = createClient({ apiKey: "key-1", baseUrl: untouched.url });
  const view = imageHeads.gif.slice();
  structuredClone(view, { transfer: [view.buffer] });
  for (const gone of [view, view.buffer]) {
    const submitting = submit("seedreamv5", { prompt: "x", sourceImage: [imageHeads.png, gone] });
    await expect(submitting).rejects.toMatchObject({
      code: "INVALID_INPUT",
      outcome: "not-sent",
      issues: [
        { path: "sourceImage[1]", message: expect.stringMatching(/buffer was transferred/) as string },
      ],
    });
  }
  expect(untouched.connections()).toBe(0);
});

describe("the encoder", () => {
  /** Reads an encoded form without a server. */
  async function encoded(
    fields: Record<string, unknown>,
    kinds: PartKinds = {},
    files: FormFiles = {},
  ): Promise<FormPart[]> {
    const { body, headers } = await encodeForm(fields, kinds, files);
    const bytes = Buffer.from(await new Response(body).arrayBuffer());
    const contentType = headers["Content-Type"];
    return readForm({ method: "POST", path: "/", headers: { "content-type": contentType }, body: bytes });
  }

  test("text alone is one string; with a file it is a Blob, which stays where it is", async () => {
    expect(typeof (await encodeForm({ a: "x" }, {})).body).toBe("string");
    expect((await encodeForm({ a: new Blob(["x"]) }, {})).body).toBeInstanceOf(Blob);
  });

  test("each form has a boundary of its own", async () => {
    const [first, second] = [await encodeForm({}, {}), await encodeForm({}, {})];
    expect(first.headers).not.toEqual(second.headers);
  });

  test("each kind of part", async () => {
    const kinds: PartKinds = {
      flag: { type: "boolean", array: false },
      ratio: { type: "number", array: false },
      tags: { type: "string", array: true },
      options: { type: "json", array: false },
      mask: { type: "file", array: false },
    };
    const fields = {
      flag: false,
      ratio: 0.5,
      tags: ["a", "b"],
      options: { steps: [1, 2] },
      mask: imageHeads.gif,
      skipped: undefined,
    };
    expect(await encoded(fields, kinds, { findType })).toEqual([
      { name: "flag", text: "false" },
      { name: "ratio", text: "0.5" },
      { name: "tags", text: "a" },
      { name: "tags", text: "b" },
      { name: "options", text: '{"steps":[1,2]}' },
      { name: "mask", filename: "mask-1.gif", type: "image/gif", bytes: Buffer.from(imageHeads.gif) },
    ]);
  });

  test("a part's type may stand in the document", async () => {
    const kinds: PartKinds = {
      options: { type: "json", array: false, contentType: "application/vnd.example+json" },
      mask: { type: "file", array: false, contentType: "image/png" },
    };
    const { body } = await encodeForm({ options: {}, mask: new Blob(["?"]) }, kinds);
    const text = await (body as Blob).text();
    expect(text).toContain('name="options"\r\nContent-Type: application/vnd.example+json\r\n\r\n{}');
    expect(text).toContain('filename="mask-1.png"\r\nContent-Type: image/png\r\n\r\n?');
  });

  test("a file is what it says, or unknown, where nothing looks into it", async () => {
    const bytes = Buffer.from(imageHeads.gif);
    expect(await encoded({ mask: [new Blob([bytes], { type: "image/webp" }), bytes] })).toEqual([
      { name: "mask", filename: "mask-1.webp", type: "image/webp", bytes },
      { name: "mask", filename: "mask-2.bin", type: "application/octet-stream", bytes },
    ]);
  });

  test("what is not plain is sent as its text, not as JSON", async () => {
    const address = new URL("https://example.com/a.png");
    expect(await encoded({ address })).toEqual([{ name: "address", text: address.href }]);
  });

  test("a field that the document does not have is sent as what it is", async () => {
    const file = new File(["?"], "a.bin", { type: "application/octet-stream" });
    const fields = {
      text: "x",
      count: 2,
      files: [file, file],
      list: ["a", "b"],
      object: { a: 1 },
      empty: [],
    };
    const sent = {
      name: "files",
      filename: "a.bin",
      type: "application/octet-stream",
      bytes: Buffer.from("?"),
    };
    expect(await encoded(fields)).toEqual([
      { name: "text", text: "x" },
      { name: "count", text: "2" },
      sent,
      sent,
      { name: "list", text: "a" },
      { name: "list", text: "b" },
      { name: "object", text: '{"a":1}' },
    ]);
  });

  test("names cannot break out of their quotes", async () => {
    const { body } = await encodeForm({ 'a"\r\nX-Other: "b': "x", file: new File(["?"], 'c"\r\n"d') }, {});
    const text = await (body as Blob).text();
    expect(text).toContain('name="a%22%0D%0AX-Other: %22b"\r\n\r\nx');
    expect(text).toContain('filename="c%22%0D%0A%22d"\r\n');
  });
});
