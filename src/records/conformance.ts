import type { GenerationRecord } from "./record.js";
import type { RecordStore } from "./store.js";

/** One thing that every store must do. */
export interface StoreCheck {
  /** For the title of a test. */
  name: string;
  /** Rejects with what the store did instead. */
  run: () => Promise<void>;
}

/**
 * Lists the checks that a {@link RecordStore} must pass, for the test runner of your choice.
 *
 * @param openStore Opens a store; each call may open the same records: every check uses ids of its own. The checks of
 * several callers open it several times, so it should connect as your processes do.
 * @example
 * import { test } from "node:test";
 * import { recordStoreChecks } from "tensorslab-images/records/conformance";
 *
 * for (const { name, run } of recordStoreChecks(() => createMyStore())) test(name, run);
 */
export function recordStoreChecks(openStore: () => RecordStore | Promise<RecordStore>): StoreCheck[] {
  return Object.entries(checks).map(([name, check]) => ({ name, run: () => check(openStore) }));
}

type Check = (openStore: () => RecordStore | Promise<RecordStore>) => Promise<void>;

const checks: Record<string, Check> = {
  async "has nothing under an id that was never stored"(openStore) {
    expectSame(await (await openStore()).read(newId()), undefined, "read of an unknown id");
  },

  async "keeps a record as it was stored, for every caller"(openStore) {
    const record = newRecord();
    expectSame(await (await openStore()).claim(record, undefined), true, "claim of a new id");
    expectSame(await (await openStore()).read(record.id), record, "read after a claim");
    const accepted: GenerationRecord = { ...without(record, "expiresAt"), state: "accepted", taskid: "t-1" };
    await (await openStore()).write(accepted, { durable: true });
    expectSame(await (await openStore()).read(record.id), accepted, "read after a durable write");
    const completed: GenerationRecord = { ...accepted, state: "completed", completedAt: record.createdAt };
    await (await openStore()).write(completed, { durable: false });
    expectSame(await (await openStore()).read(record.id), completed, "read after a write");
  },

  async "keeps no part of an object that the caller changes later"(openStore) {
    const store = await openStore();
    const record = newRecord();
    const copy = structuredClone(record);
    await store.claim(record, undefined);
    record.input.prompt = "changed";
    expectSame(await store.read(record.id), copy, "read after the caller changed its object");
    const read = (await store.read(record.id)) as GenerationRecord;
    read.input.prompt = "changed";
    expectSame(await store.read(record.id), copy, "read after the caller changed what it read");
  },

  async "claims an id once, however many try at the same time"(openStore) {
    const record = newRecord();
    const stores = await Promise.all(Array.from({ length: 10 }, openStore));
    const callers = stores.map((store, index) =>
      claimOnce(store, { ...record, inputDigest: `caller-${index}` }),
    );
    const claims = await Promise.all(callers);
    expectSame(claims.filter(Boolean).length, 1, "how many of 10 callers claimed a new id");
    const stored = (await stores[0]!.read(record.id)) as GenerationRecord;
    expectSame(stored.inputDigest, `caller-${claims.indexOf(true)}`, "whose record was stored");
  },

  async "claims a stored record once, however many try at the same time"(openStore) {
    const first = await storeRefused(await openStore());
    const next: GenerationRecord = { ...newRecord(), id: first.id, attempt: 2 };
    const stores = await Promise.all(Array.from({ length: 10 }, openStore));
    const claims = await Promise.all(stores.map((store) => claimOnce(store, next, first)));
    expectSame(claims.filter(Boolean).length, 1, "how many of 10 callers claimed the next attempt");
    expectSame(await stores[0]!.read(first.id), next, "read after the claim");
  },

  async "refuses a claim of a record that is not what the caller knew"(openStore) {
    const store = await openStore();
    const record = await storeRefused(store);
    const next: GenerationRecord = { ...newRecord(), id: record.id, attempt: 2 };
    expectSame(await store.claim(newRecordOf(record), undefined), false, "claim of a stored id as a new one");
    expectSame(await store.claim(next, { attempt: 1, state: "unknown" }), false, "claim with another state");
    const later: GenerationRecord = { ...next, attempt: 3 };
    expectSame(
      await store.claim(later, { attempt: 2, state: record.state }),
      false,
      "claim with another attempt",
    );
    expectSame(await store.read(record.id), record, "read after the refused claims");
    const missing: GenerationRecord = { ...newRecord(), attempt: 2 };
    expectSame(
      await store.claim(missing, { attempt: 1, state: "rejected" }),
      false,
      "claim of a record that is gone",
    );
    expectSame(await store.read(missing.id), undefined, "read of the record that is gone");
  },

  async "lets no write of an earlier attempt replace a later one"(openStore) {
    const store = await openStore();
    const first = await storeRefused(store);
    const next: GenerationRecord = { ...newRecord(), id: first.id, attempt: 2 };
    await store.claim(next, first);
    for (const state of ["rejected", "unknown"] as const) {
      await store.write({ ...first, state }, { durable: true });
      expectSame(await store.read(first.id), next, `read after a late write of \`${state}\``);
    }
  },

  async "keeps ids apart that look alike, and takes every id for a name"(openStore) {
    const store = await openStore();
    const unique = newId();
    const ids = [
      "",
      "A",
      "a",
      "../a",
      "a/b",
      "a\\b",
      "con",
      "NUL.txt",
      "a.",
      "a ",
      "é",
      "e\u0301",
      "日本",
      "🦊",
    ];
    const long = `${unique}${"x".repeat(255 - unique.length)}`;
    const records = [
      ...ids.map((id) => `${id}${unique}`),
      ...ids.map((id) => `${unique}${id}`),
      long.replace(/x$/, "y"),
      long,
    ].map((id) => ({ ...newRecord(), id }));
    const unlike = records.filter(
      ({ id }, index) => records.findIndex((record) => record.id === id) === index,
    );
    for (const record of unlike)
      expectSame(await store.claim(record, undefined), true, `claim of ${record.id}`);
    for (const record of unlike) expectSame(await store.read(record.id), record, `read of ${record.id}`);
  },

  async "keeps large records and every character"(openStore) {
    const store = await openStore();
    const prompt = `${"fox 🦊 ".repeat(20_000)}\n\u2028"'\\%_`;
    const record: GenerationRecord = { ...newRecord(), input: { prompt, nested: { list: [1, true, null] } } };
    await store.claim(record, undefined);
    expectSame(await store.read(record.id), record, "read of a large record");
  },
};

function newId(): string {
  return `conformance-${crypto.randomUUID()}`;
}

function newRecord(): GenerationRecord {
  const now = new Date().toISOString();
  return {
    version: 2,
    id: newId(),
    service: "https://service.example/",
    model: "a-model",
    input: { prompt: "a red fox" },
    images: 1,
    attempt: 1,
    state: "intent",
    expiresAt: now,
    files: [],
    createdAt: now,
    updatedAt: now,
  };
}

const newRecordOf = ({ id }: GenerationRecord): GenerationRecord => ({ ...newRecord(), id });

/** Stores a record whose submit was refused, so that the next attempt may be claimed. */
async function storeRefused(store: RecordStore): Promise<GenerationRecord> {
  const intent = newRecord();
  await store.claim(intent, undefined);
  const record: GenerationRecord = { ...without(intent, "expiresAt"), state: "rejected" };
  await store.write(record, { durable: true });
  return record;
}

/** A store may say that it is busy instead of that another caller was faster. */
async function claimOnce(
  store: RecordStore,
  record: GenerationRecord,
  previous?: GenerationRecord,
): Promise<boolean> {
  try {
    return await store.claim(record, previous);
  } catch (error) {
    if ((error as { code?: unknown }).code === "RECORD_BUSY") return false;
    throw error;
  }
}

function without<T extends object, Name extends keyof T>(value: T, name: Name): Omit<T, Name> {
  const { [name]: _left, ...rest } = value;
  return rest;
}

function expectSame(actual: unknown, expected: unknown, subject: string): void {
  const [one, other] = [actual, expected].map((value) => JSON.stringify(sorted(value))?.slice(0, 500));
  if (JSON.stringify(sorted(actual)) === JSON.stringify(sorted(expected))) return;
  throw new Error(`${subject}: expected ${other}, got ${one}`);
}

/** With names in order, which databases change. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([name, item]) => [name, sorted(item)]));
}
