import { Redis } from "ioredis";
import pg from "pg";
import { createClient as createNodeRedis } from "redis";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createPostgresStore, createRedisStore } from "../../../src/bullmq/index.js";
import type { GenerationRecord, RecordStore } from "../../../src/index.js";
import { recordStoreChecks } from "../../../src/records/conformance.js";
import { startPostgres, startRedis } from "../support/services.js";
import type { Service } from "../support/services.js";

let redis: Service;
let postgres: Service;
const closers: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  [redis, postgres] = await Promise.all([startRedis({ durable: true }), startPostgres()]);
});
afterAll(async () => {
  await Promise.all(closers.map((close) => close()));
  await Promise.all([redis.stop(), postgres.stop()]);
});

function connectIoredis(): Redis {
  const connection = new Redis(redis.url);
  connection.on("error", () => undefined); // while its server restarts
  closers.push(async () => connection.disconnect());
  return connection;
}

function connectPool(): pg.Pool {
  const pool = new pg.Pool({ connectionString: postgres.url, max: 2 });
  pool.on("error", () => undefined); // a connection that idles ends with its server
  closers.push(() => pool.end());
  return pool;
}

/** Each call connects anew, as each process does. */
const openStore: Record<string, () => Promise<RecordStore>> = {
  ioredis: async () => createRedisStore(connectIoredis()),
  "node-redis": async () => {
    const connection = createNodeRedis({ url: redis.url });
    connection.on("error", () => undefined);
    await connection.connect();
    closers.push(async () => connection.destroy());
    return createRedisStore(connection, { prefix: "other:" });
  },
  pg: async () => createPostgresStore(connectPool()),
  "pg in another schema": async () => {
    const pool = connectPool();
    await pool.query("create schema if not exists images").catch(() => undefined); // another caller did
    return createPostgresStore(pool, { table: "images.records" });
  },
};

describe.each(Object.keys(openStore))("the store of %s", (kind) => {
  const names = recordStoreChecks(openStore[kind]!).map(({ name }) => name);
  test.each(names)("%s", async (name) => {
    await recordStoreChecks(openStore[kind]!)
      .find((check) => check.name === name)!
      .run();
  });
});

const now = new Date().toISOString();
const intent = (id: string): GenerationRecord => ({
  version: 2,
  id,
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
});

describe.each(["ioredis", "pg"])("the store of %s, whose connections break", (kind) => {
  test("knows a claim for its own that it sends again, and outlives a restart", async () => {
    const store = await openStore[kind]!();
    expect(await store.claim(intent("before"), undefined)).toBe(true);
    const restarted = (kind === "pg" ? postgres : redis).restart();
    const claims = Array.from({ length: 50 }, (_, index) =>
      store.claim(intent(`during-${index}`), undefined),
    );
    expect(new Set(await Promise.all(claims))).toEqual(new Set([true]));
    await restarted;
    expect(await (await openStore[kind]!()).read("before")).toEqual(intent("before"));
  });
});

test("the same claim sent twice is one caller's, and that of another caller is refused", async () => {
  const connection = connectIoredis();
  // A connection that broke after Redis had executed the command: ioredis sends it again.
  const repeat = vi.fn(async (command: string, ...parameters: string[]) => {
    await connection.call(command, ...parameters);
    return connection.call(command, ...parameters);
  });
  expect(await createRedisStore({ call: repeat }).claim(intent("twice"), undefined)).toBe(true);
  expect(await createRedisStore(connection).claim(intent("twice"), undefined)).toBe(false);

  const pool = connectPool();
  const query = async (text: string, values?: unknown[]) => {
    await pool.query(text, values);
    return pool.query(text, values);
  };
  const next = { ...intent("twice"), attempt: 2 };
  expect(await createPostgresStore({ query }).claim(intent("twice"), undefined)).toBe(true);
  expect(await createPostgresStore(pool).claim(intent("twice"), undefined)).toBe(false);
  expect(await createPostgresStore({ query }).claim(next, intent("twice"))).toBe(true);
  expect(await createPostgresStore(pool).claim(next, intent("twice"))).toBe(false);
});

test("a role that may only use the table needs no right to create one", async () => {
  const owner = connectPool();
  await createPostgresStore(owner, { table: "shared" }).read("any");
  await owner.query("create role worker login; grant select, insert, update on shared to worker");
  const pool = new pg.Pool({ connectionString: postgres.url.replace("postgres@", "worker@") });
  pool.on("error", () => undefined);
  closers.push(() => pool.end());
  expect(await createPostgresStore(pool, { table: "shared" }).claim(intent("a"), undefined)).toBe(true);
});

test("an id is data in every statement, and a table that is not a name is refused", async () => {
  const store = await openStore.pg!();
  const id = `'; drop table tensorslab_images_records; --`;
  expect(await store.claim(intent(id), undefined)).toBe(true);
  expect(await store.read(id)).toEqual(intent(id));
  expect(() => createPostgresStore(connectPool(), { table: "a; drop table b" })).toThrow(
    "`table` must be a name",
  );
  expect(() => createPostgresStore({} as never)).toThrow("`pool` must be a Pool of pg");
  expect(() => createRedisStore({} as never)).toThrow("`connection` must be a connection of ioredis");
});
