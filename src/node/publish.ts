import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { link, open, rename, rm, stat } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";

/** Bytes of one write; one for each chunk would take longer than the chunk took to come. */
const batchBytes = 1024 * 1024;
/** So that little is left to wait for at the end. */
const batchesPerSync = 4;

/** Writes the chunks to a new file in `folder` and on to the disk; whatever fails, no file is left. Returns its path. */
export async function writeTemporary(folder: string, chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const temporary = join(folder, `.${randomUUID()}.part`);
  const file = await open(temporary, "wx");
  try {
    await writeBehind(file, chunks).finally(() => file.close());
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return temporary;
}

/** Writes in batches, each while the next one comes, and has the disk take them over meanwhile. */
async function writeBehind(file: FileHandle, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  let batch: Uint8Array[] = [];
  let bytes = 0;
  let batches = 0;
  let written = Promise.resolve();
  let synced = Promise.resolve();
  async function write(): Promise<void> {
    await written; // a failure of the last batch ends the download here
    written = file.writeFile(Buffer.concat(batch));
    written.catch(() => {});
    batch = [];
    bytes = 0;
    if (++batches % batchesPerSync !== 0) return;
    synced = Promise.all([written, synced]).then(() => file.datasync());
    synced.catch(() => {});
  }
  for await (const chunk of chunks) {
    batch.push(chunk);
    bytes += chunk.byteLength;
    if (bytes >= batchBytes) await write();
  }
  await write();
  await Promise.all([written, synced]);
  await file.datasync();
}

/** A different file is where an image was to be saved; it was not touched. */
export class TargetTaken extends Error {
  override readonly name = "TargetTaken";
}

/**
 * Gives a whole file its name, which it takes at once or not at all; a file that already has the name and the same bytes
 * is as good. The temporary file is gone afterwards in any case.
 *
 * @throws {TargetTaken} The name belongs to a different file.
 */
export async function publish(temporary: string, target: string, makeLink = link): Promise<void> {
  try {
    if (await claim(temporary, target, makeLink)) return;
    if (!(await haveSameBytes(temporary, target)))
      throw new TargetTaken(`${target} is there already, and is different`);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Returns false if the name is taken. A rename alone would overwrite silently, and a look beforehand proves nothing. */
async function claim(temporary: string, target: string, makeLink: typeof link): Promise<boolean> {
  try {
    await makeLink(temporary, target);
    return true;
  } catch (error) {
    if (isTaken(error)) return false;
  }
  // Hard links are unknown to some file systems, such as exFAT: there, an empty file reserves the name. Who comes second
  // at that moment finds the name taken by a different file, and has to come again.
  try {
    await (await open(target, "wx")).close();
  } catch (error) {
    if (isTaken(error)) return false;
    throw error;
  }
  try {
    await rename(temporary, target);
  } catch (error) {
    await rm(target, { force: true });
    throw error;
  }
  return true;
}

function isTaken(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "EEXIST";
}

async function haveSameBytes(path: string, other: string): Promise<boolean> {
  const [one, two] = await Promise.all([stat(path), stat(other)]);
  if (one.size !== two.size) return false;
  const [digest, otherDigest] = await Promise.all([digestOf(path), digestOf(other)]);
  return digest.equals(otherDigest);
}

async function digestOf(path: string): Promise<Buffer> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest();
}
