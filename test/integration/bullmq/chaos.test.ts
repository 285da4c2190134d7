import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { build } from "esbuild";
import { beforeAll, expect, test, vi } from "vitest";
import { createImageJob } from "../../../src/bullmq/index.js";
import { createClient, readRecord } from "../../../src/index.js";
import type { RecordStore } from "../../../src/index.js";
import { startMockServer } from "../../../src/mock-server/index.js";
import type { MockServer } from "../../../src/mock-server/index.js";
import { makeFolder } from "../../support/generate.js";
import { makeScratchFolder } from "../support/places.js";
import { createRandom, faults } from "../support/random-faults.js";
import { startPostgres, startRedis } from "../support/services.js";
import { backendNames, openBackend } from "./backends.js";
import type { Work } from "./programs/worker.js";

// 300 jobs, four workers that are killed and stopped by the charges that they cause, 30 % faults, a database restarted.

const rounds = 25;
const jobsOfRound = 12;
const fewestPauses = 10;
/** Longer than the lock of a job (2 s) and the check for stalled ones (1 s) together, and than a submit may take (2 s). */
const pauseMs = 4000;

let program: string;
beforeAll(async () => {
  program = join(await makeScratchFolder("bullmq"), "worker.mjs");
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

test.concurrent.for(backendNames)(
  "on %s, 300 jobs under kills, pauses, faults and a restart are paid once, and no charge is lost",
  { timeout: 600_000 }, // about two minutes, on an idle machine
  async (backendName, { onTestFinished }) => {
    const started = performance.now();
    const random = createRandom(backendName.length);
    let share = 0.3;
    let lastSubmitter = 0;
    let isSlow = false;
    const server = await startMockServer({
      taskDurationMs: 300,
      fail: ({ role, headers }) => {
        if (role === "submit") lastSubmitter = Number(String(headers.authorization).split("-").at(-1));
        if (role === "submit" && isSlow) return { kind: "delay", delayMs: 60 };
        return random() < share ? faults[role][Math.floor(random() * faults[role].length)] : undefined;
      },
    });
    onTestFinished(() => server.close());
    const service = backendName === "redis" ? await startRedis({ durable: true }) : await startPostgres();
    onTestFinished(() => service.stop());
    const folder = await makeFolder(onTestFinished);
    const backend = openBackend(backendName, service.url);
    onTestFinished(() => backend.close());
    const queue = backend.createQueue("images");
    await queue.waitUntilReady();

    const workers: ChildProcess[] = [];
    /** Those that are ready to be hit. */
    const ready = new Set<number>();
    let isOver = false;
    /** Starts a worker again after any end, as a supervisor does. */
    const startWorker = (index: number) => {
      const work: Work = {
        backend: backendName,
        url: service.url,
        baseUrl: server.url,
        apiKey: `worker-${index}`,
        queue: "images",
        folder,
      };
      const worker = fork(program, [JSON.stringify(work)], { stdio: ["ignore", "ignore", "ignore", "ipc"] });
      workers[index] = worker;
      worker.once("message", () => ready.add(index));
      worker.once("exit", () => {
        ready.delete(index);
        if (!isOver) startWorker(index);
      });
    };
    onTestFinished(() => {
      isOver = true;
      for (const worker of workers) worker.kill("SIGKILL");
    });
    for (const index of [0, 1, 2, 3]) startWorker(index);
    const untilReady = (count: number) =>
      vi.waitUntil(() => ready.size >= count, { timeout: 120_000, interval: 5 });
    await untilReady(4);

    const keys: string[] = [];
    const woken: Promise<void>[] = [];
    let kills = 0;
    let pauses = 0;
    /** Ends a worker, or stops it for a while, as soon as one more charge was made; usually it is the one that made it. */
    const hit = async (charges: number, signal: "SIGKILL" | "SIGSTOP") => {
      isSlow = random() < 0.5; // then the worker is hit before it has the response
      const goal = server.ledger.length + charges;
      const deadline = performance.now() + 5000; // faults may leave fewer charges than that
      await vi.waitUntil(() => server.ledger.length >= goal || performance.now() > deadline, {
        timeout: 60_000,
        interval: 1,
      });
      await untilReady(1);
      const index = ready.has(lastSubmitter) ? lastSubmitter : [...ready][0]!;
      const worker = workers[index]!;
      ready.delete(index);
      worker.kill(signal);
      isSlow = false;
      if (signal === "SIGKILL") return void kills++;
      pauses++;
      const wake = async () => {
        await delay(pauseMs);
        worker.kill("SIGCONT");
        ready.add(index);
      };
      woken.push(wake());
      return undefined;
    };
    for (let round = 0; round < rounds; round++) {
      const added = Array.from({ length: jobsOfRound }, (_, index) => `key-${round}-${index}`);
      keys.push(...added);
      const jobs = added.map((key, index) => {
        const input = { prompt: key, resolution: "16x16", batchsize: 1 + (index % 2) };
        const { name, data, opts } = createImageJob({ model: "seedreamv5", input, idempotencyKey: key });
        return { name, data, opts: { ...opts, attempts: 20 } };
      });
      await queue.addBulk(jobs);
      if (round === Math.floor(rounds / 2)) await service.restart();
      if (pauses < fewestPauses && round % 2 === 0) await hit(1 + (round % 3), "SIGSTOP");
      await hit(1 + (round % 4), "SIGKILL");
    }
    await Promise.all(woken);
    await untilReady(4);
    share = 0;
    await vi.waitUntil(
      async () => {
        const counts = await queue.getJobCounts("completed", "failed");
        return counts.completed! + counts.failed! === keys.length;
      },
      { timeout: 400_000, interval: 500 },
    );
    isOver = true;
    await Promise.all(
      workers.map(async (worker) => {
        const ended = once(worker, "exit");
        worker.kill("SIGTERM");
        await ended;
      }),
    );

    const report = await account(server, backend.records, keys, new Set(await readdir(folder)));
    const failed = await queue.getFailed(0, -1);
    const seconds = Math.round((performance.now() - started) / 1000);
    console.log(
      `${backendName}: ${keys.length} jobs, 4 workers, ${kills} kills, ${pauses} pauses of ${pauseMs} ms, ` +
        `30 % faults, 1 restart: ${JSON.stringify({ ...report, failed: failed.length })} in ${seconds} s`,
    );
    expect(kills).toBeGreaterThanOrEqual(20);
    expect(pauses).toBeGreaterThanOrEqual(fewestPauses);
    expect(report).toMatchObject({ keysPaidTwice: 0, chargesWithoutOwner: 0, imagesMissing: [] });
    for (const { failedReason } of failed)
      expect(failedReason).toMatch(/outcome of the submit .* is unknown/);
    const { completed = 0, intent = 0, unknown = 0 } = report.states;
    expect([completed + intent + unknown, intent + unknown]).toEqual([keys.length, failed.length]);
    expect(completed).toBeGreaterThan(keys.length / 2);
  },
);

/** The keys that were paid twice, the charges that nobody knows of, and what is missing of what was completed. */
async function account(server: MockServer, records: RecordStore, keys: string[], files: ReadonlySet<string>) {
  const client = createClient({ apiKey: "any-key", baseUrl: server.url });
  const states: Record<string, number> = {};
  const known = new Set<string>();
  const uncertain = new Set<string>();
  const imagesMissing: string[] = [];
  for (const key of keys) {
    const { state = "none", taskid, images = 0 } = (await readRecord(records, key)) ?? {};
    states[state] = (states[state] ?? 0) + 1;
    if (taskid !== undefined) known.add(taskid);
    if (state === "unknown" || state === "intent") uncertain.add(key);
    if (state !== "completed") continue;
    const saved = Array.from({ length: images }, (_, index) => `${taskid}-${index + 1}.png`);
    imagesMissing.push(...saved.filter((name) => !files.has(name)));
  }
  const paid: string[] = [];
  let chargesWithoutOwner = 0;
  for (const { taskid } of server.ledger) {
    const { raw } = await client.status(taskid);
    const key = (raw as { prompt?: string }).prompt!; // the prompt is the key
    paid.push(key);
    if (!known.has(taskid) && !uncertain.has(key)) chargesWithoutOwner++;
  }
  return {
    states,
    charges: paid.length,
    keysPaidTwice: paid.length - new Set(paid).size,
    chargesWithoutOwner,
    imagesMissing,
  };
}
