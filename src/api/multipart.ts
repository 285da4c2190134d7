import type { operations } from "../../generated/operations.js";
import { ConfigurationError } from "../errors.js";
import { tagOf, toFilePart } from "./file-part.js";
import type { FilePart } from "./file-part.js";
import { PlatformBlob } from "./platform.js";

/** Description of one part of a form in the document. */
export interface PartKind {
  readonly type: "string" | "integer" | "number" | "boolean" | "file" | "json";
  readonly array: boolean;
  readonly contentType?: string;
}

/** The parts of every form in the document keep to {@link PartKind}. */
type Forms = Extract<(typeof operations)[keyof typeof operations], { parts: unknown }>["parts"];
export type PartKinds = Readonly<Record<string, PartKind>> | Forms;

/** A body as it goes over the wire, with its headers. */
export interface EncodedBody {
  /** One string if it is text alone; else a Blob or a stream, which is read while it is sent. */
  body: string | Blob | ReadableStream<Uint8Array>;
  headers: { "Content-Type": string; "Content-Length"?: string };
  /** Platforms ask for this where the body is a stream. */
  duplex?: "half";
}

/** A piece of a form: text, or a file's bytes. */
export type Piece = string | FilePart;

/** Joins the pieces of a form that has files. */
export type JoinPieces = (
  pieces: readonly Piece[],
  headers: EncodedBody["headers"],
) => EncodedBody | Promise<EncodedBody>;

/** A file's media type, and the extension for one that has no name. */
export interface FileType {
  type: string;
  extension: string;
}

/** Finds out the type of a field's file, `index` in its list if it has one. */
export type FindType = (
  file: FilePart,
  kind: PartKind,
  name: string,
  index: number,
) => FileType | Promise<FileType>;

/** Encoding of files in a form; by default a Blob of the platform, and the files' own types. */
export interface FormFiles {
  joinPieces?: JoinPieces | undefined;
  findType?: FindType;
}

/**
 * Encodes fields as multipart/form-data, each part as its kind says; what is undefined or null is left out.
 *
 * FormData is not used because it turns a lone line feed into CR LF, and costs a chunk and a write for each field.
 *
 * @throws {ConfigurationError} The form has more bytes than a Blob of this runtime.
 */
export async function encodeForm(
  fields: Record<string, unknown>,
  kinds: PartKinds,
  { joinPieces = joinAsBlob, findType = typeOf }: FormFiles = {},
): Promise<EncodedBody> {
  // No other request has the same: it identifies this one wherever its headers are seen. Runtimes keep random bytes ready
  // for UUIDs alone; a page that is not secure has none.
  const uuid = (crypto as Partial<Crypto>).randomUUID?.();
  const boundary = `form-${uuid ?? crypto.getRandomValues(new Uint32Array(4)).join("-")}`;
  const pieces: Piece[] = [];
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || value === null) continue; // a form has no word for null
    const kind = (kinds as Record<string, PartKind>)[name] ?? kindOf(value);
    const items: unknown[] = kind.array ? [value].flat() : [value];
    for (const [index, item] of items.entries()) {
      const isJson = kind.type === "json";
      if (item === null && !isJson) continue;
      const file = kind.type === "file" ? toFilePart(item) : undefined;
      let head = `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(name)}"`;
      let type = kind.contentType ?? (isJson ? "application/json" : "");
      if (file) {
        const found = await findType(file, kind, name, index);
        type = found.type.replace(/[^\x20-\x7e]/g, "");
        head += `; filename="${escapeName(file.name || `${name}-${index + 1}.${found.extension}`)}"`;
      }
      if (type) head += `\r\nContent-Type: ${type}`;
      head += "\r\n\r\n";
      pieces.push(head, file ?? (isJson ? JSON.stringify(item) : String(item)), "\r\n");
    }
  }
  pieces.push(`--${boundary}--\r\n`);
  const headers = { "Content-Type": `multipart/form-data; boundary=${boundary}` };
  // Deno resends a string by itself when a kept connection breaks, which may pay twice; a Blob it sends once.
  const isText = !("Deno" in globalThis) && pieces.every((piece) => typeof piece === "string");
  return isText ? { body: pieces.join(""), headers } : joinPieces(pieces, headers);
}

/** The kind of a part that is plain text in the document, or is not in it. */
function kindOf(value: unknown): PartKind {
  const [item] = [value].flat() as unknown[];
  const type = toFilePart(item) ? "file" : tagOf(item) === "[object Object]" ? "json" : "string";
  return { type, array: Array.isArray(value) };
}

/** A file's type as it says itself. */
function typeOf({ blob }: FilePart, { contentType }: PartKind): FileType {
  const type = blob.type || contentType || "application/octet-stream";
  return { type, extension: type.startsWith("image/") ? type.slice(6) : "bin" };
}

/** As the HTML standard escapes names in a form; half of a surrogate pair has no bytes in UTF-8. */
function escapeName(name: string): string {
  return name.replace(/["\r\n]/g, encodeURIComponent).replace(/\p{Cs}/gu, "\ufffd");
}

/**
 * Joins pieces to a Blob of the platform, which fetch reads while it sends it.
 *
 * A file of another realm is no part of such a Blob, and Bun would leave out a file on disk: their bytes are read before.
 */
async function joinAsBlob(pieces: readonly Piece[], headers: EncodedBody["headers"]): Promise<EncodedBody> {
  const parts: BlobPart[] = [];
  let leastBytes = 0;
  for (const piece of pieces) {
    const { blob = piece, size = 0 } = piece as Partial<FilePart>;
    leastBytes += size;
    const isPart = typeof blob === "string" || (blob instanceof PlatformBlob && !("Bun" in globalThis));
    parts.push(isPart ? blob : await (blob as Blob).arrayBuffer());
  }
  const body = new PlatformBlob(parts, { type: headers["Content-Type"] });
  if (body.size >= leastBytes) return { body, headers };
  throw new ConfigurationError("Form too large for this runtime: use `createClient`");
}
