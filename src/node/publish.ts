import { createHash, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { link, open, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

/** Writes the chunks to a new file in `folder` and on to the disk; whatever fails, no file is left. Returns its path. */
export async function writeTemporary(folder: string, chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const temporary = join(folder, `.${randomUUID()}.part`);
  // Small chunks pile up while the disk is busy, and are written together.
  const file = createWriteStream(temporary, { flags: "wx", flush: true, highWaterMark: 1024 * 1024 });
  try {
    await pipeline(chunks, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return temporary;
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
