import { describe, expect, it, onTestFinished, vi } from "vitest";
import { encodeForm } from "../../src/api/multipart.js";
import { findType } from "../../src/reliability/files.js";
import { streamPieces } from "../../src/reliability/stream-pieces.js";

/** A file that has a way of its own to its bytes, and says when it is no longer read. */
class OwnStream extends File {
  isCancelled = false;

  override stream(): ReturnType<Blob["stream"]> {
    return new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode("own")),
      cancel: () => void (this.isCancelled = true),
    });
  }
}

describe("a form's body", () => {
  it("streams the bytes that it has as a Blob", async () => {
    const bytes = crypto.getRandomValues(new Uint8Array(6000));
    const { body } = await encodeForm(
      { a: "ü", b: [new Blob([bytes, bytes]), bytes], c: new File([], "empty") },
      {},
      { joinPieces: streamPieces },
    );
    const blob = body as Blob;
    const expected = await blob.bytes();
    expect(blob.size).toBe(expected.length);
    expect(blob.type).toMatch(/^multipart\/form-data; boundary=form-[0-9a-f-]{36}$/);
    expect(await new Response(blob.stream()).bytes()).toEqual(expected);
    // Each time anew: a submit that never arrived is sent again.
    expect(await new Response(blob.stream()).bytes()).toEqual(expected);
  });

  it("asks a file for its own stream, and lets go of it", async () => {
    const file = new OwnStream(["native"], "a.png");
    const { body } = await encodeForm({ file }, {}, { joinPieces: streamPieces });
    const reader = (body as Blob).stream().getReader();
    const decoder = new TextDecoder();
    let text = "";
    while (!text.endsWith("own")) text += decoder.decode((await reader.read()).value);
    await reader.cancel();
    expect(file.isCancelled).toBe(true);
  });
});

it.each([5, 15])("a file of %i bytes that says it has 10 ends the body with an error", async (bytes) => {
  const blob = new Blob([new Uint8Array(bytes)]);
  const file = { size: 10, type: "", slice: () => blob.slice(0, 5), stream: () => blob.stream() };
  const { body } = await encodeForm({ file }, {}, { joinPieces: streamPieces });
  await expect(new Response(body as ReadableStream).text()).rejects.toThrow(/has changed while it was sent/);
});

it("a page that is not secure, which has no randomUUID, gets a form whose boundary is as unique", async () => {
  const { crypto } = globalThis;
  vi.stubGlobal("crypto", {
    getRandomValues: (bytes: Uint8Array<ArrayBuffer>) => crypto.getRandomValues(bytes),
  });
  onTestFinished(() => void vi.unstubAllGlobals());
  const [one, other] = await Promise.all([encodeForm({ a: "x" }, {}), encodeForm({ a: "x" }, {})]);
  expect(one.headers["Content-Type"]).toMatch(/boundary=form-[\d-]{7,}$/);
  expect(one.headers).not.toEqual(other.headers);
});

it.each(["application/octet-stream", ""])(
  "a file of the type %j gets its type from its bytes",
  async (type) => {
    const file = new File([new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])], "a", { type });
    const { body } = await encodeForm({ file }, {}, { joinPieces: streamPieces, findType });
    expect(await new Response(body as Blob).text()).toContain("Content-Type: image/png");
  },
);
