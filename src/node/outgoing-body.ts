import type { Dispatcher } from "undici";

/** Bytes of one of the two buffers that a body is read into. */
const pieceBytes = 512 * 1024;

type DispatchRequest = Dispatcher.DispatchOptions & { headers: Record<string, string> };

/** Describes a request as undici's dispatcher takes it. */
export function toDispatchRequest(
  url: URL,
  request: Pick<RequestInit, "method" | "headers" | "body">,
): DispatchRequest {
  const headers: Record<string, string> = { accept: "*/*", "user-agent": "node" };
  const given = request.headers ?? {};
  for (const [name, value] of given instanceof Headers ? given : new Headers(given)) headers[name] = value;
  return {
    origin: url.origin,
    path: url.pathname + url.search,
    method: request.method ?? "GET",
    headers,
    body: toBody(request.body, headers),
  };
}

/** Takes a body in whatever form, and adds the headers that it implies. */
function toBody(
  body: unknown,
  headers: Record<string, string>,
): NonNullable<Dispatcher.DispatchOptions["body"]> | null {
  if (body === undefined || body === null) return null;
  if (typeof body === "string") {
    headers["content-type"] ??= "text/plain;charset=UTF-8";
    return body;
  }
  if (body instanceof Blob) {
    if (body.type) headers["content-type"] ??= body.type;
    headers["content-length"] = String(body.size);
    return readAhead(body.stream()) as never;
  }
  if (body instanceof ReadableStream) return readAhead(body) as never;
  if (ArrayBuffer.isView(body)) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (body instanceof ArrayBuffer) return Buffer.from(body);
  // Forms and the like: the platform knows their encoding.
  const encoded = new Response(body as BodyInit);
  headers["content-type"] ??= encoded.headers.get("content-type") ?? "application/octet-stream";
  return encoded.body && (readAhead(encoded.body) as never);
}

/**
 * Yields a body's pieces, each while the next one is read, into two buffers that take turns.
 *
 * undici asks for the next piece once a connection has taken the last one, if it was as large as a connection's own
 * buffer; a smaller piece may still wait, so its buffer is not used again.
 */
async function* readAhead(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = toReader(stream);
  let next = reader.read(new ArrayBuffer(pieceBytes));
  let spare = new ArrayBuffer(pieceBytes);
  try {
    for (;;) {
      const { done, value } = await next;
      if (done || !value) return;
      next = reader.read(spare);
      next.catch(() => {}); // thrown when it is waited for
      yield value;
      spare =
        value.byteLength >= pieceBytes / 2 ? (value.buffer as ArrayBuffer) : new ArrayBuffer(pieceBytes);
    }
  } finally {
    await reader.cancel();
  }
}

interface Reader {
  read(buffer: ArrayBuffer): Promise<{ done: boolean; value?: Uint8Array | undefined }>;
  cancel(): Promise<void>;
}

/** A reader that fills given buffers, where the stream can do so; others have buffers of their own. */
function toReader(stream: ReadableStream<Uint8Array>): Reader {
  try {
    const reader = stream.getReader({ mode: "byob" });
    return { read: (buffer) => reader.read(new Uint8Array(buffer)), cancel: () => reader.cancel() };
  } catch {
    const reader = stream.getReader();
    return { read: () => reader.read(), cancel: () => reader.cancel() };
  }
}
