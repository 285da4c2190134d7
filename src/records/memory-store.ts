import { createImageLimit } from "./image-limit.js";
import type { MaxImages } from "./image-limit.js";
import type { GenerationRecord } from "./record.js";
import type { RecordStore } from "./store.js";

/** Options of `createMemoryStore`. */
export interface MemoryStoreOptions {
  /** Most images that may be asked for. @default no limit */
  maxImages?: MaxImages | undefined;
}

/**
 * Creates a store whose records end with the process: for tests, and for programs that may pay again after a crash.
 *
 * @throws {ConfigurationError} A limit is not a whole number of at least 0.
 * @example
 * const records = createMemoryStore();
 * const task = await generateOnce(client, "seedreamv5", { prompt: "a red fox" }, { records, idempotencyKey: "fox" });
 */
export function createMemoryStore({ maxImages = {} }: MemoryStoreOptions = {}): RecordStore {
  const limit = createImageLimit(maxImages);
  /** As JSON: what is stored does not change with an object of the caller's. */
  const records = new Map<string, string>();
  const find = (id: string): GenerationRecord | undefined => {
    const text = records.get(id);
    return text === undefined ? undefined : (JSON.parse(text) as GenerationRecord);
  };
  const isAt = (id: string, previous: Pick<GenerationRecord, "attempt" | "state"> | undefined): boolean => {
    const stored = find(id);
    return stored?.attempt === previous?.attempt && stored?.state === previous?.state;
  };

  return {
    async read(id) {
      return find(id);
    },
    async write(record) {
      await limit.settle(record);
      if ((find(record.id)?.attempt ?? 0) > record.attempt) return;
      records.set(record.id, JSON.stringify(record));
    },
    async claim(record, previous) {
      if (!isAt(record.id, previous)) return false;
      await limit.take(record);
      if (isAt(record.id, previous)) {
        records.set(record.id, JSON.stringify(record));
        return true;
      }
      await limit.settle({ id: record.id, state: "not-sent" });
      return false;
    },
  };
}
