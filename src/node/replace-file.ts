import { randomUUID } from "node:crypto";
import { link, open, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { renamePatiently } from "./rename.js";

/** How a small file is written. */
export interface WriteOptions {
  /** Permissions of the file. */
  mode: number;
  /** Whether its bytes are on the disk when it gets its name. */
  durable: boolean;
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
  makeLink = link,
): Promise<boolean | undefined> {
  return withTemporary(path, text, options, async (temporary) => {
    try {
      // A link, unlike a rename, takes no name that is taken.
      await makeLink(temporary, path);
      return true;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === "EEXIST" ? false : undefined;
    } finally {
      await unlink(temporary).catch(() => undefined);
    }
  });
}

/** Writes a temporary file for `take`, which renames or removes it; after a failure it is removed. */
async function withTemporary<T>(
  path: string,
  text: string,
  { mode, durable }: WriteOptions,
  take: (temporary: string) => Promise<T>,
): Promise<T> {
  const temporary = join(dirname(path), `.${randomUUID()}.tmp`);
  const file = await open(temporary, "wx", mode);
  try {
    try {
      // What is shared is shared whatever the umask says; some file systems have no permissions to change.
      if (mode & 0o077) await file.chmod(mode).catch(() => undefined);
      await file.writeFile(text);
      if (durable) await file.sync();
    } finally {
      await file.close();
    }
    return await take(temporary);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
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
  const handle = await open(folder).catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close().catch(() => undefined);
}
