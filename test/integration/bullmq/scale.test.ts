import { Redis } from "ioredis";
import { expect, onTestFinished, test, vi } from "vitest";
import { createImageJob, createProcessor } from "../../../src/bullmq/index.js";
import { createClient } from "../../../src/index.js";
import { startMockServer } from "../../../src/mock-server/index.js";
import { startRedis } from "../support/services.js";
import { openBackend } from "./backends.js";

// The figures of the README: what one Redis carries. They are printed, not judged.

const jobs = (count: number) =>
  Array.from({ length: count }, (_, index) => {
    const input = { prompt: `a red fox in fresh snow, at dusk, number ${index}`, resolution: "16x16" };
    return createImageJob({ model: "seedreamv5", input, idempotencyKey: `order-${index}` });
  });

test("10,000 jobs through one Redis", async () => {
  const redis = await startRedis({ durable: true });
  onTestFinished(() => redis.stop());
  const backend = openBackend("redis", redis.url);
  onTestFinished(() => backend.close());
  const connection = new Redis(redis.url);
  onTestFinished(() => connection.disconnect());
  const usedBytes = async () => Number(/used_memory:(\d+)/.exec(await connection.info("memory"))![1]);
  const queue = backend.createQueue("images");
  await queue.waitUntilReady();
  const untilCompleted = async (count: number) => {
    const started = performance.now();
    await vi.waitUntil(async () => (await queue.getJobCounts("completed")).completed === count, {
      timeout: 240_000,
      interval: 20,
    });
    return Math.round(count / ((performance.now() - started) / 1000));
  };

  const before = await usedBytes();
  for (let index = 0; index < 10; index++)
    await queue.addBulk(jobs(10_000).slice(index * 1000, (index + 1) * 1000));
  const waiting = await usedBytes();
  expect(await queue.getJobCountByTypes("waiting", "prioritized")).toBe(10_000);
  const worker = backend.createWorker("images", async () => undefined, { concurrency: 50 });
  const steps = await untilCompleted(10_000);
  await worker.close();
  await queue.obliterate({ force: true });

  const server = await startMockServer({ taskDurationMs: 0 });
  onTestFinished(() => server.close());
  const client = createClient({ apiKey: "any-key", baseUrl: server.url });
  const processor = createProcessor({
    client,
    records: backend.records,
    queue,
    onCompleted: ({ taskid }) => taskid,
  });
  await queue.addBulk(jobs(1000));
  const empty = await usedBytes();
  backend.createWorker("images", processor, { concurrency: 50 });
  const generations = await untilCompleted(1000);
  expect(server.ledger).toHaveLength(1000);
  const recordBytes = ((await usedBytes()) - empty) / 1000;
  console.log(
    `One Redis with appendfsync always, one worker process: 10,000 waiting jobs take ` +
      `${((waiting - before) / 1024 / 1024).toFixed(1)} MiB; ${steps} empty jobs/s; ${generations} generations/s with the ` +
      `mock server in the same process; a finished job and its record take ${Math.round(recordBytes)} bytes.`,
  );
});
