import { readRecord } from "../../index.js";
import type { RecordStore } from "../../index.js";
import type { Known } from "../failure.js";

/** Runs the work of one generation; its record is known afterwards, however the work ends. */
export async function noteRecord<T>(
  known: Known,
  records: RecordStore,
  id: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } finally {
    const record = await readRecord(records, id).catch(() => undefined);
    if (record) known.record = record;
  }
}
