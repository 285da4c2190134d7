import { createHash, randomUUID } from "node:crypto";
import {
  closeSync,
  createReadStream,
  fdatasync,
  linkSync,
  openSync,
  unlinkSync,
  write,
  writeFileSync,
} from "node:fs";
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { renamePatiently } from "./rename.js";

/** Together with a number and an extension this stays far below the 143 bytes of the strictest file system in use. */
const longestStem = 100;

/**
 * Names the file of an image: `<id>-<number>.<extension>`, by a task id or any other text.
 *
 * A task id is text of the service's choosing. Every character but lower-case ASCII letters, digits, underscores and
 * hyphens is percent-encoded, which leaves no separator, no dot, no name that Windows reserves, and nothing that a file
 * system folds or normalises. Upper case is encoded too, so two ids that differ stay apart even where case is ignored.
 */
export function imageFileName(id: string, number: number, extension: string): string {
  return `${encodeName(id)}-${number}.${extension}`;
}

/** Encodes a text to a part of a file name that is safe on every system, and is another's for every other text. */
export function encodeName(id: string): string {
  if (plainName.test(id)) return id;
  if (id === "") return "%"; // Nothing else is encoded like this, nor as the %x below.
  const stem = Array.from(id, encodeCharacter).join("").replace(/^-/, "%2d");
  if (stem.length <= longestStem) return stem;
  const digest = createHash("sha256").update(id, "utf16le").digest("hex");
  return `${stem.slice(0, longestStem - digest.length - 2)}%x${digest}`;
}

/** A text that is its own name, as most are. */
const plainName = new RegExp(`^[a-z0-9_][a-z0-9_-]{0,${longestStem - 1}}$`);

function encodeCharacter(character: string): string {
  if (/^[a-z0-9_-]$/.test(character)) return character;
  // UTF-8 has no bytes for half of a surrogate pair and would make all of them the same.
  if (/^[\ud800-\udfff]$/.test(character)) return `%u${character.charCodeAt(0).toString(16)}`;
  return Array.from(Buffer.from(character), (byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
}

/** Bytes of one write; one for each chunk would take longer than the chunk takes to arrive. */
const batchBytes = 1024 * 1024;
/** Fewer bytes are written at once, in less time than it takes to ask the thread pool for it. */
const smallBytes = 128 * 1024;
/** Syncing meanwhile leaves little to wait for at the end. */
const batchesPerSync = 4;

// What takes long goes through the thread pool. Names are given and taken with calls that block, for some microseconds:
// through the pool they take several times the processor time.
const [writeBytes, syncBytes] = [promisify(write), promisify(fdatasync)];

/** Writes the chunks to a new file in `folder` and on to the disk, and returns its path. After a failure no file is left. */
export async function writeTemporary(folder: string, chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const temporary = join(folder, `.${randomUUID()}.part`);
  const file = openSync(temporary, "wx");
  try {
    await writeBehind(file, chunks).finally(() => closeSync(file));
  } catch (error) {
    remove(temporary);
    throw error;
  }
  return temporary;
}

/**
 * Writes in batches, each while the next one arrives, and syncs them to the disk meanwhile.
 *
 * Nothing is under way any more when it ends, in whatever way: the number of a closed file may be another's.
 */
async function writeBehind(file: number, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  let batch: Uint8Array[] = [];
  let bytes = 0;
  let batches = 0;
  let written = Promise.resolve();
  let synced = Promise.resolve();
  async function writeBatch(): Promise<void> {
    await written; // a failure of the last batch ends the download here
    const all = Buffer.concat(batch);
    if (bytes <= smallBytes) writeFileSync(file, all);
    else {
      written = writeAll(file, all);
      written.catch(() => {});
    }
    batch = [];
    bytes = 0;
    if (++batches % batchesPerSync !== 0) return;
    synced = Promise.all([written, synced]).then(() => syncBytes(file));
    synced.catch(() => {});
  }
  try {
    for await (const chunk of chunks) {
      batch.push(chunk);
      bytes += chunk.byteLength;
      if (bytes >= batchBytes) await writeBatch();
    }
    await writeBatch();
    await Promise.all([written, synced]);
    await syncBytes(file);
  } finally {
    await Promise.allSettled([written, synced]);
  }
}

async function writeAll(file: number, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length;) at += (await writeBytes(file, bytes, at)).bytesWritten;
}

/** The file name of an image belongs to a different file, which was not touched. */
export class TargetTaken extends Error {
  override readonly name = "TargetTaken";
}

type MakeLink = (existing: string, name: string) => void | Promise<void>;

/**
 * Gives a whole file the first of the names that is free, in one step or not at all, and returns that name. A file that has
 * the name already and the same bytes is as good. The temporary file is gone afterwards in any case.
 *
 * @throws {TargetTaken} Every name belongs to a different file.
 */
export async function publish(
  temporary: string,
  targets: readonly string[],
  makeLink: MakeLink = linkSync,
): Promise<string> {
  try {
    for (const target of targets) {
      if (await claim(temporary, target, makeLink)) return target;
      if (await haveSameBytes(temporary, target)) return target;
    }
    throw new TargetTaken(`${targets.at(-1)} already exists and is different`);
  } finally {
    remove(temporary);
  }
}

function remove(temporary: string): void {
  try {
    unlinkSync(temporary);
  } catch {
    // It was renamed, or the next run in the folder removes it.
  }
}

/** Returns false if the name is taken. A rename alone would overwrite silently, and a look beforehand proves nothing. */
async function claim(temporary: string, target: string, makeLink: MakeLink): Promise<boolean> {
  try {
    await makeLink(temporary, target);
    return true;
  } catch (error) {
    if (isTaken(error)) return false;
  }
  // Some file systems, such as exFAT, have no hard links: there, an empty file reserves the name. A second process that
  // looks at that moment finds the name taken by a different file, and has to try again.
  try {
    closeSync(openSync(target, "wx"));
  } catch (error) {
    if (isTaken(error)) return false;
    throw error;
  }
  try {
    await renamePatiently(temporary, target);
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
