// Whole modules are imported: a runtime that lacks a name would not even load a named import.
import buffer from "node:buffer";
import fs from "node:fs";
import { open, stat } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { openPieces } from "../fetch-agreement.js";
import type { Pieces } from "../fetch-agreement.js";
import { ConfigurationError, detectImageType, imageSignatureLength, InvalidInputError } from "../index.js";

/** A file on disk. */
export interface FileFromPath extends File {
  /** Where it is, absolute. */
  readonly path: string;
}

/** The name and type under which a file is sent. */
export interface FileFromPathOptions {
  /** File name. @default the last part of the path */
  name?: string | undefined;
  /** Media type, such as `image/png`. @default told from the first bytes, or empty if they are no known image */
  type?: string | undefined;
}

/**
 * Makes a `File` of a file on disk, which is read while it is sent and takes no memory, whatever its size.
 *
 * The file must stay as it is until it was sent.
 *
 * @throws {InvalidInputError} There is no such file, or it is a folder, empty, unreadable, not a regular file, or too large
 * for the runtime: Node 20 sends less than 4 GiB.
 * @throws {ConfigurationError} The runtime has no `fs.openAsBlob`; Node has it from version 20 on.
 * @example
 * await client.generate("seedreamv5", { prompt: "the same fox at night", sourceImage: [await fileFromPath("fox.png")] });
 */
export async function fileFromPath(
  path: string | URL,
  options: FileFromPathOptions = {},
): Promise<FileFromPath> {
  if (typeof fs.openAsBlob !== "function") {
    throw new ConfigurationError(
      "fileFromPath needs fs.openAsBlob, which this runtime lacks: use Node 20 or later",
    );
  }
  const { name, type } = options;
  try {
    const filePath = path instanceof URL ? fileURLToPath(path) : path;
    const { size, lastModified, beginning } = await inspect(filePath);
    const bytes = await fs.openAsBlob(filePath);
    if (!canBeSent(bytes, size)) throw new UnfitFile(`is too large: this runtime cannot send ${size} bytes`);
    return new FileOnDisk(filePath, bytes, name ?? basename(filePath), {
      type: type ?? detectImageType(beginning)?.type ?? "",
      lastModified,
    });
  } catch (error) {
    throw new InvalidInputError([{ path: "", message: `${path} ${faultOf(error)}` }], { cause: error });
  }
}

/** A fault of the path itself, in words; it is not an error of the system. */
class UnfitFile extends Error {}

/** Node 20 counts the bytes of a Blob in 32 bits: a larger one, and the form around it, would be sent as less. */
function canBeSent(bytes: Blob, size: number): boolean {
  const rest = new Uint8Array(64 * 1024);
  if (size + rest.byteLength < 2 ** 32) return true;
  try {
    return new buffer.Blob([bytes, rest] as never).size === size + rest.byteLength;
  } catch {
    return false;
  }
}

async function inspect(path: string): Promise<{ size: number; lastModified: number; beginning: Uint8Array }> {
  // Before it is opened: opening a pipe waits for its writer.
  const found = await stat(path);
  if (found.isDirectory()) throw new UnfitFile("is a folder; name a file in it");
  if (!found.isFile()) throw new UnfitFile("is not a regular file; save its content to a file first");
  if (found.size === 0) throw new UnfitFile("is empty; check that it was written completely");
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read({ buffer: new Uint8Array(imageSignatureLength) });
    return {
      size: found.size,
      lastModified: Math.trunc(found.mtimeMs),
      beginning: buffer.subarray(0, bytesRead),
    };
  } finally {
    await file.close();
  }
}

function faultOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof UnfitFile) return message;
  if (code === "ENOENT" || code === "ENOTDIR") return "does not exist; check the path";
  return `cannot be read (${code ?? message}); check the path and its permissions`;
}

/** Bytes of one read; the platform's own stream of a file reads 64 KiB at a time, which takes twice the time. */
const pieceBytes = 512 * 1024;

// A test environment such as jsdom replaces the global by its own, which takes no Blob of Node's.
const PlatformFile = (buffer as unknown as { File?: typeof File }).File ?? File;

/** A file on disk, as a `File` whose stream reads large pieces; whatever else is asked of it is the platform's. */
class FileOnDisk extends PlatformFile {
  readonly #path: string;

  constructor(path: string, bytes: Blob, name: string, options: FilePropertyBag) {
    super([bytes], name, options);
    this.#path = path;
  }

  /** Together with size and time of modification, this identifies the file without reading it. */
  get path(): string {
    return resolve(this.#path);
  }

  [openPieces](): Pieces {
    let file: FileHandle | undefined;
    const close = async () => file?.close();
    const read = async (spare: Uint8Array = new Uint8Array(pieceBytes)) => {
      file ??= await this.#open();
      const { bytesRead } = await file.read({ buffer: spare });
      if (bytesRead > 0) return spare.subarray(0, bytesRead);
      return void (await close());
    };
    return {
      read: (spare) =>
        read(spare).catch((error: unknown) => close().then(() => Promise.reject(error as Error))),
      cancel: close,
    };
  }

  override stream(): ReturnType<Blob["stream"]> {
    const pieces = this[openPieces]();
    return new ReadableStream(
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

  /** The file must still be the one that was chosen: what was written since is not what was asked for. */
  async #open(): Promise<FileHandle> {
    const file = await open(this.#path);
    const { size, mtimeMs } = await file.stat();
    if (size === this.size && Math.trunc(mtimeMs) === this.lastModified) return file;
    await file.close();
    throw new Error(`${this.#path} has changed since it was chosen; choose it again`);
  }
}
