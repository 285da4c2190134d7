import type { operations } from "../../generated/operations.js";
import { InvalidInputError } from "../errors.js";
import { detectImageType, imageSignatureLength } from "../image-type.js";

/** How the document describes one part of a form. */
export interface PartKind {
  readonly type: "string" | "integer" | "number" | "boolean" | "file" | "json";
  readonly array: boolean;
  readonly contentType?: string;
}

/** The parts of every form that the document knows keep to {@link PartKind}. */
type Forms = Extract<(typeof operations)[keyof typeof operations], { parts: unknown }>["parts"];
export type PartKinds = Readonly<Record<string, PartKind>> | Forms;

/** A form as it goes over the wire: one string if it is text alone, else a Blob, which is read while it is sent. */
export interface EncodedForm {
  body: string | Blob;
  contentType: string;
}

type Piece = string | Blob | BufferSource;

/**
 * Writes fields as multipart/form-data, each part as its kind says; an undefined field is left out.
 *
 * FormData is not used because it turns a lone line feed into CR LF, and costs a chunk and a write for each field.
 */
export async function encodeForm(fields: Record<string, unknown>, kinds: PartKinds): Promise<EncodedForm> {
  const boundary = `form-${crypto.randomUUID()}`;
  const pieces: Piece[] = [];
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const kind = (kinds as Record<string, PartKind>)[name] ?? guessKind(value);
    const values: unknown[] = kind.array && Array.isArray(value) ? value : [value];
    const start = `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(name)}"`;
    let index = 0;
    for (const item of values) {
      if (kind.type === "file") {
        pieces.push(start, ...(await encodeFile(item as Blob | BufferSource, name, index++, kind)), "\r\n");
      } else {
        const type = kind.contentType ?? (kind.type === "json" ? "application/json" : undefined);
        const text = kind.type === "json" ? JSON.stringify(item) : String(item);
        pieces.push(`${start}${type ? `\r\nContent-Type: ${type}` : ""}\r\n\r\n${text}\r\n`);
      }
    }
  }
  pieces.push(`--${boundary}--\r\n`);
  const contentType = `multipart/form-data; boundary=${boundary}`;
  // Deno sends a string again by itself when a kept connection breaks, which may pay twice; a Blob it sends once.
  const isText = !("Deno" in globalThis) && pieces.every((piece) => typeof piece === "string");
  return { body: isText ? pieces.join("") : createFormBody(pieces, { type: contentType }), contentType };
}

/** A field that the document does not know can only come through the raw client. */
function guessKind(value: unknown): PartKind {
  const array = Array.isArray(value);
  const item: unknown = array ? value[0] : value;
  if (item instanceof Blob || item instanceof ArrayBuffer || ArrayBuffer.isView(item))
    return { type: "file", array };
  return { type: typeof item === "object" ? "json" : "string", array };
}

/** A file's name and type as it has them; what it lacks is read from its first bytes. */
async function encodeFile(
  file: Blob | BufferSource,
  field: string,
  index: number,
  kind: PartKind,
): Promise<Piece[]> {
  const path = kind.array ? `${field}[${index}]` : field;
  const blob = file instanceof Blob ? file : toBlob(file, path);
  const detected = detectImageType(await readBeginning(blob, path));
  const name = blob instanceof File ? blob.name : "";
  const type =
    (name && blob.type) || kind.contentType || detected?.type || blob.type || "application/octet-stream";
  const fileName = escapeName(name) || `${field}-${index + 1}.${detected?.extension ?? "bin"}`;
  return [`; filename="${fileName}"\r\nContent-Type: ${type}\r\n\r\n`, blob];
}

function toBlob(bytes: BufferSource, path: string): Blob {
  try {
    // Throws if the buffer was transferred to another thread; a view of such a buffer would pass for an empty file.
    new Uint8Array(ArrayBuffer.isView(bytes) ? bytes.buffer : bytes);
    return new Blob([bytes]);
  } catch (cause) {
    const message = "cannot be read: its buffer was transferred, so its bytes are elsewhere";
    throw new InvalidInputError([{ path, message }], { cause });
  }
}

/** Reads a file's first bytes, of every file: one that cannot be read is noticed before anything was sent. */
async function readBeginning(blob: Blob, path: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await blob.slice(0, imageSignatureLength).arrayBuffer());
  } catch (cause) {
    const message = "cannot be read: the file has changed or is gone since it was opened";
    throw new InvalidInputError([{ path, message }], { cause });
  }
}

/** As the HTML standard writes names in a form. */
function escapeName(name: string): string {
  return name.replace(/["\r\n]/g, encodeURIComponent);
}

/**
 * A form with files, as a Blob like any other, except that its stream is made of its pieces' own streams.
 *
 * A `File` may thus have a faster way to its bytes than the platform's. Fetch asks Blobs for their stream on Node; where it
 * does not, it reads the same bytes natively.
 */
export function createFormBody(pieces: readonly BlobPart[], options: BlobPropertyBag): Blob {
  const blobs = pieces.map((piece) => (piece instanceof Blob ? piece : new Blob([piece])));
  return Object.assign(new Blob(blobs, options), { stream: () => streamOf(blobs) });
}

function streamOf(blobs: readonly Blob[]): ReturnType<Blob["stream"]> {
  const chunks = chunksOf(blobs);
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: async () => void (await chunks.return()),
    },
    { highWaterMark: 0 },
  );
}

async function* chunksOf(blobs: readonly Blob[]) {
  for (const blob of blobs) yield* blob.stream();
}
