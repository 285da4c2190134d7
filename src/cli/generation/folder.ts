import { mkdtemp, rmdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { RecordBusyError, RecordError } from "../../index.js";
import type { FolderStore } from "../../node/index.js";
import { UsageError } from "../exit-status.js";

/**
 * Runs `work` while no other run works in the folder.
 *
 * @throws {UsageError} Another run works there.
 */
export async function runAlone<T>(
  records: FolderStore,
  { breakLock }: { breakLock?: boolean | undefined },
  work: () => Promise<T>,
): Promise<T> {
  let hasBegun = false;
  try {
    return await records.runAlone(
      () => {
        hasBegun = true;
        return work();
      },
      { breakLock },
    );
  } catch (error) {
    if (hasBegun || !(error instanceof RecordBusyError)) throw error;
    throw new UsageError(`${error.message}: \`--break-lock\``, { cause: error });
  }
}

/**
 * Checks that records can be written in a folder, and that no other run works there; nothing stays in it.
 *
 * @throws {UsageError} They cannot, or another run works there.
 */
export async function checkFolder(records: FolderStore): Promise<void> {
  const { folder } = records;
  if (!(await stat(folder).catch(() => undefined))?.isDirectory()) return checkWritable(folder);
  await explain(folder, () => runAlone(records, {}, async () => undefined));
}

/**
 * Checks that files can be created in a folder, or the folder itself; nothing stays there.
 *
 * @throws {UsageError} They cannot.
 */
export async function checkWritable(folder: string): Promise<void> {
  await explain(folder, async () => {
    let existing = folder;
    while (!(await stat(existing).catch(unlessMissing))) existing = dirname(existing);
    if (!(await stat(existing)).isDirectory())
      throw new UsageError(`${existing} is not a folder, so it cannot be written to`);
    await rmdir(await mkdtemp(join(existing, ".tensorslab-images-")));
  });
}

async function explain(folder: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    const reason = cause instanceof RecordError ? cause.cause : cause;
    const { code, message } = reason as NodeJS.ErrnoException;
    throw new UsageError(`The folder ${folder} cannot be written to (${code ?? message})`, { cause });
  }
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

/**
 * Lists the ids of a folder's records.
 *
 * @throws {UsageError} There is no such folder.
 */
export async function listRecords(records: FolderStore): Promise<string[]> {
  return records.list().catch((cause: unknown) => {
    throw cause instanceof RecordError ? new UsageError(cause.message, { cause }) : cause;
  });
}
