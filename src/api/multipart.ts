import type { operations } from "../../generated/operations.js";
import { InvalidInputError } from "../errors.js";
import { detectImageType } from "../image-type.js";
import { mediaTypeOf, readAll, readHead, toFilePart } from "./file-part.js";
import type { FilePart } from "./file-part.js";
import { PlatformBlob } from "./platform.js";

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

/** A piece of a form: text, or a file's bytes. */
export type Piece = string | FilePart;

/** Joins the pieces of a form that has files. */
export type JoinPieces = (
  pieces: readonly Piece[],
  contentType: string,
) => EncodedForm | Promise<EncodedForm>;

/**
 * Encodes fields as multipart/form-data, each part as its kind says; what is undefined or null is left out.
 *
 * FormData is not used because it turns a lone line feed into CR LF, and costs a chunk and a write for each field.
 *
 * @throws {InvalidInputError} A file cannot be read.
 */
export async function encodeForm(
  fields: Record<string, unknown>,
  kinds: PartKinds,
  join: JoinPieces = joinAsBlob,
): Promise<EncodedForm> {
  const boundary = createBoundary();
  const pieces: Piece[] = [];
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || value === null) continue; // a form has no word for null
    const kind = (kinds as Record<string, PartKind>)[name] ?? guessKind(name, value);
    const items: unknown[] = kind.array && Array.isArray(value) ? value : [value];
    for (const [index, item] of items.entries()) {
      const isJson = kind.type === "json";
      if (item === null && !isJson) continue;
      const path = kind.array ? `${name}[${index}]` : name;
      const file = kind.type === "file" ? toFilePart(item, path) : undefined;
      let head = `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(name)}"`;
      let type = kind.contentType ?? (isJson ? "application/json" : "");
      if (file) {
        const beginning = await readHead(file, path);
        type = mediaTypeOf(file, beginning, kind.contentType).replace(/[^\x20-\x7e]/g, "");
        const extension = detectImageType(beginning)?.extension ?? "bin";
        head += `; filename="${escapeName(file.name) || `${name}-${index + 1}.${extension}`}"`;
      }
      if (type) head += `\r\nContent-Type: ${type}`;
      head += "\r\n\r\n";
      if (file) pieces.push(head, file, "\r\n");
      else pieces.push(`${head}${isJson ? JSON.stringify(item) : String(item)}\r\n`);
    }
  }
  pieces.push(`--${boundary}--\r\n`);
  const contentType = `multipart/form-data; boundary=${boundary}`;
  // Deno resends a string by itself when a kept connection breaks, which may pay twice; a Blob it sends once.
  const isText = !("Deno" in globalThis) && pieces.every((piece) => typeof piece === "string");
  return isText ? { body: pieces.join(""), contentType } : join(pieces, contentType);
}

/** A boundary that no other request has: it identifies this one wherever its headers are seen. */
function createBoundary(): string {
  // Runtimes keep random bytes ready for UUIDs alone; a page that is not secure has none.
  const uuid = (crypto as Partial<Crypto>).randomUUID?.();
  return `form-${uuid ?? crypto.getRandomValues(new Uint32Array(4)).join("-")}`;
}

/** A field that is not in the document can only come through the raw client. */
function guessKind(name: string, value: unknown): PartKind {
  const array = Array.isArray(value);
  const item: unknown = array ? value[0] : value;
  if (toFilePart(item, name)) return { type: "file", array };
  return { type: typeof item === "object" ? "json" : "string", array };
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
async function joinAsBlob(pieces: readonly Piece[], contentType: string): Promise<EncodedForm> {
  const parts: BlobPart[] = [];
  let leastBytes = 0;
  for (const piece of pieces) {
    if (typeof piece === "string") {
      parts.push(piece);
      continue;
    }
    const { blob, size } = piece;
    leastBytes += size;
    parts.push(blob instanceof PlatformBlob && !("Bun" in globalThis) ? blob : await readAll(blob));
  }
  const body = new PlatformBlob(parts, { type: contentType });
  if (body.size >= leastBytes) return { body, contentType };
  throw new InvalidInputError([
    { path: "", message: "has more bytes than this runtime can send in one form" },
  ]);
}
