import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { build } from "esbuild";
import { beforeAll, expect, test, vi } from "vitest";
import { createImageJob } from "../../../src/bullmq/index.js";
import { startMockServer } from "../../../src/mock-server/index.js";
import { makeFolder } from "../../support/generate.js";
import { makeScratchFolder } from "../support/places.js";
import { startPostgres, startRedis } from "../support/services.js";
import { backendNames, openBackend } from "./backends.js";
import type { Work } from "./programs/worker.js";

// Four worker processes against a service that takes so many submits a second, and says when to come back.

const submitsPerSecond = 10;
const jobCount = 300;
/** Milliseconds that each response takes, as over a network. */
const delayMs = 300;

let program: string;
beforeAll(async () => {
  program = join(await makeScratchFolder("bullmq-rate"), "worker.mjs");
  await build({
    entryPoints: [join(import.meta.dirname, "programs/worker.ts")],
    outfile: program,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    logLevel: "warning",
  });
});

test.for(backendNames)(
  "on %s, four workers learn the account's rate limit from its 429s",
  async (backendName, { onTestFinished }) => {
    // A bucket of one second's submits, which fills steadily.
    let tokens = submitsPerSecond;
    let filledAt = performance.now();
    let refused = 0;
    const takenAt: number[] = [];
    const server = await startMockServer({
      taskDurationMs: 1000,
      imageSize: 8,
      fail: ({ role }) => {
        if (role !== "submit") return undefined;
        const now = performance.now();
        tokens = Math.min(submitsPerSecond, tokens + ((now - filledAt) / 1000) * submitsPerSecond);
        filledAt = now;
        if (tokens >= 1) {
          tokens--;
          takenAt.push(now);
          return { kind: "delay", delayMs };
        }
        refused++;
        return { kind: "response", status: 429, headers: { "retry-after": "1" }, delayMs };
      },
    });
    onTestFinished(() => server.close());
    const service = backendName === "redis" ? await startRedis() : await startPostgres();
    onTestFinished(() => service.stop());
    const backend = openBackend(backendName, service.url);
    onTestFinished(() => backend.close());
    const queue = backend.createQueue("images");
    await queue.waitUntilReady();
    await queue.addBulk(
      Array.from({ length: jobCount }, (_, index) => {
        const input = { prompt: `a fox ${index}`, resolution: "8x8" };
        return createImageJob({ model: "seedreamv5", input, idempotencyKey: `key-${index}` });
      }),
    );
    const folder = await makeFolder(onTestFinished);
    const workers = [0, 1, 2, 3].map((index) => {
      const work: Work = {
        backend: backendName,
        url: service.url,
        baseUrl: server.url,
        apiKey: `worker-${index}`,
        queue: "images",
        folder,
        concurrency: 20,
        client: { submitRetries: 0, statusRetries: 0 },
        lockMs: 30_000,
      };
      return fork(program, [JSON.stringify(work)], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
    });
    onTestFinished(() => {
      for (const worker of workers) worker.kill("SIGKILL");
    });
    const ended = async () => {
      const { completed = 0, failed = 0 } = await queue.getJobCounts("completed", "failed");
      return completed + failed;
    };
    await vi.waitFor(async () => expect(await ended()).toBe(jobCount), { timeout: 240_000, interval: 200 });
    const reasons = (await queue.getFailed()).map(({ failedReason }) => failedReason);
    expect(reasons).toEqual([]);
    await Promise.all(
      workers.map(async (worker) => {
        const exited = once(worker, "exit");
        worker.kill("SIGTERM");
        await exited;
      }),
    );
    const seconds = (takenAt.at(-1)! - takenAt[0]!) / 1000;
    console.log(
      `${backendName}: ${takenAt.length} submits at ${(takenAt.length / seconds).toFixed(1)} of ${submitsPerSecond} a second, ` +
        `${refused} times 429.`,
    );
    expect(server.ledger).toHaveLength(jobCount);
    expect(refused).toBeLessThan(jobCount / 3);
  },
);
