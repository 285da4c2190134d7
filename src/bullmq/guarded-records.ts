import { isTensorsLabError } from "../index.js";
import type { GenerationRecord, RecordStore } from "../index.js";

/** The records' database could not be used; nothing was sent. */
export class StoreFailure extends Error {
  override readonly name = "StoreFailure";
}

/** Whether a submit may have been paid for already. */
export const isPaidMaybe = ({ state }: Pick<GenerationRecord, "state">): boolean =>
  state === "intent" || state === "unknown" || state === "failed";

/**
 * A store that marks its own failures, and allows only one given attempt that may have been paid for to be submitted again:
 * after a crash, a worker could otherwise submit a later attempt again as well.
 */
export function guardRecords(records: RecordStore, resubmitAttempt: number | undefined): RecordStore {
  return {
    read: (id) => records.read(id).catch(fail),
    write: (record, options) => records.write(record, options).catch(fail),
    async claim(record, previous) {
      if (previous && isPaidMaybe(previous) && previous.attempt !== resubmitAttempt) return false;
      return records.claim(record, previous).catch(fail);
    },
  };
}

function fail(cause: unknown): never {
  if (isTensorsLabError(cause)) throw cause;
  throw new StoreFailure(
    `The records cannot be used: ${(cause as Error | undefined)?.message ?? String(cause)}`,
    { cause },
  );
}
