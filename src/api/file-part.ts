import { PlatformBlob } from "./platform.js";

/** A value with a Blob's members, of whichever realm or package: a page's, an iframe's, a test environment's. */
export interface BlobLike {
  readonly size: number;
  readonly type: string;
  readonly name?: unknown;
  arrayBuffer?: () => Promise<ArrayBuffer>;
  stream?: () => ReadableStream<Uint8Array>;
  slice: (start: number, end: number) => BlobLike;
}

/** A file that a form will carry; its bytes cannot change any more, or are read while they are sent. */
export class FilePart {
  declare readonly blob: BlobLike;
  /** Length in bytes. */
  declare readonly size: number;
  /** File name as it was given; empty if there is none. */
  declare readonly name: string;

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
 * @throws {TypeError} The bytes are elsewhere, because their buffer was transferred.
 */
export function toFilePart(value: unknown): FilePart | undefined {
  if (Object(value) !== value) return undefined; // as most are
  if (value instanceof FilePart) return value;
  if (isBlobLike(value)) return new FilePart(value);
  return isBytes(value) ? new FilePart(copyBytes(value)) : undefined;
}

/** Recognized by its members, because each realm has a class of its own. A Response is none: it has no size. */
function isBlobLike(value: unknown): value is BlobLike {
  const { size, type, slice } = value as Partial<BlobLike>;
  return typeof size === "number" && typeof type === "string" && typeof slice === "function";
}

type Bytes = ArrayBufferView | ArrayBuffer | SharedArrayBuffer;

const isBytes = (value: unknown): value is Bytes =>
  ArrayBuffer.isView(value) || /ArrayBuffer\]$/.test(tagOf(value));

/** Such as `[object Object]`, whatever the realm of the value. */
export const tagOf = (value: unknown): string => Object.prototype.toString.call(value);

function copyBytes(bytes: Bytes): Blob {
  const { buffer = bytes, byteOffset = 0, byteLength } = bytes as Partial<ArrayBufferView> & Bytes;
  // Throws if the buffer was transferred to another thread; a view of such a buffer would pass for an empty file.
  const view = new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
  // A Blob takes no memory that another thread can change, so such memory is copied before.
  return new PlatformBlob([tagOf(buffer).includes("Shared") ? view.slice() : view]);
}
