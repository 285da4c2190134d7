import { toFilePart } from "../api/file-part.js";
import type { BlobLike, FilePart } from "../api/file-part.js";
import type { FindType } from "../api/multipart.js";
import { InvalidInputError } from "../errors.js";
import { detectImageType, imageSignatureLength } from "../image-type.js";

/**
 * Takes a file's bytes as they are now.
 *
 * @returns undefined if the value is not a file.
 * @throws {InvalidInputError} The bytes are elsewhere, because their buffer was transferred.
 */
export function takeFile(value: unknown, path: string): FilePart | undefined {
  try {
    return toFilePart(value);
  } catch (cause) {
    const message = "cannot be read: its buffer was transferred, so its bytes are elsewhere";
    throw new InvalidInputError([{ path, message }], { cause });
  }
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

/** A file's type: as it says itself, unless it says nothing; then as its first bytes say. */
export const findType: FindType = async (file, { array, contentType }, field, index) => {
  const { blob, name } = file;
  const image = detectImageType(await readHead(file, array ? `${field}[${index}]` : field));
  const own = blob.type === "application/octet-stream" ? "" : blob.type;
  const type = (name && own) || contentType || image?.type || blob.type || "application/octet-stream";
  return { type, extension: image?.extension ?? "bin" };
};
