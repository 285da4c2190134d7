import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { enums } from "../../generated/operations.js";
import { key, post, postForm, start, submit, submitBytes, submitPath, textPart, toForm } from "./wire.js";
import type { Envelope } from "./wire.js";
import { largestBatch } from "../support/document.js";

const success = 1000;
const failure = 9999;
const prompt = textPart("prompt", "a fox");
const filePart = (head: string, content = "BYTES"): string =>
  `Content-Disposition: form-data; name="sourceImage"; ${head}\r\n\r\n${content}`;

describe("a form that is right", () => {
  it.each([
    ["parts in any order", [textPart("batchsize", "2"), textPart("resolution", "1K"), prompt]],
    ["parts with a Content-Type", [`Content-Type: text/plain; charset=utf-8\r\n${prompt}`]],
    ["an unquoted name", ["Content-Disposition: form-data; name=prompt\r\n\r\na fox"]],
    ["header names in any case", ['content-disposition: FORM-DATA; name="prompt"\r\n\r\na fox']],
  ])("may have %s", async (_, parts) => {
    const server = await start();
    expect(await submitBytes(server, postForm(parts))).toMatchObject({ code: success });
    expect(server.requests[0]?.fields).toMatchObject({ prompt: "a fox" });
  });

  it.each(["b", '"b"'])("may state its boundary as %s", async (boundary) => {
    const server = await start();
    const body = `ignored\r\n--b\r\n${prompt}\r\n--b--\r\nignored as well`;
    const bytes = post(submitPath, `Multipart/Form-Data; charset=utf-8; boundary=${boundary}`, body);
    expect(await submitBytes(server, bytes)).toMatchObject({ code: success });
  });

  it("keeps line breaks, letters of every script and what looks like a boundary", async () => {
    const server = await start();
    const text = "one\ntwo\r\nthree\r\n--c 狐 🦊 -- \u0000 é";
    await submitBytes(server, postForm([textPart("prompt", text)]));
    expect(server.requests[0]?.fields).toEqual({ prompt: text });
  });

  it("has its fields converted to the types of the document", async () => {
    const server = await start();
    await submit(server, { prompt: "3", batchsize: "3", category: "true" });
    expect(server.requests[0]?.fields).toEqual({ prompt: "3", batchsize: 3, category: "true" });
  });

  it("has its files measured and hashed, with names and types as they were sent", async () => {
    const server = await start();
    await submitBytes(
      server,
      postForm([
        filePart('filename="狐 \\"1\\".png"\r\nContent-Type: image/png', "ab\r\nc"),
        prompt,
        filePart("filename=C:\\photos\\b.jpg", ""),
      ]),
    );
    const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
    expect(server.requests[0]?.files).toEqual([
      {
        field: "sourceImage",
        filename: '狐 "1".png',
        contentType: "image/png",
        size: 5,
        sha256: sha256("ab\r\nc"),
      },
      {
        field: "sourceImage",
        filename: "C:\\photos\\b.jpg",
        contentType: undefined,
        size: 0,
        sha256: sha256(""),
      },
    ]);
  });

  it("may end in the middle of a chunk, whatever follows", async () => {
    const server = await start();
    const parts = [prompt, ...Array<string>(5).fill(filePart('filename="a"', "x".repeat(2 ** 20)))];
    for (const epilogue of ["", "x".repeat(2 ** 22)]) {
      const body = `${parts.map((part) => `--b\r\n${part}\r\n`).join("")}--b--\r\n${epilogue}`;
      const answer = await submitBytes(server, post(submitPath, "multipart/form-data; boundary=b", body));
      expect(answer).toMatchObject({ code: success });
      expect(server.requests.at(-1)).toMatchObject({ bodyBytes: body.length, fields: { prompt: "a fox" } });
    }
  });

  it("may come from fetch and FormData", async () => {
    const server = await start();
    const form = toForm({ prompt: "a fox" });
    form.append("sourceImage", new Blob(["one"], { type: "image/webp" }), "один.webp");
    form.append("sourceImage", new Blob(["two"]), "two.png");
    const response = await fetch(server.url + submitPath, { method: "POST", headers: key, body: form });
    expect(await response.json()).toMatchObject({ code: success });
    expect(server.requests[0]?.files.map(({ filename, size }) => [filename, size])).toEqual([
      ["один.webp", 3],
      ["two.png", 3],
    ]);
  });
});

describe("a form that is wrong", () => {
  async function refusal(bytes: Buffer): Promise<Envelope> {
    const server = await start();
    const answer = await submitBytes(server, bytes);
    expect(server.ledger).toEqual([]);
    return answer;
  }

  it.each([
    ["batchsize", [prompt, textPart("batchsize", "0")]],
    ["batchsize", [prompt, textPart("batchsize", String(largestBatch + 1))]],
    ["batchsize", [prompt, textPart("batchsize", "1e1")]],
    ["batchsize", [prompt, textPart("batchsize", " 3")]],
    ["batchsize", [prompt, textPart("batchsize", "0x3")]],
    ["batchsize", [prompt, textPart("batchsize", "3.0")]],
    ["batchsize", [prompt, textPart("batchsize", "")]],
    ["batchsize", [prompt, textPart("batchsize", "1"), textPart("batchsize", "1")]],
    ["prompt", [textPart("batchsize", "1")]],
    ["prompt", [textPart("prompt", "")]],
    ["prompt", [prompt, prompt]],
    ["prompt", ['Content-Disposition: form-data; name="prompt"; filename="p.txt"\r\n\r\na fox']],
    ["prompt", [textPart("prompt", "x".repeat(2 ** 20 + 1))]],
    ["promt", [prompt, textPart("promt", "a fox")]],
    ["constructor", [prompt, textPart("constructor", "a fox")]],
    ["__proto__", [prompt, textPart("__proto__", "a fox")]],
    ["sourceImage", [prompt, textPart("sourceImage", "no file name")]],
    ["sourceImage[]", [prompt, filePart('filename="a"').replace("sourceImage", "sourceImage[]")]],
  ])("is refused with the name of its field: %s", async (name, parts) => {
    const answer = await refusal(postForm(parts));
    expect(answer.code).toBe(failure);
    expect(answer.msg).toContain(name);
    expect(answer).not.toHaveProperty("data");
  });

  it("is told everything that is wrong with it", async () => {
    const { msg } = await refusal(postForm([textPart("batchsize", "99"), textPart("promt", "a fox")]));
    for (const name of ["batchsize", "promt", "prompt"]) expect(msg).toContain(name);
  });

  const body = `--b\r\n${prompt}\r\n--b--\r\n`;
  const type = "multipart/form-data; boundary=b";
  it.each([
    ["has no boundary", post(submitPath, "multipart/form-data", body)],
    ["has an empty boundary", post(submitPath, "multipart/form-data; boundary=", body)],
    ["has another boundary", post(submitPath, "multipart/form-data; boundary=c", body)],
    ["is empty", post(submitPath, type, "")],
    ["ends in a part", post(submitPath, type, body.slice(0, -10))],
    ["ends in a file", post(submitPath, type, `--b\r\n${prompt}\r\n--b\r\n${filePart('filename="a"')}`)],
    ["ends before the last dash", post(submitPath, type, body.slice(0, -3))],
    ["has a part without a head", postForm([prompt, "nothing"])],
    ["has a part without a disposition", postForm([prompt, "Content-Type: text/plain\r\n\r\nx"])],
    ["has a part without a name", postForm([prompt, "Content-Disposition: form-data\r\n\r\nx"])],
    [
      "has a file without a name",
      postForm([prompt, 'Content-Disposition: form-data; filename="a"\r\n\r\nx']),
    ],
    [
      "has more parts than anyone needs",
      postForm([prompt, ...Array<string>(1001).fill(filePart('filename=""'))]),
    ],
    [
      "has more text than anyone needs",
      postForm([prompt, ...Array<string>(5).fill(textPart("imageUrl", "x".repeat(2 ** 20)))]),
    ],
    ["is JSON", post(submitPath, "application/json", '{"prompt":"a fox"}')],
    ["has no type", post(submitPath, "", body)],
    ["has a type that is none", post(submitPath, "multipart", body)],
  ])("is refused if it %s", async (_, bytes) => {
    expect(await refusal(bytes)).toEqual({ code: failure, msg: expect.any(String) as string });
  });

  it("leaves nothing behind if its sender hangs up in the middle", async () => {
    const server = await start();
    const controller = new AbortController();
    const stream = new ReadableStream<Uint8Array>({
      start(sink) {
        sink.enqueue(Buffer.from(`--b\r\n${prompt}\r\n`));
      },
    });
    const sent = fetch(server.url + submitPath, {
      method: "POST",
      headers: { ...key, "content-type": type },
      body: stream,
      signal: controller.signal,
      duplex: "half",
    } as RequestInit);
    const ended = expect(sent).rejects.toThrow();
    await expect.poll(() => server.requests[0]?.bodyBytes).toBeGreaterThan(0);
    controller.abort();
    await ended;
    expect(await submit(server, { prompt: "another" })).toMatchObject({ code: success });
    expect(server.ledger).toHaveLength(1);
  });
});

it("uses the codes that the document names", () => {
  expect(enums.code).toMatchObject({ [success]: "success", [failure]: "failure" });
});
