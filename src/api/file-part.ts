import { InvalidInputError } from "../errors.js";
import { openPieces } from "../fetch-agreement.js";
import type { Pieces } from "../fetch-agreement.js";
import { detectImageType, imageSignatureLength } from "../image-type.js";
import { PlatformBlob } from "./platform.js";

/** A value with a Blob's members, of whichever realm or package: a page's, an iframe's, a test environment's. */
export interface BlobLike {
  readonly size: number;
  readonly type: string;
  readonly name?: unknown;
  arrayBuffer?: () => Promise<ArrayBuffer>;
  stream?: () => ReadableStream<Uint8Array>;
  slice: (start: number, end: number) => BlobLike;
  [openPieces]?: () => Pieces;
}

/** A file that a form will carry; its bytes cannot change any more, or are read while they are sent. */
export class FilePart {
  readonly blob: BlobLike;
  /** Length in bytes. */
  readonly size: number;
  /** File name as it was given; empty if there is none. */
  readonly name: string;

  constructor(blob: BlobLike) {
    this.blob = blob;
    this.size = blob.size;
    this.name = typeof blob.name === "string" ? blob.name : "";
  }
}

/**
 * Takes a file's bytes as they are now: bytes in memory are copied, once; a Blob cannot change and is kept.
 *
 * @returns undefined if the value is not a file.
 * @throws {InvalidInputError} The bytes are elsewhere, because their buffer was transferred.
 */
export function toFilePart(value: unknown, path: string): FilePart | undefined {
  if (value instanceof FilePart) return value;
  if (isBlobLike(value)) return new FilePart(value);
  if (!isBytes(value)) return undefined;
  try {
    return new FilePart(copyBytes(value));
  } catch (cause) {
    const message = "cannot be read: its buffer was transferred, so its bytes are elsewhere";
    throw new InvalidInputError([{ path, message }], { cause });
  }
}

/** Judged by its members, because each realm has a class of its own. A Response is none: it has no size. */
function isBlobLike(value: unknown): value is BlobLike {
  const { size, type, slice } = Object(value) as Partial<BlobLike>;
  return typeof size === "number" && typeof type === "string" && typeof slice === "function";
}

type Bytes = ArrayBufferView | ArrayBuffer | SharedArrayBuffer;

function isBytes(value: unknown): value is Bytes {
  return ArrayBuffer.isView(value) || /^\[object (Shared)?ArrayBuffer\]$/.test(tagOf(value));
}

const tagOf = (value: unknown): string => Object.prototype.toString.call(value);

function copyBytes(bytes: Bytes): Blob {
  const { buffer = bytes, byteOffset = 0, byteLength } = bytes as Partial<ArrayBufferView> & Bytes;
  // Throws if the buffer was transferred to another thread; a view of such a buffer would pass for an empty file.
  const view = new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
  // A Blob takes no memory that another thread can change, so such memory is copied before.
  return new PlatformBlob([tagOf(buffer) === "[object SharedArrayBuffer]" ? view.slice() : view]);
}

/** Reads a file's first bytes, of every file: one that cannot be read is noticed before anything was sent. */
export async function readHead({ blob }: FilePart, path: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readAll(blob.slice(0, imageSignatureLength)));
  } catch (cause) {
    const message = "cannot be read: the file has changed or is gone since it was opened";
    throw new InvalidInputError([{ path, message }], { cause });
  }
}

/** Reads all bytes of a file. Older test environments have Blobs that only a FileReader can read. */
export async function readAll(blob: BlobLike): Promise<ArrayBuffer> {
  if (blob.arrayBuffer) return blob.arrayBuffer();
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as ArrayBuffer);
    reader.onerror = () => reject(reader.error!);
    reader.readAsArrayBuffer(blob as unknown as Blob);
  });
}

/** A file's media type: as it says itself, unless it says nothing; then as its first bytes say. */
export function mediaTypeOf(
  { blob, name }: FilePart,
  head: Uint8Array,
  declared: string | undefined,
): string {
  const own = blob.type === "application/octet-stream" ? "" : blob.type;
  return (name && own) || declared || detectImageType(head)?.type || blob.type || "application/octet-stream";
}
