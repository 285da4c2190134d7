import type { operations } from "../../generated/operations.js";
import { detectImageType } from "../image-type.js";
import { openPieces } from "../fetch-agreement.js";
import type { Pieces } from "../fetch-agreement.js";
import { FilePart, isFile, mediaTypeOf, openFile, readHead, toFilePart } from "./file-part.js";
import { builtinModule, createReadableStream, PlatformBlob } from "./platform.js";

/** How the document describes one part of a form. */
export interface PartKind {
  readonly type: "string" | "integer" | "number" | "boolean" | "file" | "json";
  readonly array: boolean;
  readonly contentType?: string;
}

/** The parts of every form in the document keep to {@link PartKind}. */
type Forms = Extract<(typeof operations)[keyof typeof operations], { parts: unknown }>["parts"];
export type PartKinds = Readonly<Record<string, PartKind>> | Forms;

/** A form as it goes over the wire. */
export interface EncodedForm {
  /** One string if it is text alone; else a Blob or a stream, which is read while it is sent. */
  body: string | Blob | ReadableStream<Uint8Array>;
  contentType: string;
  /** Length in bytes, where the body does not tell it. */
  contentLength?: number;
}

type Piece = string | FilePart;

/**
 * Encodes fields as multipart/form-data, each part as its kind says; what is undefined or null is left out.
 *
 * FormData is not used because it turns a lone line feed into CR LF, and costs a chunk and a write for each field.
 *
 * @throws {InvalidInputError} A file cannot be read.
 */
export async function encodeForm(fields: Record<string, unknown>, kinds: PartKinds): Promise<EncodedForm> {
  const boundary = createBoundary();
  const pieces: Piece[] = [];
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || value === null) continue; // a form has no word for null
    const kind = (kinds as Record<string, PartKind>)[name] ?? guessKind(value);
    const values: unknown[] = kind.array && Array.isArray(value) ? value : [value];
    const start = `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(name)}"`;
    for (let index = 0; index < values.length; index++) {
      const item = values[index];
      if (item === null && kind.type !== "json") continue;
      const file = kind.type === "file" ? toFilePart(item, partPath(name, index, kind)) : undefined;
      if (file) pieces.push(start, await fileHeaders(file, name, index, kind), file, "\r\n");
      else pieces.push(`${start}${encodeText(item, kind)}`);
    }
  }
  pieces.push(`--${boundary}--\r\n`);
  const contentType = `multipart/form-data; boundary=${boundary}`;
  // Deno resends a string by itself when a kept connection breaks, which may pay twice; a Blob it sends once.
  const isText = !("Deno" in globalThis) && pieces.every((piece) => typeof piece === "string");
  return isText ? { body: pieces.join(""), contentType } : encodeFiles(pieces, contentType);
}

/** A boundary that no other request has: it identifies this one wherever its headers are seen. */
function createBoundary(): string {
  // Runtimes keep random bytes ready for UUIDs alone; a page that is not secure has none.
  const uuid = (crypto as Partial<Crypto>).randomUUID?.();
  return `form-${uuid ?? crypto.getRandomValues(new Uint32Array(4)).join("-")}`;
}

const partPath = (field: string, index: number, { array }: PartKind): string =>
  array ? `${field}[${index}]` : field;

/** A field that is not in the document can only come through the raw client. */
function guessKind(value: unknown): PartKind {
  const array = Array.isArray(value);
  const item: unknown = array ? value[0] : value;
  if (isFile(item)) return { type: "file", array };
  return { type: typeof item === "object" ? "json" : "string", array };
}

function encodeText(item: unknown, kind: PartKind): string {
  const isJson = kind.type === "json";
  const type = kind.contentType ?? (isJson ? "application/json" : undefined);
  const text = isJson ? JSON.stringify(item) : String(item);
  return `${type ? `\r\nContent-Type: ${type}` : ""}\r\n\r\n${text}\r\n`;
}

async function fileHeaders(file: FilePart, field: string, index: number, kind: PartKind): Promise<string> {
  const head = await readHead(file, partPath(field, index, kind));
  const extension = detectImageType(head)?.extension ?? "bin";
  const name = escapeName(file.name) || `${field}-${index + 1}.${extension}`;
  const type = mediaTypeOf(file, head, kind.contentType).replace(/[^\x20-\x7e]/g, "");
  return `; filename="${name}"\r\nContent-Type: ${type}\r\n\r\n`;
}

/** As the HTML standard escapes names in a form; half of a surrogate pair has no bytes in UTF-8. */
function escapeName(name: string): string {
  return name.replace(/["\r\n]/g, encodeURIComponent).replace(/\p{Cs}/gu, "\ufffd");
}

/**
 * A Blob with a stream of its own, so that a file may have a faster way to its bytes than the platform's: fetch on Node asks
 * for the stream, and elsewhere reads the same bytes natively.
 *
 * Where the Blob would not hold every byte, which is compared before anything is sent, the body is a stream: Bun drops
 * files on disk from a Blob of several parts, and files of another realm are no parts at all.
 */
function encodeFiles(pieces: readonly Piece[], contentType: string): EncodedForm {
  const parts = pieces.map((piece) =>
    typeof piece === "string" ? new FilePart(new PlatformBlob([piece])) : piece,
  );
  const contentLength = parts.reduce((sum, { size }) => sum + size, 0);
  const open = () => openParts(parts, contentLength);
  const blobs = parts.map(({ blob }) => blob);
  if (blobs.every((blob) => blob instanceof PlatformBlob)) {
    const body = new PlatformBlob(blobs as Blob[], { type: contentType });
    const stream = () => withPipe(toStream(open())) as ReturnType<Blob["stream"]>;
    if (body.size === contentLength)
      return { body: Object.assign(body, { stream, [openPieces]: open }), contentType };
  }
  return { body: toStream(open()), contentType, contentLength };
}

/** Reads the parts one after the other; fails if they do not have the bytes that were announced. */
function openParts(parts: readonly FilePart[], totalBytes: number): Pieces {
  const left = parts.values();
  let current: Pieces | undefined;
  let bytes = 0;

  async function next(spare: Uint8Array<ArrayBuffer> | undefined): Promise<Uint8Array | undefined> {
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
