import { randomUUID } from "node:crypto";
import { access, link, mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "../exit-status.js";
import type { GenerationRecord } from "./record.js";

const suffix = ".record.json";

/** A record could not be written; what it was about to say is in the message of whoever wrote it. */
export class RecordError extends Error {
  override readonly name = "RecordError";
  readonly code = "RECORD";
}

/** The records of one folder. */
export interface RecordFolder {
  readonly folder: string;
  /** Where the record of that id is. */
  pathOf(id: string): string;
  /**
   * Makes a record's file, and the folder if need be; it is whole and on the disk when this returns.
   *
   * @throws {UsageError} The folder cannot be written to, or has a record of that id.
   */
  create(record: GenerationRecord): Promise<void>;
  /** Replaces a record's file as a whole; `isDurable` waits until it is on the disk. */
  update(record: GenerationRecord, options: { isDurable: boolean }): Promise<void>;
  /**
   * The record of that id; undefined if there is none.
   *
   * @throws {UsageError} It cannot be read.
   */
  read(id: string): Promise<GenerationRecord | undefined>;
  /** The ids of all records, in order. */
  list(): Promise<string[]>;
  /** Whether every image of a record is where it was saved. */
  haveFiles(record: GenerationRecord): Promise<boolean>;
}

export function openRecords(folder: string): RecordFolder {
  const pathOf = (id: string): string => join(folder, `${id}${suffix}`);
  const syncFolder = shareRuns(() => syncNames(folder));

  /** Writes a record beside its file, and has `take` give it the name. */
  async function write(
    record: GenerationRecord,
    isDurable: boolean,
    take: (temporary: string, path: string) => Promise<void>,
  ): Promise<void> {
    const path = pathOf(record.id);
    try {
      const temporary = await writeTemporary(folder, record, isDurable);
      try {
        await take(temporary, path);
      } finally {
        await rm(temporary, { force: true });
      }
      if (isDurable) await syncFolder();
    } catch (error) {
      throw unwritable(path, error as NodeJS.ErrnoException);
    }
  }

  return {
    folder,
    pathOf,
    async create(record) {
      await mkdir(folder, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
        // A file has the folder's name.
        const code = error.code === "EEXIST" ? "ENOTDIR" : error.code;
        throw unwritable(pathOf(record.id), Object.assign(error, { code }));
      });
      // A link, unlike a rename, takes no name that another process has taken.
      await write(record, true, link);
    },
    async update(record, { isDurable }) {
      record.updatedAt = new Date().toISOString();
      await write(record, isDurable, rename);
    },
    async read(id) {
      const text = await readFile(pathOf(id), "utf8").catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return undefined;
        throw new UsageError(`The record ${pathOf(id)} cannot be read (${error.code})`, { cause: error });
      });
      return text === undefined ? undefined : parseRecord(text, id, pathOf(id));
    },
    async list() {
      const names = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
        throw new UsageError(`The folder ${folder} cannot be read (${cause.code}); check the path`, {
          cause,
        });
      });
      const records = names.filter((name) => name.endsWith(suffix) && !name.startsWith("."));
      return records.map((name) => name.slice(0, -suffix.length)).sort();
    },
    async haveFiles({ files }) {
      const checks = files.map((name) => access(join(folder, name)));
      return (await Promise.allSettled(checks)).every(({ status }) => status === "fulfilled");
    },
  };
}

function parseRecord(text: string, id: string, path: string): GenerationRecord {
  try {
    const record = JSON.parse(text) as Partial<GenerationRecord> | null;
    if (record?.version === 1 && record.id === id) return record as GenerationRecord;
  } catch {
    // said below
  }
  throw new UsageError(`${path} is no record that this version can read`);
}

/** One run serves everybody who asked before it began: with many records at work, far fewer runs than records. */
function shareRuns(run: () => Promise<void>): () => Promise<void> {
  let running = Promise.resolve();
  let next: Promise<void> | undefined;
  return () => {
    next ??= running.then(() => {
      next = undefined;
      return (running = run());
    });
    return next;
  };
}

async function writeTemporary(folder: string, record: GenerationRecord, isDurable: boolean): Promise<string> {
  const temporary = join(folder, `.${randomUUID()}.tmp`);
  const file = await open(temporary, "wx");
  try {
    await file.writeFile(`${JSON.stringify(record, null, 2)}\n`);
    if (isDurable) await file.sync();
    await file.close();
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
  return temporary;
}

/** Without this, a power cut may forget the file's name; not every system can do it, and none needs it otherwise. */
async function syncNames(folder: string): Promise<void> {
  const handle = await open(folder).catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close().catch(() => undefined);
}

function unwritable(path: string, cause: NodeJS.ErrnoException): Error {
  if (cause.code === "EEXIST")
    return new UsageError(`${path} exists already; another run may be at work`, { cause });
  return explainWriteError(`The record ${path} cannot be written`, cause);
}

/** A folder that cannot be written to at all is the user's choice; anything else, such as a full disk, is a mishap. */
export function explainWriteError(what: string, cause: NodeJS.ErrnoException): Error {
  const { code = "", message } = cause;
  const said = `${what}: ${reasons[code] ?? message}`;
  return code in reasons ? new UsageError(said, { cause }) : new RecordError(said, { cause });
}

/** What only another folder can help against. */
const reasons: Record<string, string> = {
  EACCES: "there is no permission to write there (EACCES)",
  EPERM: "there is no permission to write there (EPERM)",
  EROFS: "the file system is read-only (EROFS)",
  ENOTDIR: "a part of the path is no folder (ENOTDIR)",
};
