import type { Fetch } from "../../index.js";

/** Called with how many bytes of a request's body were sent so far. */
export type OnUpload = (bytes: number, totalBytes: number) => void;

/** A fetch that counts the bytes of bodies with files while they are sent, and closes the files at an abort. */
export function countUploads(fetch: Fetch, onUpload: OnUpload): Fetch {
  return (target, init = {}) => {
    const { body } = init;
    if (!(body instanceof Blob)) return fetch(target, init); // text alone is sent at once
    let bytes = 0;
    const count = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        bytes += chunk.byteLength;
        onUpload(bytes, body.size);
        controller.enqueue(chunk);
      },
    });
    const headers = new Headers(init.headers);
    // A stream has no length of its own, and services may refuse bodies without one.
    headers.set("content-length", String(body.size));
    // Without the signal, fetch reads on after an abort to the end of the files, and the process lasts as long.
    const stream = body.stream().pipeThrough(count, init.signal ? { signal: init.signal } : {});
    return fetch(target, { ...init, headers, body: stream, duplex: "half" } as RequestInit);
  };
}
