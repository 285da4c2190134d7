import { randomUUID } from "node:crypto";
import { ConfigurationError } from "../index.js";
import type { RecordStore } from "../index.js";
import { keepTrying, longTrialMs, shortTrialMs } from "./keep-trying.js";

/** A `Pool` of `pg`, or a `Client` of it that is connected. */
export interface PostgresPool {
  /** Runs a statement. */
  query(
    text: string,
    values?: unknown[],
  ): Promise<{
    /** The rows that it returned. */
    rows: Record<string, unknown>[];
    /** Number of rows that it has changed. */
    rowCount: number | null;
  }>;
}

/** The options of a store of records in PostgreSQL. */
export interface PostgresStoreOptions {
  /**
   * The table, which is created if missing; of another schema as `schema.table`. Lower-case letters, digits and `_`.
   * @default "tensorslab_images_records"
   */
  table?: string | undefined;
}

/**
 * Creates a store that keeps each record in a row of PostgreSQL (13 or later); the server compares and sets.
 *
 * A record is safe once the server has confirmed it, with `synchronous_commit` on, as it is by default.
 *
 * @throws {ConfigurationError} The pool or an option is invalid.
 * @example
 * import pg from "pg";
 * import { createPostgresStore } from "tensorslab-images/bullmq";
 *
 * const records = createPostgresStore(new pg.Pool({ connectionString: "postgres://127.0.0.1/images" }));
 */
export function createPostgresStore(pool: PostgresPool, options: PostgresStoreOptions = {}): RecordStore {
  const { table = "tensorslab_images_records" } = options;
  if (typeof pool?.query !== "function") {
    throw new ConfigurationError("createPostgresStore: `pool` must be a Pool of pg, such as `new pg.Pool()`");
  }
  // It is inserted into statements as it is.
  if (typeof table !== "string" || !/^([a-z_][a-z0-9_]{0,62}\.)?[a-z_][a-z0-9_]{0,62}$/.test(table)) {
    const rule = "lower-case letters, digits and `_`, such as `records` or `images.records`";
    throw new ConfigurationError(`createPostgresStore: \`table\` must be a name of ${rule}`);
  }
  let creation: Promise<void> | undefined;

  async function run(trialMs: number, text: string, values: unknown[]) {
    return keepTrying(trialMs, async () => {
      creation ??= createTable(pool, table);
      await creation.catch((error: unknown) => {
        creation = undefined;
        throw error;
      });
      return pool.query(text, values);
    });
  }

  return {
    async read(id) {
      const { rows } = await run(shortTrialMs, `select body from ${table} where id = $1`, [id]);
      return rows[0] === undefined ? undefined : (JSON.parse(String(rows[0].body)) as unknown);
    },
    async write(record) {
      const { id, attempt, state } = record;
      const text = `
        insert into ${table} as stored (id, attempt, state, body) values ($1, $2, $3, $4)
        on conflict (id) do update set attempt = excluded.attempt, state = excluded.state, body = excluded.body
        where stored.attempt <= excluded.attempt`;
      await run(longTrialMs, text, [id, attempt, state, JSON.stringify(record)]);
    },
    // `claim` names who claimed a record last: when a connection breaks, a claim is tried again, and must find that the
    // first try was its own.
    async claim(record, previous) {
      const { id, attempt, state } = record;
      const values = [id, attempt, state, JSON.stringify(record), randomUUID()];
      if (!previous) {
        const text = `
          insert into ${table} as stored (id, attempt, state, body, claim) values ($1, $2, $3, $4, $5)
          on conflict (id) do update set claim = excluded.claim where stored.claim = excluded.claim`;
        return (await run(shortTrialMs, text, values)).rowCount === 1;
      }
      const text = `
        update ${table} set attempt = $2, state = $3, body = $4, claim = $5
        where id = $1 and (claim = $5 or (attempt = $6 and state = $7))`;
      return (await run(shortTrialMs, text, [...values, previous.attempt, previous.state])).rowCount === 1;
    },
  };
}

/** Creates the table unless it is there; a role that may only use it never reaches the second statement. */
async function createTable(pool: PostgresPool, table: string): Promise<void> {
  const { rows } = await pool.query("select to_regclass($1) is not null as found", [table]);
  if (rows[0]?.found === true) return;
  // Two processes that create it at once: the lock makes one of them wait, and then find it.
  await pool.query(`
    do $$ begin
      perform pg_advisory_xact_lock(hashtext('tensorslab-images ${table}'));
      create table if not exists ${table} (
        id text collate "C" primary key, attempt integer not null, state text not null, body text not null, claim text
      );
    end $$`);
}
