import type { Dispatcher } from "undici";
import { openPieces } from "../fetch-agreement.js";
import type { Pieces } from "../fetch-agreement.js";

/** Bytes of one of the two buffers that a body is read into. */
const pieceBytes = 512 * 1024;

/** A request as undici's dispatcher takes it. */
export type DispatchRequest = Dispatcher.DispatchOptions & { headers: Record<string, string> };

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
    method: request.method?.toUpperCase() ?? "GET",
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
    return readAhead(toPieces(body)) as never;
  }
  if (body instanceof ReadableStream) return readAhead(toPieces(body)) as never;
  if (ArrayBuffer.isView(body)) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (body instanceof ArrayBuffer) return Buffer.from(body);
  // Forms and the like: the platform knows their encoding.
  const encoded = new Response(body as BodyInit);
  const type = encoded.headers.get("content-type");
  if (type !== null) headers["content-type"] ??= type;
  if (body instanceof URLSearchParams) return String(body);
  return encoded.body && (readAhead(toPieces(encoded.body)) as never);
}

/**
 * Yields a body's pieces, each while the next one is read, into two buffers that take turns.
 *
 * undici asks for the next piece once a connection has taken the last one, if it was as large as a connection's own
 * buffer; a smaller piece may still wait, so its buffer is not used again.
 */
async function* readAhead(pieces: Pieces): AsyncGenerator<Uint8Array> {
  const buffers = [new Uint8Array(pieceBytes), new Uint8Array(pieceBytes)];
  let next = pieces.read(buffers[0]);
  try {
    for (let turn = 0; ; turn = 1 - turn) {
      const piece = await next;
      if (!piece) return;
      const isKept = piece.buffer === buffers[turn]?.buffer && piece.byteLength < pieceBytes / 2;
      if (isKept) buffers[turn] = new Uint8Array(pieceBytes);
      next = pieces.read(buffers[1 - turn]);
      next.catch(() => {}); // thrown when it is waited for
      yield piece;
    }
  } finally {
    await pieces.cancel();
  }
}

/** Reads a body without a copy if it offers that, else by its stream. */
function toPieces(body: (Blob & { [openPieces]?: () => Pieces }) | ReadableStream<Uint8Array>): Pieces {
  if (openPieces in body) return body[openPieces]();
  const reader = (body instanceof Blob ? body.stream() : body).getReader();
  return { read: async () => (await reader.read()).value, cancel: () => reader.cancel() };
}
