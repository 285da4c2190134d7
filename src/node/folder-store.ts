import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ConfigurationError, createImageLimit, RecordBusyError, RecordError } from "../index.js";
import type { GenerationRecord, MaxImages, RecordStore } from "../index.js";
import { createCountDay, readDayCount } from "./day-count.js";
import { explainReadFailure, explainWriteFailure, isSystemError } from "./file-failure.js";
import { encodeName } from "./image-files.js";
import { createRecordFile, readRecordFile, writeRecordFile } from "./record-file.js";
import type { RecordFile } from "./record-file.js";
import { createRecentLines } from "./recent-lines.js";
import type { RecentLines } from "./recent-lines.js";
import { recordFileName, recordIdOf, recordSuffix } from "./record-name.js";
import { removeLeftovers } from "./leftovers.js";
import { LockHeld, withLock } from "./lock.js";
import { makeFolder } from "./make-folder.js";
import { createSyncNames } from "./replace-file.js";

/** Options of `createFolderStore`. */
export interface FolderStoreOptions {
  /** Permissions of the records' files, such as 0o660 for a folder that a group shares. @default 0o600 */
  mode?: number | undefined;
  /** Most images that may be asked for; the day's number is shared by all processes. @default no limit */
  maxImages?: MaxImages | undefined;
}

/** The records of one folder; `tensorslab-images resume` and `batch` work with the same ones. */
export interface FolderStore extends RecordStore {
  /** Absolute path of the folder. */
  readonly folder: string;
  /** Where the record of that id is. */
  pathOf(id: string): string;
  /** The ids of all records, in order. */
  list(): Promise<string[]>;
  /** Number of images that all processes with a `maxImages.day` have asked for today (UTC). */
  countToday(): Promise<number>;
  /**
   * Runs `work` while no other run works in the folder; the lock of a process that has ended is taken over. Single
   * generations need no lock.
   *
   * @param options `breakLock` takes the lock from its holder, which may be running.
   * @throws {RecordBusyError} Another run works there, or ran on another machine.
   */
  runAlone<T>(work: () => Promise<T>, options?: { breakLock?: boolean | undefined }): Promise<T>;
}

/** A write that must not replace a later attempt, because who reads it may submit again. */
const resubmittable: readonly string[] = ["not-sent", "rejected", "unknown", "failed"];

/** A record's lock is held for a few reads and writes of small files. */
const lockWaitMs = 5000;

/**
 * Creates a store that keeps each record in a file of its own, `<id>.record.json`, in a folder that is created if missing.
 *
 * It is safe for any number of processes, killed at any moment, on disks with and without hard links.
 *
 * @throws {ConfigurationError} An option is invalid.
 * @example
 * const records = createFolderStore("images", { maxImages: { day: 500 } });
 * const input = { prompt: "a red fox in fresh snow" };
 * const task = await generateOnce(client, "seedreamv5", input, { records, idempotencyKey: "order-1234" });
 */
export function createFolderStore(folderPath: string | URL, options: FolderStoreOptions = {}): FolderStore {
  const { mode = 0o600, maxImages = {} } = options;
  if (!Number.isInteger(mode) || mode < 0 || mode > 0o777) {
    throw new ConfigurationError("`mode` must be file permissions, such as 0o600");
  }
  const folder = resolve(folderPath instanceof URL ? fileURLToPath(folderPath) : folderPath);
  const syncFolder = createSyncNames(folder);
  const pathOf = (id: string): string => join(folder, recordFileName(id));
  const recent = createRecentLines();
  const limit = createImageLimit(maxImages, createCountDay(folder, mode));

  /** The first version took ids for names as they were, also with upper case and dots; such a record stays there. */
  async function locate(id: string): Promise<string> {
    const path = pathOf(id);
    const firstVersion = join(folder, `${id}${recordSuffix}`);
    if (firstVersion === path || !/^[a-z0-9][\w.-]{0,99}$/i.test(id) || existsSync(path)) return path;
    // Where case is ignored, the name may be another record's.
    return existsSync(firstVersion) && (await readRecordFile(firstVersion))?.record.id === id
      ? firstVersion
      : path;
  }

  async function put(
    path: string,
    record: GenerationRecord,
    found: RecordFile | undefined,
    durable: boolean,
  ): Promise<void> {
    const isNew = await writeRecordFile(path, record, found, { mode, durable }, recent);
    if (isNew && durable) await syncFolder();
  }

  const alone = <T>(id: string, work: () => Promise<T>): Promise<T> =>
    withLock(join(folder, `.${encodeName(id)}.lock`), { waitMs: lockWaitMs }, work);

  async function create(path: string, record: GenerationRecord): Promise<boolean> {
    const created = await createRecordFile(path, record, { mode, durable: true }, recent);
    if (created !== undefined) {
      if (created) await syncFolder();
      return created;
    }
    return alone(record.id, async () => {
      if (await readRecordFile(path)) return false;
      await put(path, record, undefined, true);
      return true;
    });
  }

  async function claim(
    record: GenerationRecord,
    previous: Pick<GenerationRecord, "attempt" | "state"> | undefined,
  ): Promise<boolean> {
    const path = await locate(record.id);
    if (!previous) return path === pathOf(record.id) ? create(path, record) : false;
    return alone(record.id, async () => {
      recent.forget(path); // another look must find what is there now
      const found = await readRecordFile(path);
      const { state, attempt = 1 } = { ...found?.record };
      const isKnown = state === previous.state && attempt === previous.attempt;
      if (isKnown) await put(path, record, found, true);
      return isKnown;
    });
  }

  return {
    folder,
    pathOf,
    async read(id) {
      return (await readRecordFile(await locate(id), recent))?.record;
    },
    async write(record, { durable }) {
      await explain(record.id, async () => {
        await limit.settle(record);
        const path = await locate(record.id);
        const write = async (known?: RecentLines) => {
          const found = await readRecordFile(path, known);
          if ((found?.record.attempt ?? 1) <= record.attempt) await put(path, record, found, durable);
        };
        await (resubmittable.includes(record.state) ? alone(record.id, () => write()) : write(recent));
      });
    },
    async claim(record, previous) {
      return explain(record.id, async () => {
        await inFolder(() => limit.take(record));
        let isClaimed = false;
        try {
          isClaimed = await inFolder(() => claim(record, previous));
        } finally {
          if (!isClaimed) await limit.settle({ id: record.id, state: "not-sent" });
        }
        return isClaimed;
      });
    },
    countToday: () => readDayCount(folder, new Date().toISOString().slice(0, 10)),
    async list() {
      const entries = await readdir(folder, { withFileTypes: true }).catch(
        async (cause: NodeJS.ErrnoException) => {
          const reason = await explainReadFailure(cause);
          throw new RecordError(`The folder ${folder} cannot be read ${reason}; check the path`, { cause });
        },
      );
      const ids = new Set<string>();
      for (const entry of entries) {
        const { name } = entry;
        if (!name.endsWith(recordSuffix) || name.startsWith(".")) continue;
        const id =
          recordIdOf(name) ??
          (entry.isFile() ? (await readRecordFile(join(folder, name)))?.record.id : undefined);
        if (typeof id === "string") ids.add(id);
      }
      return [...ids].sort();
    },
    async runAlone(work, { breakLock = false } = {}) {
      await openFolder(folder);
      try {
        return await withLock(join(folder, ".lock"), { breakLock }, async () => {
          if (breakLock) await removeLocks(folder);
          await removeLeftovers(folder);
          return work();
        });
      } catch (error) {
        if (!(error instanceof LockHeld) || error.path !== join(folder, ".lock")) throw error;
        const who = error.holder ? `Process ${error.holder.pid} on ${error.holder.host}` : "Another process";
        const message = `${who} works in ${folder}. If it has ended, break its lock`;
        throw new RecordBusyError(message, { retryAfterMs: 10_000, cause: error });
      }
    },
  };

  /** Makes the folder if the work finds that it is missing. */
  async function inFolder<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      await openFolder(folder);
      return work();
    }
  }

  /** Says which record could not be written, and why. */
  async function explain<T>(id: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      if (cause instanceof LockHeld) {
        const message = `${cause.message}, which is held for moments only: if it has ended, break the lock`;
        throw new RecordBusyError(message, { retryAfterMs: lockWaitMs, cause });
      }
      if (!isSystemError(cause)) throw cause;
      const reason = await explainWriteFailure(cause);
      throw new RecordError(`The record ${pathOf(id)} cannot be written: ${reason}`, { cause });
    }
  }
}

async function openFolder(folder: string): Promise<void> {
  await makeFolder(folder).catch(async (cause: NodeJS.ErrnoException) => {
    const reason = await explainWriteFailure(cause);
    throw new RecordError(`The folder ${folder} cannot be used: ${reason}; nothing was sent`, { cause });
  });
}

/** Removes the locks of single records, which a process on another machine may have left. */
async function removeLocks(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (/^\..+\.lock$/.test(name)) await rm(join(folder, name), { recursive: true, force: true });
  }
}
