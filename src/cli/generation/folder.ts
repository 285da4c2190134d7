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
 * Lists the ids of a folder's records.
 *
 * @throws {UsageError} There is no such folder.
 */
export async function listRecords(records: FolderStore): Promise<string[]> {
  return records.list().catch((cause: unknown) => {
    throw cause instanceof RecordError ? new UsageError(cause.message, { cause }) : cause;
  });
}
