import { createHash } from "node:crypto";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { readIfPresent } from "../read-if-present.js";
import { UpdateError } from "../update-error.js";
import { stateFolder } from "./state-folder.js";

/** A file that is replaced: the fingerprints of what it held and of what it is to hold; no file has none. */
interface Entry {
  path: string;
  before: string | undefined;
  after: string;
}

const journalName = "journal.json";

/** The files that an update may write; a journal that names another was not written by one. */
export const writable = /^(spec|generated)\/\w[\w.-]*$|^(CHANGELOG|README)\.md$/;

/**
 * Replaces files of a project, by path from its root: all of them or none.
 *
 * Copies of the present files and a journal are on the disk before the first file is replaced, and stay there until
 * `finish`: if anything fails in between, `undoInterrupted` brings the present files back.
 */
export async function replaceFiles(project: string, files: ReadonlyMap<string, string>): Promise<void> {
  const folder = stateFolder(project);
  const entries: Entry[] = [];
  try {
    await mkdir(folder, { recursive: true });
    for (const [path, text] of files) {
      const index = entries.length;
      const before = await readIfPresent(join(project, path));
      if (before) await write(join(folder, `before-${index}`), before);
      await write(join(folder, `after-${index}`), Buffer.from(text));
      entries.push({ path, before: before && fingerprint(before), after: fingerprint(Buffer.from(text)) });
    }
    await write(join(folder, `${journalName}.new`), Buffer.from(JSON.stringify(entries, null, 2)));
    await rename(join(folder, `${journalName}.new`), join(folder, journalName));
    for (const [index, { path }] of entries.entries()) {
      await mkdir(dirname(join(project, path)), { recursive: true });
      await rename(join(folder, `after-${index}`), join(project, path));
    }
  } catch (error) {
    await undoInterrupted(project).catch(() => undefined); // then the next update does it
    throw error;
  }
}

/** Whether an update was interrupted or is running. */
export async function isInterrupted(project: string): Promise<boolean> {
  return (await readIfPresent(join(stateFolder(project), journalName))) !== undefined;
}

/** Ends a replacement by deleting the copies of the replaced files. */
export async function finish(project: string): Promise<void> {
  const folder = stateFolder(project);
  await rm(join(folder, journalName), { force: true });
  const names = await readdir(folder);
  for (const name of names) {
    if (/^(before|after)-\d+$|^journal\.json\.new$/.test(name)) await rm(join(folder, name), { force: true });
  }
}

/**
 * Brings back the files that a replacement without a `finish` has replaced; a file that was edited since stays.
 *
 * @returns What was brought back, and what stays; undefined if there was no such replacement.
 */
export async function undoInterrupted(
  project: string,
): Promise<{ restored: string[]; kept: string[] } | undefined> {
  const folder = stateFolder(project);
  const journal = await readIfPresent(join(folder, journalName));
  if (!journal) {
    await finish(project).catch(() => undefined); // there may be no such folder
    return undefined;
  }
  const result = { restored: [] as string[], kept: [] as string[] };
  for (const [index, { path, before, after }] of readJournal(journal, join(folder, journalName)).entries()) {
    const present = await readIfPresent(join(project, path));
    const held = present && fingerprint(present);
    if (held === before) continue;
    if (held !== after) result.kept.push(path);
    else {
      if (before === undefined) await rm(join(project, path));
      else await restore(folder, index, before, join(project, path));
      result.restored.push(path);
    }
  }
  await finish(project);
  return result;
}

async function restore(folder: string, index: number, before: string, path: string): Promise<void> {
  const copy = await readIfPresent(join(folder, `before-${index}`));
  if (!copy || fingerprint(copy) !== before)
    throw new UpdateError(
      `${path} was replaced by an update that was interrupted, and its copy is lost: restore it, then delete ${folder}`,
    );
  await write(join(folder, `after-${index}`), copy);
  await rename(join(folder, `after-${index}`), path);
}

function readJournal(bytes: Buffer, file: string): Entry[] {
  try {
    const entries: unknown = JSON.parse(bytes.toString());
    if (Array.isArray(entries) && entries.every(isEntry)) return entries;
  } catch {
    // reported below
  }
  throw new UpdateError(`${file} is not the journal of an update: delete the folder that it is in`);
}

function isEntry(value: unknown): value is Entry {
  const { path, before, after } = (value ?? {}) as Record<string, unknown>;
  const isFingerprint = (text: unknown): boolean => typeof text === "string" && /^[\da-f]{64}$/.test(text);
  return (
    typeof path === "string" &&
    writable.test(path) &&
    isFingerprint(after) &&
    (before === undefined || isFingerprint(before))
  );
}

const fingerprint = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

/** On the disk when it returns, so that a journal never names what is not there. */
async function write(path: string, bytes: Buffer): Promise<void> {
  const file = await open(path, "w");
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}
