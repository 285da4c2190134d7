import { lstatSync } from "node:fs";
import type { Stats } from "node:fs";
import { RecordError } from "../index.js";
import type { GenerationRecord } from "../index.js";
import { explainReadFailure } from "./file-failure.js";
import { NotAFile, readRegularFile } from "./read-regular-file.js";
import type { RecentLines } from "./recent-lines.js";
import { appendToFile, createFile, replaceFile } from "./replace-file.js";
import type { WriteOptions } from "./replace-file.js";

/** The states in a record's file: a line each, of which the newest counts; or one object over many lines. */
export interface RecordFile {
  /** The newest state, as it was found. */
  record: Partial<GenerationRecord>;
  /** Whether the file is whole lines, so that another can be appended. */
  takesLines: boolean;
  /** Its length. */
  bytes: number;
}

/**
 * Reads the file of a record; undefined if there is none.
 *
 * @param recent What was written lately, to be taken for the file's content; none if another process may just now decide
 * by the same file.
 * @throws {RecordError} It cannot be read, or is damaged.
 */
export async function readRecordFile(path: string, recent?: RecentLines): Promise<RecordFile | undefined> {
  const known = recent?.find(path);
  if (known) return { ...parse(known.line)!, bytes: known.bytes };
  const text = await readIfThere(path).catch(async (cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return undefined;
    const reason = cause instanceof NotAFile ? "(it is not a regular file)" : await explainReadFailure(cause);
    throw new RecordError(`The record ${path} cannot be read ${reason}`, { cause });
  });
  if (text === undefined) return undefined;
  const found = parse(text);
  if (found) return { ...found, bytes: Buffer.byteLength(text) };
  throw new RecordError(`The record ${path} is not a JSON object, or only the beginning of one`);
}

/** Most records are looked for before there is one, and to make and catch an error takes longer than a look. */
async function readIfThere(path: string): Promise<string | undefined> {
  return lstatSync(path, { throwIfNoEntry: false }) && readRegularFile(path);
}

/**
 * Writes the state of a record: as one more line, or in a new file.
 *
 * @param found What the file holds, if it is there.
 * @returns Whether the file is a new one, whose name is not on the disk yet.
 */
export async function writeRecordFile(
  path: string,
  record: GenerationRecord,
  found: RecordFile | undefined,
  options: WriteOptions,
  recent: RecentLines,
): Promise<boolean> {
  const line = toLine(record);
  recent.forget(path);
  const noteAfter = (bytesBefore: number) => (file: Stats) => {
    if (!found || !isOlder(record, found.record))
      recent.note(path, line, file, bytesBefore + Buffer.byteLength(line));
  };
  // A disk that fails once loses what it was given: then everything is written anew, and a half line goes with that.
  const append = () => appendToFile(path, line, { ...options, onWritten: noteAfter(found!.bytes) });
  if (found?.takesLines && (await append())) return false;
  await replaceFile(path, line, { ...options, onWritten: noteAfter(0) });
  return true;
}

/**
 * Writes the first state of a record, whose file must not be there yet.
 *
 * @returns Whether it was written; `undefined` where the file system cannot tell, for want of hard links.
 */
export async function createRecordFile(
  path: string,
  record: GenerationRecord,
  options: WriteOptions,
  recent: RecentLines,
): Promise<boolean | undefined> {
  const line = toLine(record);
  let written: Stats | undefined;
  const created = await createFile(path, line, { ...options, onWritten: (file) => (written = file) });
  if (created && written) recent.note(path, line, written, Buffer.byteLength(line));
  return created;
}

/** The state of a record as it stands in its file. */
const toLine = (record: GenerationRecord): string => `${JSON.stringify(record)}\n`;

function parse(text: string): Omit<RecordFile, "bytes"> | undefined {
  const lines = text.split("\n");
  const end = lines.pop()!;
  const rest = end === "" ? undefined : parseObject(end); // Undefined if it was not written to its end, which its writer was told.
  const states = lines.filter((line) => line.trim() !== "").map(parseObject);
  if (states[0] === undefined) {
    const record = parseObject(text);
    return record && { record, takesLines: false };
  }
  if (rest) states.push(rest);
  let newest = states[0];
  for (const state of states) {
    if (state === undefined) return undefined;
    if (!isOlder(state, newest)) newest = state;
  }
  return { record: newest, takesLines: text.endsWith("\n") };
}

/** A late write of an earlier attempt counts for nothing; nor does one by an earlier version of this package. */
function isOlder(state: Partial<GenerationRecord>, than: Partial<GenerationRecord>): boolean {
  const [version, thanVersion] = [state.version ?? 0, than.version ?? 0];
  return version < thanVersion || (version === thanVersion && (state.attempt ?? 1) < (than.attempt ?? 1));
}

function parseObject(text: string): Partial<GenerationRecord> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
