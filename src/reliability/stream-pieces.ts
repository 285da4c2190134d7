import type { EncodedBody, Piece } from "../api/multipart.js";
import { FilePart } from "../api/file-part.js";
import { builtinModule, original, PlatformBlob } from "../api/platform.js";
import { openPieces } from "../fetch-agreement.js";
import type { Pieces } from "../fetch-agreement.js";
import { readAll } from "./files.js";

/**
 * A Blob with a stream of its own, so that a file may have a faster way to its bytes than the platform's: fetch on Node asks
 * for the stream, and elsewhere reads the same bytes natively.
 *
 * Where the Blob would not hold every byte, which is compared before anything is sent, the body is a stream: Bun drops
 * files on disk from a Blob of several parts, and files of another realm are no parts at all.
 */
export function streamPieces(pieces: readonly Piece[], headers: EncodedBody["headers"]): EncodedBody {
  const parts = pieces.map((piece) =>
    typeof piece === "string" ? new FilePart(new PlatformBlob([piece])) : piece,
  );
  const length = parts.reduce((sum, { size }) => sum + size, 0);
  const open = () => openParts(parts, length);
  const blobs = parts.map(({ blob }) => blob);
  if (blobs.every((blob) => blob instanceof PlatformBlob)) {
    const body = new PlatformBlob(blobs as Blob[], { type: headers["Content-Type"] });
    const stream = () => withPipe(toStream(open())) as ReturnType<Blob["stream"]>;
    if (body.size === length) return { body: Object.assign(body, { stream, [openPieces]: open }), headers };
  }
  // A stream has no length of its own, and services are wary of bodies without one.
  return {
    body: toStream(open()),
    headers: { ...headers, "Content-Length": String(length) },
    duplex: "half",
  };
}

/** Reads the parts one after the other; fails if they do not have the bytes that were announced. */
function openParts(parts: readonly FilePart[], totalBytes: number): Pieces {
  const left = parts.values();
  let current: Pieces | undefined;
  let bytes = 0;

  async function next(spare: Uint8Array | undefined): Promise<Uint8Array | undefined> {
    for (;;) {
      const { value: part } = current ? {} : left.next();
      if (part) current = openFile(part);
      const piece = await current?.read(spare);
      if (piece || !current) return piece;
      current = undefined;
    }
  }

  const cancel = async () => current?.cancel();
  return {
    async read(spare) {
      const piece = await next(spare);
      bytes += piece?.byteLength ?? 0;
      if (bytes <= totalBytes && (piece || bytes === totalBytes)) return piece;
      await cancel();
      throw new Error(`A file has changed while it was sent: ${bytes} bytes instead of ${totalBytes}`);
    },
    cancel,
  };
}

/** Opens the bytes of a file, piece by piece. */
function openFile({ blob }: FilePart): Pieces {
  const { [openPieces]: openOwn } = blob as { [openPieces]?: () => Pieces };
  if (openOwn) return openOwn.call(blob);
  if (blob instanceof PlatformBlob && blob.stream === PlatformBlob.prototype.stream) return openSlices(blob);
  const reader = blob.stream?.().getReader();
  let isRead = false;
  return {
    async read() {
      if (reader) return (await reader.read()).value;
      return isRead || blob.size === 0
        ? undefined
        : new Uint8Array(await readAll(blob).finally(() => (isRead = true)));
    },
    cancel: async () => reader?.cancel(),
  };
}

/** Bytes of a Blob that are read at once: its own stream has small pieces, each of which costs a promise or two. */
const sliceBytes = 1024 * 1024;

function openSlices(blob: Blob): Pieces {
  let position = 0;
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  return {
    async read() {
      for (;;) {
        const { value: piece } = (await reader?.read()) ?? {};
        if (piece || position >= blob.size) return piece;
        const slice = blob.slice(position, (position += sliceBytes));
        // Node copies bytes twice for this; but in Bun 1.2 and older, the stream of a slice has more bytes, or no end.
        if ("Bun" in globalThis) return new Uint8Array(await slice.arrayBuffer());
        reader = slice.stream().getReader();
      }
    },
    cancel: async () => reader?.cancel(),
  };
}

function toStream(pieces: Pieces): ReadableStream<Uint8Array> {
  return createReadableStream(
    {
      async pull(controller) {
        const piece = await pieces.read();
        if (piece) controller.enqueue(piece as Uint8Array<ArrayBuffer>);
        else controller.close();
      },
      cancel: () => pieces.cancel(),
    },
    { highWaterMark: 0 },
  );
}

/** Creates a stream that the runtime's fetch accepts; looked up now, because Node takes long to load its streams. */
function createReadableStream(
  ...source: ConstructorParameters<typeof ReadableStream<Uint8Array>>
): ReadableStream<Uint8Array> {
  return new (original("ReadableStream", "stream/web"))<Uint8Array>(...source);
}

interface NodeStreams {
  Readable: { fromWeb: (stream: ReadableStream<Uint8Array>) => unknown };
  pipeline: (source: unknown, destination: unknown, callback: () => void) => unknown;
}

/** node-fetch 2, and cross-fetch on top of it, take the stream of a Blob for one of Node's. */
function withPipe(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const node = builtinModule<NodeStreams>("stream");
  if (!node) return stream;
  // Unlike a plain pipe, a pipeline ends the request if a file cannot be read.
  const pipe = (to: unknown) => node.pipeline(node.Readable.fromWeb(stream), to, () => {});
  return Object.assign(stream, { pipe });
}
