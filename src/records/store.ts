import type { GenerationRecord } from "./record.js";

/**
 * Where records are kept: a folder, a table, a hash. Records are JSON; they hold no key.
 *
 * `tensorslab-images/records/conformance` checks a store of your own.
 *
 * @example
 * // A table `records` with the columns id (the primary key), attempt, state and body.
 * const store: RecordStore = {
 *   async read(id) {
 *     const row = await db.get("SELECT body FROM records WHERE id = ?", id);
 *     return row && JSON.parse(row.body);
 *   },
 *   async write(record) {
 *     const { id, attempt, state } = record;
 *     const sql = "UPDATE records SET state = ?, body = ? WHERE id = ? AND attempt = ?";
 *     await db.run(sql, state, JSON.stringify(record), id, attempt);
 *   },
 *   async claim(record, previous) {
 *     const { id, attempt, state } = record;
 *     const body = JSON.stringify(record);
 *     const insert = "INSERT INTO records VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING";
 *     if (!previous) return (await db.run(insert, id, attempt, state, body)).changes === 1;
 *     const update = "UPDATE records SET attempt = ?, state = ?, body = ? WHERE id = ? AND attempt = ? AND state = ?";
 *     return (await db.run(update, attempt, state, body, id, previous.attempt, previous.state)).changes === 1;
 *   },
 * };
 */
export interface RecordStore {
  /** Returns what was last written under that id; undefined if nothing. What it returns is validated by the caller. */
  read(id: string): Promise<unknown>;
  /**
   * Replaces the record as a whole; does nothing if the stored one is of a later `attempt`.
   *
   * `durable` says that it must survive a power cut once this resolves; without it, a lost write is made up for later.
   */
  write(record: GenerationRecord, options: { durable: boolean }): Promise<void>;
  /**
   * Stores an intent, durably, in one step that nobody can come between: only if nothing is stored under its id, or,
   * given `previous`, if the stored record has its `attempt` and its `state`. Resolves to whether it was stored.
   *
   * An error refuses the submit: nothing is sent then.
   */
  claim(
    record: GenerationRecord,
    previous: Pick<GenerationRecord, "attempt" | "state"> | undefined,
  ): Promise<boolean>;
}
