import { createPostgresBackend, Queue, QueueEvents, Worker } from "bullmq";
import type { Processor, WorkerOptions } from "bullmq";
import { Redis } from "ioredis";
import pg from "pg";
import { createPostgresStore, createRedisStore } from "../../../src/bullmq/index.js";
import type { RecordStore } from "../../../src/index.js";

// BullMQ on each of its databases, with the records in the same one.

export type BackendName = "redis" | "postgres";
export const backendNames: readonly BackendName[] = ["redis", "postgres"];

export interface Backend {
  records: RecordStore;
  createQueue(name: string): Queue;
  createQueueEvents(name: string): QueueEvents;
  createWorker(
    name: string,
    processor: Processor | string | URL,
    options?: Omit<WorkerOptions, "connection">,
  ): Worker;
  /** Ends what was created, the workers first; jobs under way are finished. */
  close(): Promise<void>;
}

type Closable = { close(): Promise<void>; on(event: "error", listener: () => void): unknown };

export function openBackend(name: BackendName, url: string): Backend {
  const closables: Closable[] = [];
  /** The errors of connections to a server that restarts are not worth a line each. The types differ by the database. */
  const keep = <Kind extends Closable>(closable: Closable): Kind => {
    closable.on("error", () => undefined);
    closables.unshift(closable);
    return closable as Kind;
  };
  const closeAll = async () => {
    for (const closable of closables.splice(0)) await closable.close();
  };
  if (name === "redis") {
    const redis = new Redis(url, { maxRetriesPerRequest: null });
    redis.on("error", () => undefined);
    const connection = { url, maxRetriesPerRequest: null };
    return {
      records: createRedisStore(redis),
      createQueue: (queue) => keep(new Queue(queue, { connection })),
      createQueueEvents: (queue) => keep(new QueueEvents(queue, { connection })),
      createWorker: (queue, processor, options) =>
        keep(new Worker(queue, processor, { connection, ...options })),
      async close() {
        await closeAll();
        redis.disconnect();
      },
    };
  }
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  pool.on("error", () => undefined);
  // A server has 100 connections at first; each queue and each worker would take ten.
  const connection = { connectionString: url, migrate: true, max: 5 };
  return {
    records: createPostgresStore(pool),
    createQueue: (queue) => keep(new Queue(queue, { connection }, createPostgresBackend)),
    createQueueEvents: (queue) => keep(new QueueEvents(queue, { connection }, createPostgresBackend)),
    createWorker: (queue, processor, options) =>
      keep(new Worker(queue, processor, { connection, ...options }, createPostgresBackend)),
    async close() {
      await closeAll();
      await pool.end();
    },
  };
}
