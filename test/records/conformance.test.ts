import { afterAll, describe, expect, test } from "vitest";
import { createMemoryStore } from "../../src/index.js";
import type { RecordStore } from "../../src/index.js";
import { createFolderStore } from "../../src/node/index.js";
import { recordStoreChecks } from "../../src/records/conformance.js";
import { makeFolder } from "../support/generate.js";

describe("the memory store", () => {
  const store = createMemoryStore();
  for (const { name, run } of recordStoreChecks(() => store)) test(name, run);
});

describe("the folder store, opened by every caller", async () => {
  const folder = await makeFolder(afterAll);
  for (const { name, run } of recordStoreChecks(() => createFolderStore(folder))) test(name, run);
});

/** A store as a beginner may write it, with one fault. */
function faulty(change: (store: RecordStore, records: Map<string, unknown>) => Partial<RecordStore>) {
  const records = new Map<string, unknown>();
  const store: RecordStore = {
    read: async (id) => structuredClone(records.get(id)),
    async write(record) {
      const stored = records.get(record.id) as { attempt: number } | undefined;
      if (stored && stored.attempt > record.attempt) return;
      records.set(record.id, structuredClone(record));
    },
    async claim(record, previous) {
      const stored = records.get(record.id) as { attempt: number; state: string } | undefined;
      if (stored?.attempt !== previous?.attempt || stored?.state !== previous?.state) return false;
      records.set(record.id, structuredClone(record));
      return true;
    },
  };
  return () => ({ ...store, ...change(store, records) });
}

describe("a store that is at fault fails", () => {
  const faults: [string, ReturnType<typeof faulty>][] = [
    [
      "claims without looking",
      faulty((_, records) => ({
        async claim(record) {
          records.set(record.id, structuredClone(record));
          return true;
        },
      })),
    ],
    [
      "looks first and claims later",
      faulty((store) => ({
        async claim(record, previous) {
          const stored = (await store.read(record.id)) as { attempt: number; state: string } | undefined;
          await new Promise((resolve) => setTimeout(resolve));
          if (stored?.attempt !== previous?.attempt || stored?.state !== previous?.state) return false;
          await store.write(record, { durable: true });
          return true;
        },
      })),
    ],
    [
      "compares no state",
      faulty((store, records) => ({
        async claim(record, previous) {
          const stored = records.get(record.id) as { state: string } | undefined;
          return store.claim(record, stored && previous && { ...previous, state: stored.state as never });
        },
      })),
    ],
    [
      "keeps the caller's object",
      faulty((_, records) => ({
        async claim(record) {
          records.set(record.id, record);
          return true;
        },
        async read(id) {
          return records.get(id);
        },
      })),
    ],
    [
      "writes what is late",
      faulty((_, records) => ({
        async write(record) {
          records.set(record.id, structuredClone(record));
        },
      })),
    ],
    [
      "folds names",
      faulty((store) => ({
        read: (id) => store.read(id.toLowerCase()),
        claim: (record, previous) => store.claim({ ...record, id: record.id.toLowerCase() }, previous),
      })),
    ],
    [
      "forgets fields",
      faulty((store) => ({
        async read(id) {
          const { input: _, ...rest } = Object((await store.read(id)) ?? {}) as { input?: unknown };
          return Object.keys(rest).length > 0 ? rest : undefined;
        },
      })),
    ],
    [
      "invents records",
      faulty((store) => ({
        async read(id) {
          return (await store.read(id)) ?? {};
        },
      })),
    ],
  ];
  test.each(faults)("because it %s", async (_, open) => {
    const results = await Promise.allSettled(recordStoreChecks(open).map(({ run }) => run()));
    expect(results.filter(({ status }) => status === "rejected")).not.toEqual([]);
  });

  test("and the store without a fault does not", async () => {
    for (const { run } of recordStoreChecks(faulty(() => ({})))) await run();
  });
});
