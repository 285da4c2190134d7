import { describe, expect, it } from "vitest";
import { createFormBody } from "../../src/api/multipart.js";

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
    const pieces = ["head ü", new Blob([bytes, bytes]), bytes, "", new File([], "empty"), "tail"];
    const body = createFormBody(pieces, { type: "multipart/form-data" });
    const expected = await new Blob(pieces).bytes();
    expect(body.size).toBe(expected.length);
    expect(body.type).toBe("multipart/form-data");
    expect(await body.bytes()).toEqual(expected);
    expect(await new Response(body.stream()).bytes()).toEqual(expected);
    // Each time anew: a submit that never arrived is sent again.
    expect(await new Response(body.stream()).bytes()).toEqual(expected);
  });

  it("asks a file for its own stream, and lets go of it", async () => {
    const file = new OwnStream(["native"], "a.png");
    const reader = createFormBody(["head", file, "tail"], {}).stream().getReader();
    const decoder = new TextDecoder();
    expect(decoder.decode((await reader.read()).value)).toBe("head");
    expect(decoder.decode((await reader.read()).value)).toBe("own");
    await reader.cancel();
    expect(file.isCancelled).toBe(true);
  });
});
