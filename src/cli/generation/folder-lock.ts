import { randomUUID } from "node:crypto";
import { link, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { UsageError } from "../exit-status.js";
import { explainWriteError } from "./record-files.js";

const name = ".lock";

/**
 * Runs `work` while no other run works in the folder, so that no row is submitted by both.
 *
 * The lock of a process that was killed is taken over.
 *
 * @throws {UsageError} Another run is at work there, or the folder cannot be written to.
 * @throws {RecordError} There is no room for it on the disk.
 */
export async function withFolderLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const path = join(folder, name);
  await takeLock(path, folder);
  try {
    await removeLeftovers(folder);
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function takeLock(path: string, folder: string): Promise<void> {
  const owner = JSON.stringify({ process: process.pid, host: hostname() });
  const draft = `${path}-${randomUUID()}`;
  for (;;) {
    try {
      await mkdir(folder, { recursive: true });
      await writeFile(draft, owner);
      await link(draft, path); // appears whole, or not at all if there is one
      return;
    } catch (cause) {
      const error = cause as NodeJS.ErrnoException;
      if (error.code !== "EEXIST") throw explainWriteError(`The folder ${folder} cannot be used`, error);
    } finally {
      await rm(draft, { force: true });
    }
    const other = await readOwner(path);
    if (other && isAlive(other)) {
      throw new UsageError(
        `Process ${other.process} on ${other.host} works in ${folder}. If it does not, delete ${path}`,
      );
    }
    await rm(path, { force: true });
  }
}

interface Owner {
  process: number;
  host: string;
}

/** Undefined if the lock is gone by now, or cannot be read. */
async function readOwner(path: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Owner;
  } catch {
    return undefined;
  }
}

/** Whether a process runs; what another machine runs cannot be seen, so that counts as running. */
function isAlive(owner: Owner): boolean {
  if (owner.host !== hostname()) return true;
  try {
    process.kill(owner.process, 0);
    return owner.process !== process.pid; // a process id that came round again
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** The names of records and images until they are whole. */
const temporaryName = /^\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.(tmp|part)$/;

/** A record is written in no time, and a download that gets nothing for half as long is given up. */
const longestPauseMs = 60_000;

/** Removes the half-written files of processes that were killed: those that have not grown for a minute. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!temporaryName.test(name)) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined); // gone by now
    if (found && Date.now() - found.mtimeMs > longestPauseMs) await rm(path, { force: true });
  }
}
