import { describe, expect, it } from "vitest";
import { encodeForm } from "../../src/api/multipart.js";

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
    const { body } = await encodeForm({ file }, {});
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
  const { body } = await encodeForm({ file }, { file: { type: "file", array: false } });
  await expect(new Response(body as ReadableStream).text()).rejects.toThrow(/has changed while it was sent/);
});
