import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";

/** Bytes of one read; the platform's own stream of a file reads 64 KiB at a time, which takes twice the time. */
const pieceBytes = 512 * 1024;

/** A file on disk, as a `File` whose stream reads large pieces; whatever else is asked of it is the platform's. */
export class FileOnDisk extends File {
  readonly #path: string;

  constructor(path: string, bytes: Blob, name: string, options: FilePropertyBag) {
    super([bytes], name, options);
    this.#path = path;
  }

  override stream(): ReturnType<Blob["stream"]> {
    let file: FileHandle | undefined;
    const close = async () => file?.close();
    const read = async () => {
      file ??= await this.#open();
      const { buffer, bytesRead } = await file.read({ buffer: new Uint8Array(pieceBytes) });
      return buffer.subarray(0, bytesRead);
    };
    return new ReadableStream(
      {
        async pull(controller) {
          try {
            const piece = await read();
            if (piece.byteLength > 0) return controller.enqueue(piece);
            await close();
            controller.close();
          } catch (error) {
            await close();
            throw error;
          }
        },
        cancel: close,
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
