import { randomUUID } from "node:crypto";
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsync,
  linkSync,
  openSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import type { Stats } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { renamePatiently } from "./rename.js";

// What waits for the disk goes through the thread pool. The other calls block, for some microseconds: through the pool
// they take several times the processor time, and a generation has dozens of them.
const sync = promisify(fsync);

/** Options for writing a small file. */
export interface WriteOptions {
  /** Permissions of the file. */
  mode: number;
  /** Whether its bytes are on the disk when it gets its name. */
  durable: boolean;
  /** Called with the file's size and times once it is written. */
  onWritten?: ((file: Stats) => void) | undefined;
}

/** Writes a file as a whole: a reader finds all of the old or all of the new. */
export async function replaceFile(path: string, text: string, options: WriteOptions): Promise<void> {
  await withTemporary(path, text, options, (temporary) => renamePatiently(temporary, path));
}

/**
 * Writes a file that must not be there yet, as a whole.
 *
 * @returns Whether it was written; `undefined` where the file system cannot tell, for want of hard links.
 */
export async function createFile(
  path: string,
  text: string,
  options: WriteOptions,
  makeLink = linkSync,
): Promise<boolean | undefined> {
  return withTemporary(path, text, options, async (temporary) => {
    try {
      // A link, unlike a rename, takes no name that is taken.
      makeLink(temporary, path);
      return true;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === "EEXIST" ? false : undefined;
    } finally {
      remove(temporary);
    }
  });
}

/**
 * Appends to a file that is there, in one step.
 *
 * @returns Whether it was written. If not, a part of it may be there.
 */
export async function appendToFile(
  path: string,
  text: string,
  { mode, durable, onWritten }: WriteOptions,
): Promise<boolean> {
  try {
    const file = openSync(path, appending);
    try {
      if (mode & 0o077) allow(file, mode);
      writeFileSync(file, text);
      if (durable) await sync(file);
      onWritten?.(fstatSync(file));
    } finally {
      closeSync(file);
    }
    return true;
  } catch {
    return false;
  }
}

/** A symbolic link is not followed, and a pipe not waited for; Windows has neither. */
const appending =
  constants.O_WRONLY | constants.O_APPEND | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Writes a temporary file for `take`, which renames or removes it; after a failure it is removed. */
async function withTemporary<T>(
  path: string,
  text: string,
  { mode, durable, onWritten }: WriteOptions,
  take: (temporary: string) => Promise<T>,
): Promise<T> {
  const temporary = join(dirname(path), `.${randomUUID()}.tmp`);
  const file = openSync(temporary, "wx", mode);
  try {
    try {
      if (mode & 0o077) allow(file, mode);
      writeFileSync(file, text);
      if (durable) await sync(file);
      onWritten?.(fstatSync(file));
    } finally {
      closeSync(file);
    }
    return await take(temporary);
  } catch (error) {
    remove(temporary);
    throw error;
  }
}

/** Shares a file whatever the umask says; some file systems have no permissions to change. */
function allow(file: number, mode: number): void {
  try {
    fchmodSync(file, mode);
  } catch {
    // As the file system has it.
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It was renamed, or the next run in the folder removes it.
  }
}

/**
 * Makes a function that has the names in a folder survive a power cut, where the system can do that and needs it.
 *
 * One run serves everybody who asked before it began: with many files at work, far fewer runs than files.
 */
export function createSyncNames(folder: string): () => Promise<void> {
  let running = Promise.resolve();
  let next: Promise<void> | undefined;
  return () => {
    next ??= running.then(() => {
      next = undefined;
      return (running = syncNames(folder));
    });
    return next;
  };
}

async function syncNames(folder: string): Promise<void> {
  if (process.platform === "win32") return; // a folder cannot be opened there, and its names need no sync
  try {
    const names = openSync(folder, "r");
    await sync(names).finally(() => closeSync(names));
  } catch {
    // Some file systems cannot; their names are as safe as they can be.
  }
}
