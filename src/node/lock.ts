import { randomUUID } from "node:crypto";
import { lstat, mkdir, readdir, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { encodeName } from "./image-files.js";
import { hasEnded, isRunning, ownIdentity } from "./process-identity.js";
import type { ProcessIdentity } from "./process-identity.js";
import { readRegularFile } from "./read-regular-file.js";
import { renamePatiently } from "./rename.js";

/** A lock is held by another process, or by other work of this one. */
export class LockHeld extends Error {
  override readonly name = "LockHeld";
  readonly path: string;
  readonly holder: ProcessIdentity | undefined;

  constructor(path: string, holder: ProcessIdentity | undefined) {
    const who = holder ? `Process ${holder.pid} on ${holder.host}` : "An unknown process";
    super(`${who} holds the lock ${path}`);
    this.path = path;
    this.holder = holder;
  }
}

export interface LockOptions {
  /** Milliseconds to wait for a holder that is running. @default 0 */
  waitMs?: number | undefined;
  /** Takes the lock from its holder, which may be running. @default false */
  breakLock?: boolean | undefined;
}

const pollMs = 20;

/**
 * Runs `work` while nobody else holds the lock at `path`.
 *
 * A lock is a folder with one entry, whose name says who holds it. A folder is renamed to the lock's name with its entry
 * in it, which fails if there is one with an entry; and a lock of a process that has ended is taken by renaming the
 * entry, which one process alone can do, and only as long as the entry is the one that it has seen. So no lock is ever
 * half made, or taken from its heir. Neither hard links nor the contents of files are needed.
 *
 * @throws {LockHeld} Somebody else holds it, who is running or cannot be seen from here.
 */
export async function withLock<T>(
  path: string,
  { waitMs = 0, breakLock = false }: LockOptions,
  work: () => Promise<T>,
): Promise<T> {
  const entry = newEntry();
  const deadline = performance.now() + waitMs;
  for (;;) {
    const holder = await tryLock(path, entry, breakLock);
    if (holder === "mine") break;
    if (performance.now() >= deadline) throw new LockHeld(path, holder);
    await setTimeout(pollMs * (0.5 + Math.random()));
  }
  try {
    return await work();
  } finally {
    // What the work has done counts, also if the folder is gone or its disk fails; the lock ends with this process then.
    await rm(join(path, entry), { force: true }).catch(() => undefined);
    await rmdir(path).catch(() => undefined); // somebody else's by now
  }
}

/** Takes the lock, or says who holds it. */
async function tryLock(
  path: string,
  entry: string,
  breakLock: boolean,
): Promise<"mine" | ProcessIdentity | undefined> {
  const found = await readEntry(path);
  if (found === undefined) return (await makeLock(path, entry)) ? "mine" : undefined;
  if (found === notALock) {
    const holder = await removeFirstVersion(path, breakLock);
    return holder === "removed" ? tryLock(path, entry, breakLock) : holder;
  }
  const holder = parseEntry(found);
  if (!breakLock && !(holder && hasEnded(holder))) return holder;
  try {
    await renamePatiently(join(path, found), join(path, entry));
    return "mine";
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined; // another was faster
    throw error;
  }
}

/** Something else has the lock's name: a file, as the first version of this package made, or a link, which is not followed. */
const notALock = "";

async function readEntry(path: string): Promise<string | undefined> {
  try {
    if ((await lstat(path)).isSymbolicLink()) return notALock;
    const [entry] = await readdir(path);
    // A holder that was killed in the end; a folder that is not empty stays.
    if (entry === undefined) await rmdir(path).catch(() => undefined);
    return entry;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    if (code === "ENOTDIR") return notALock;
    throw error;
  }
}

/** The first version's lock was a file with JSON. Removes it if its process has ended, or says whose it is. */
async function removeFirstVersion(
  path: string,
  breakLock: boolean,
): Promise<ProcessIdentity | "removed" | undefined> {
  const text = await readRegularFile(path).catch(() => "");
  const [, pid, host] = /^\{"process":(\d+),"host":"([^"]*)"\}$/.exec(text) ?? [];
  const own = ownIdentity();
  const holder = host === undefined ? undefined : { ...own, pid: Number(pid), host: encodeName(host) };
  const hasItEnded = holder && holder.host === own.host && (holder.pid === own.pid || !isRunning(holder.pid));
  if (!breakLock && !hasItEnded) return holder;
  const draft = draftOf(path);
  await writeFile(draft, "");
  // Only a file can replace a file: if another process has made its lock here by now, that stays.
  await rename(path, draft).catch(() => undefined);
  await rm(draft, { force: true });
  return "removed";
}

async function makeLock(path: string, entry: string): Promise<boolean> {
  const draft = draftOf(path);
  await mkdir(draft);
  try {
    await writeFile(join(draft, entry), "");
    await renamePatiently(draft, path, async (from, to) => {
      try {
        await rename(from, to);
      } catch (error) {
        throw (await readEntry(path)) === undefined ? error : new LockTaken();
      }
    });
    return true;
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // Systems have many names for a folder that is there already, or was until a moment ago.
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof LockTaken || code === "ENOTEMPTY" || code === "EEXIST" || code === "ENOTDIR")
      return false;
    throw error;
  }
}

/** Somebody else was faster. */
class LockTaken extends Error {}

const draftOf = (path: string): string => join(dirname(path), `.${randomUUID()}.lock`);

function newEntry(): string {
  const { pid, started, machine, boot, namespace, host } = ownIdentity();
  return [pid, started, machine, boot, namespace, host, randomUUID().slice(0, 8)].join(".");
}

/** Undefined if it is not the name of an entry. */
function parseEntry(entry: string): ProcessIdentity | undefined {
  const [pid = "", started, machine, boot, namespace, host, ...rest] = entry.split(".");
  if (!/^\d+$/.test(pid) || !started || !machine || !boot || !namespace || !host) return undefined;
  return rest.length === 1 ? { pid: Number(pid), started, machine, boot, namespace, host } : undefined;
}
