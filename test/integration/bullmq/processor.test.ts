import { mkdir, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Job, Queue, Worker } from "bullmq";
import { build } from "esbuild";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { createImageJob, createProcessor } from "../../../src/bullmq/index.js";
import type { ImageJob, ProcessorOptions } from "../../../src/bullmq/index.js";
import { createClient, readRecord } from "../../../src/index.js";
import type { ClientOptions } from "../../../src/index.js";
import { startMockServer } from "../../../src/mock-server/index.js";
import type { MockFailure, MockRequest, MockServerOptions } from "../../../src/mock-server/index.js";
import { saveImages } from "../../../src/node/index.js";
import { makeFolder } from "../../support/generate.js";
import { makeScratchFolder } from "../support/places.js";
import { freePort, startPostgres, startRedis } from "../support/services.js";
import type { Service } from "../support/services.js";
import { backendNames, openBackend } from "./backends.js";
import type { BackendName } from "./backends.js";
import type { Work } from "./programs/worker.js";

let services: Record<BackendName, Service>;
beforeAll(async () => {
  const [redis, postgres] = await Promise.all([startRedis(), startPostgres()]);
  services = { redis, postgres };
});
afterAll(() => Promise.all(Object.values(services).map((service) => service.stop())));

const patience = { timeout: 60_000, interval: 20 };
const input = (prompt: string) => ({ prompt, resolution: "16x16" });
const jobOf = (key: string): ImageJob => ({ model: "seedreamv5", input: input(key), idempotencyKey: key });

interface Fault {
  of: (request: MockRequest) => MockFailure | undefined;
}

interface Setup {
  server?: MockServerOptions;
  client?: ClientOptions;
  processor?: Partial<ProcessorOptions<unknown>>;
  workers?: number;
  concurrency?: number;
}

let queues = 0;

/** A service, a queue of its own, its records, and workers that save images in a folder. */
async function start(backendName: BackendName, setup: Setup = {}) {
  const name = `images-${++queues}`;
  const fault: Fault = { of: () => undefined };
  const server = await startMockServer({
    taskDurationMs: 0,
    fail: (request) => fault.of(request),
    ...setup.server,
  });
  onTestFinished(() => server.close());
  const folder = await makeFolder(); // removed once the workers are closed, which may save until then
  const backend = openBackend(backendName, services[backendName].url);
  onTestFinished(() => backend.close());
  const queue = backend.createQueue(name);
  await queue.waitUntilReady();
  const client = createClient({ apiKey: "any-key", baseUrl: server.url, submitRetries: 0, ...setup.client });
  const processor = createProcessor({
    client,
    records: backend.records,
    queue,
    onCompleted: (task) => saveImages(task, folder, { client }),
    ...setup.processor,
  });
  const startWorker = (): Worker =>
    backend.createWorker(name, processor, { concurrency: setup.concurrency ?? 5, drainDelay: 1 });
  const workers = Array.from({ length: setup.workers ?? 1 }, startWorker);
  const add = (data: unknown, options = {}) => queue.add("image", data, { attempts: 3, ...options });
  const submits = () => server.requests.filter(({ role }) => role === "submit");
  return {
    name,
    backend,
    server,
    fault,
    queue,
    folder,
    client,
    processor,
    workers,
    startWorker,
    add,
    submits,
  };
}

const untilState = (queue: Queue, job: Job, state: string) =>
  vi
    .waitFor(async () => expect(await job.getState()).toBe(state), patience)
    .then(() => queue.getJob(job.id!));

const untilProgress = (queue: Queue, job: Job, progress: object) =>
  vi.waitFor(async () => expect((await queue.getJob(job.id!))!.progress).toMatchObject(progress), patience);

describe.each(backendNames)("the processor on %s", (backendName) => {
  test("buys once, saves, and buys nothing when the job was removed and is added again", async () => {
    const { queue, folder, server, backend, name } = await start(backendName);
    const events = backend.createQueueEvents(name);
    await events.waitUntilReady();
    const seen: unknown[] = [];
    events.on("progress", ({ data }) => void seen.push(data));
    for (let round = 0; round < 2; round++) {
      const [job] = await queue.addBulk([createImageJob(jobOf(`fox-${backendName}`))]);
      const done = await untilState(queue, job!, "completed");
      const [file] = done!.returnvalue as string[];
      expect(await readdir(folder)).toEqual([file!.split("/").at(-1)]);
      await done!.remove();
    }
    expect(server.ledger).toHaveLength(1);
    const { taskid } = server.ledger[0]!;
    expect(seen).toContainEqual({ state: "accepted", taskid });
    expect(seen).toContainEqual({ state: "completed", taskid, images: { requested: 1, received: 1 } });
  });

  test("has every job submitted before one worker's first task is finished", async () => {
    const { queue, server, add } = await start(backendName, {
      server: { taskDurationMs: 5000 },
      concurrency: 1,
    });
    const jobs = await Promise.all([1, 2, 3, 4].map((index) => add(jobOf(`slow-${backendName}-${index}`))));
    for (const job of jobs) await untilState(queue, job, "completed");
    const roles = server.requests.map(({ role }) => role);
    expect(roles.slice(0, roles.indexOf("result")).filter((role) => role === "submit")).toHaveLength(4);
  });

  test("stops all workers of the queue after a 429, for as long as the service asked", async () => {
    const { queue, fault, add } = await start(backendName, { workers: 2, concurrency: 1 });
    let refusedAt = 0;
    const laterMs: number[] = [];
    fault.of = ({ role }) => {
      if (role !== "submit") return undefined;
      if (refusedAt > 0) return void laterMs.push(Date.now() - refusedAt);
      refusedAt = Date.now();
      return { kind: "response", status: 429, headers: { "retry-after": "4" } };
    };
    const first = await add(jobOf(`limited-${backendName}`));
    await untilProgress(queue, first, { state: "delayed" });
    const others = await Promise.all([1, 2, 3].map((index) => add(jobOf(`limited-${backendName}-${index}`))));
    for (const job of [first, ...others]) {
      const done = await untilState(queue, job, "completed");
      expect(done!.attemptsMade).toBe(1); // the run that completed it
    }
    expect(laterMs).toHaveLength(4);
    expect(Math.min(...laterMs)).toBeGreaterThan(3900);
  });

  test("looks less often at a task that takes very long, but not at the pace of another worker's clock", async () => {
    const { queue, add, server, backend } = await start(backendName, { server: { taskDurationMs: 1e9 } });
    const key = `long-${backendName}`;
    const job = await add(jobOf(key));
    await untilProgress(queue, job, { state: "accepted" });
    await untilState(queue, job, "delayed");
    const record = (await readRecord(backend.records, key))!;
    const reads = () => server.requests.filter(({ role }) => role === "status").length;
    /** The delay after a read by a worker whose clock is so far ahead of the one that wrote the record. */
    const readAfter = async (ageMs: number) => {
      const updatedAt = new Date(Date.now() - ageMs).toISOString();
      await backend.records.write({ ...record, updatedAt }, { durable: true });
      const before = reads();
      await (await queue.getJob(job.id!))!.promote();
      await vi.waitFor(() => expect(reads()).toBeGreaterThan(before), patience);
      return (await untilState(queue, job, "delayed"))!.delay;
    };
    expect(await readAfter(400_001)).toBeGreaterThanOrEqual(20_000);
    expect(await readAfter(24 * 60 * 60 * 1000)).toBe(60_000); // else 72 minutes
    expect(await readAfter(-24 * 60 * 60 * 1000)).toBeLessThan(10_000);
  });

  test("looks at a task under way before it submits another, however many are waiting", async () => {
    const { queue, fault, submits, workers } = await start(backendName, { concurrency: 1 });
    fault.of = ({ role }) => (role === "submit" ? { kind: "delay", delayMs: 100 } : undefined);
    const keys = Array.from({ length: 100 }, (_, index) => `early-${backendName}-${index}`);
    let submitted: number | undefined;
    workers[0]!.on("completed", () => void (submitted ??= submits().length));
    await queue.addBulk(keys.map((key) => createImageJob(jobOf(key))));
    await vi.waitFor(() => expect(submitted).toBeDefined(), patience);
    expect(submitted).toBeLessThan(keys.length);
  });

  test("delays what cannot reach the service, without using up an attempt", async () => {
    const port = await freePort();
    const { queue, add, backend } = await start(backendName, {
      client: { baseUrl: `http://127.0.0.1:${port}` },
    });
    const job = await add(jobOf(`early-${backendName}`), { attempts: 1 });
    await untilProgress(queue, job, {
      state: "delayed",
      reason: expect.stringMatching(/ECONNREFUSED|refused/),
    });
    await untilState(queue, job, "delayed");
    const server = await startMockServer({ taskDurationMs: 0, port });
    onTestFinished(() => server.close());
    await (await queue.getJob(job.id!))!.promote();
    await untilState(queue, job, "completed");
    expect(server.ledger).toHaveLength(1);
    expect((await readRecord(backend.records, `early-${backendName}`))?.state).toBe("completed");
  });

  test("fails for good after an unknown outcome, says what to do, and does it for that attempt alone", async () => {
    const { queue, fault, add, server, submits } = await start(backendName);
    fault.of = ({ role }) => (role === "submit" ? { kind: "reset", charged: true } : undefined);
    const job = await add(jobOf(`lost-${backendName}`));
    const failed = await untilState(queue, job, "failed");
    expect(failed!.failedReason).toMatch(
      /outcome .* is unknown.*account.*resubmitAttempt: 1 }.*job\.retry\(\)/,
    );
    expect(failed!.attemptsMade).toBe(1);
    const again = async () => {
      await (await queue.getJob(job.id!))!.retry();
      return untilState(queue, job, "failed");
    };
    await again();
    expect(submits()).toHaveLength(1);
    await failed!.updateData({ ...(failed!.data as ImageJob), resubmitAttempt: 1 });
    expect((await again())!.failedReason).toMatch("resubmitAttempt: 2 }");
    await again();
    expect([submits().length, server.ledger.length]).toEqual([2, 2]);
    fault.of = () => undefined;
    await failed!.updateData({ ...(failed!.data as ImageJob), resubmitAttempt: 2 });
    await (await queue.getJob(job.id!))!.retry();
    await untilState(queue, job, "completed");
    expect(server.ledger).toHaveLength(3);
  });

  test("pauses the queue for a refused key, and fails no job", async () => {
    const onPaused = vi.fn();
    const { queue, fault, submits, server } = await start(backendName, { processor: { onPaused } });
    fault.of = () => ({ kind: "response", status: 401 });
    await queue.addBulk(
      Array.from({ length: 50 }, (_, index) => createImageJob(jobOf(`key-${backendName}-${index}`))),
    );
    await vi.waitFor(async () => expect(await queue.isPaused()).toBe(true), patience);
    await vi.waitFor(async () => expect((await queue.getJobCounts("active")).active).toBe(0), patience);
    expect(submits().length).toBeLessThanOrEqual(10);
    expect(onPaused).toHaveBeenCalledWith(expect.objectContaining({ code: "AUTHENTICATION" }));
    expect((await queue.getJobCounts("failed")).failed).toBe(0);
    fault.of = () => undefined;
    await queue.resume();
    await vi.waitFor(
      async () => expect((await queue.getJobCounts("completed")).completed).toBe(50),
      patience,
    );
    expect(server.ledger).toHaveLength(50);
  });

  test("pauses the queue when credits are used up", async () => {
    const { queue, server } = await start(backendName, {
      server: { credits: 2, taskDurationMs: 0 },
      concurrency: 1,
    });
    await queue.addBulk(
      Array.from({ length: 5 }, (_, index) => createImageJob(jobOf(`poor-${backendName}-${index}`))),
    );
    await vi.waitFor(async () => expect(await queue.isPaused()).toBe(true), patience);
    await vi.waitFor(async () => expect((await queue.getJobCounts("active")).active).toBe(0), patience);
    expect((await queue.getJobCounts("failed")).failed).toBe(0);
    expect(server.ledger).toHaveLength(2);
  });

  test("waits for its database's records, instead of failing jobs", async () => {
    const broken = { isBroken: true };
    const { queue, add, server, backend, client, name } = await start(backendName, { workers: 0 });
    const records = {
      ...backend.records,
      read: (id: string) => (broken.isBroken ? Promise.reject(new Error("gone")) : backend.records.read(id)),
    };
    backend.createWorker(name, createProcessor({ client, records, queue, onCompleted: () => "done" }));
    const job = await add(jobOf(`store-${backendName}`), { attempts: 1 });
    await untilProgress(queue, job, { state: "delayed", reason: "The records cannot be used: gone" });
    broken.isBroken = false;
    await vi.waitFor(async () => expect(await job.getState()).toBe("delayed"), patience);
    await (await queue.getJob(job.id!))!.promote();
    expect((await untilState(queue, job, "completed"))!.returnvalue).toBe("done");
    expect(server.ledger).toHaveLength(1);
  });

  test("gives a job back once, even if the response to that is lost", async () => {
    const { name, backend, add, queue, processor, server } = await start(backendName, { workers: 0 });
    let calls = 0;
    let step: Promise<unknown> | undefined;
    backend.createWorker(name, (job, token) => {
      if (step) return processor(job, token);
      const moveToDelayed = async (timestamp: number, lock?: string) => {
        calls++;
        await job.moveToDelayed(timestamp, lock);
        throw new Error("the connection ended");
      };
      step = processor(
        { id: job.id, data: job.data, updateProgress: (to) => job.updateProgress(to), moveToDelayed },
        token,
      );
      return step;
    });
    const job = await add(jobOf(`given-back-${backendName}`), { attempts: 1 });
    await untilState(queue, job, "completed");
    await expect(step).rejects.toThrow(expect.objectContaining({ name: "DelayedError" }));
    expect(calls).toBe(2);
    expect(server.ledger).toHaveLength(1);
  });

  test("fails jobs that nobody could do, whoever wrote them, and goes on with the others", async () => {
    const { queue, add, server } = await start(backendName);
    const faulty: [unknown, RegExp][] = [
      [null, /`model` must be one of/],
      [{ ...jobOf("a"), model: "constructor" }, /`model` must be one of/],
      [{ ...jobOf("a"), idempotencyKey: "a\u001b[2J" }, /`idempotencyKey` must be text/],
      [{ ...jobOf("a"), idempotencyKey: "" }, /`idempotencyKey` must be text/],
      [{ ...jobOf("a"), input: [] }, /`input` must be an object/],
      [{ ...jobOf("a"), input: { prompt: "" } }, /Invalid input: prompt/],
      [{ ...jobOf("a"), input: { promt: "a fox" } }, /Invalid input/],
      [{ ...jobOf("a"), resubmitAttempt: -1 }, /`resubmitAttempt` must be a whole number/],
      [{ ...jobOf("a"), input: { ...input("a"), sourceImage: ["/etc/passwd"] } }, /is a file of one machine/],
      [
        { ...jobOf("a"), input: { ...input("a"), sourceImage: [Buffer.from("x")] } },
        /must be the path of a file/,
      ],
    ];
    for (const [data, message] of faulty) {
      const failed = await untilState(queue, await add(data), "failed");
      expect(failed!.failedReason).toMatch(message);
      expect(failed!.attemptsMade).toBe(1);
    }
    const conflict = await add(jobOf(`same-${backendName}`));
    await untilState(queue, conflict, "completed");
    const other = { ...jobOf(`same-${backendName}`), input: input("something else") };
    expect((await untilState(queue, await add(other), "failed"))!.failedReason).toMatch(
      "stands for another request",
    );
    expect(await queue.isPaused()).toBe(false);
    expect(server.ledger).toHaveLength(1);
  });

  test("fails a job whose task failed, and says what the service said", async () => {
    const { queue, add } = await start(backendName);
    const key = `failing-${backendName} [mock:task-failed]`;
    const failed = await untilState(queue, await add(jobOf(key)), "failed");
    expect(failed!.failedReason).toMatch(/^Task \S+ failed.*new payment.*resubmitAttempt: 1/);
  });

  test("finishes a submit and a read when the worker is closed, and leaves the rest to another one", async () => {
    const { queue, add, fault, workers, startWorker, server, backend } = await start(backendName);
    let closed: Promise<void> | undefined;
    fault.of = ({ role }) => {
      if (role !== "submit") return undefined;
      closed ??= workers[0]!.close();
      return { kind: "delay", delayMs: 1000 };
    };
    const job = await add(jobOf(`closing-${backendName}`));
    await vi.waitFor(() => expect(closed).toBeDefined(), patience);
    await closed;
    expect((await readRecord(backend.records, `closing-${backendName}`))?.state).toBe("accepted");
    expect(await job.getState()).toBe("delayed");
    // In the middle of the wait: its second worker ends while it reads the task.
    let again: Promise<void> | undefined;
    const second = startWorker();
    fault.of = ({ role }) => {
      if (role === "status") again ??= second.close();
      return undefined;
    };
    await vi.waitFor(() => expect(again).toBeDefined(), patience);
    await again;
    if ((await job.getState()) !== "completed") startWorker();
    await untilState(queue, job, "completed");
    expect(server.ledger).toHaveLength(1);
  });

  test("works in a sandbox: delays, an unknown outcome, a paused queue", async () => {
    const { name, backend, queue, add, server, fault, folder } = await start(backendName, { workers: 0 });
    const program = join(await makeScratchFolder("bullmq-sandbox"), "processor.mjs");
    const { url } = services[backendName];
    const work: Work = { backend: backendName, url, baseUrl: server.url, apiKey: "any", queue: name, folder };
    await build({
      entryPoints: [join(import.meta.dirname, "programs/sandboxed.ts")],
      outfile: program,
      bundle: true,
      packages: "external",
      platform: "node",
      format: "esm",
      define: { work: JSON.stringify(work) },
    });
    backend.createWorker(name, pathToFileURL(program), { concurrency: 2, drainDelay: 1 });
    const done = await untilState(queue, await add(jobOf(`sandbox-${backendName}`)), "completed");
    expect(done!.returnvalue).toEqual([expect.stringMatching(/-1\.png$/)]);
    expect(done!.progress).toMatchObject({ state: "completed" });

    fault.of = ({ role }) => (role === "submit" ? { kind: "reset", charged: true } : undefined);
    const failed = await untilState(queue, await add(jobOf(`sandbox-lost-${backendName}`)), "failed");
    expect(failed!.failedReason).toMatch(/outcome .* is unknown/);
    expect(failed!.attemptsMade).toBe(1);

    fault.of = () => ({ kind: "response", status: 403 });
    const last = await add(jobOf(`sandbox-key-${backendName}`));
    await vi.waitFor(async () => expect(await queue.isPaused()).toBe(true), patience);
    fault.of = () => undefined;
    await queue.resume();
    await untilState(queue, last, "completed");
    expect(server.ledger).toHaveLength(3);
  });

  test("does not abort a submit under way when its job is cancelled", async () => {
    const { queue, add, fault, workers, server, backend } = await start(backendName);
    fault.of = ({ role }) => {
      if (role !== "submit") return undefined;
      workers[0]!.cancelAllJobs("enough");
      return { kind: "delay", delayMs: 300 };
    };
    const job = await add(jobOf(`cancelled-${backendName}`));
    await untilState(queue, job, "completed");
    expect(server.ledger).toHaveLength(1);
    expect((await readRecord(backend.records, `cancelled-${backendName}`))?.attempt).toBe(1);
  });
});

describe("files", () => {
  const photo = Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg",
    "base64",
  );
  const withFile = (key: string, path: string): ImageJob => ({
    ...jobOf(key),
    input: { ...input(key), sourceImage: [path] },
  });

  test("of a folder that all workers see are sent, also after the file is gone; nothing outside of it is", async () => {
    const sharedFolder = await makeFolder();
    await writeFile(join(sharedFolder, "fox.png"), photo);
    const outside = await makeFolder();
    await writeFile(join(outside, "secret.png"), photo);
    await mkdir(join(sharedFolder, "sub"));
    await symlink(join(outside, "secret.png"), join(sharedFolder, "sub/link.png"));
    const { queue, add, server, submits } = await start("redis", { processor: { sharedFolder } });
    const job = await add(createImageJob(withFile("file", "fox.png"), { sharedFolder }).data);
    await untilProgress(queue, job, { state: "accepted" });
    expect(submits()[0]).toMatchObject({ files: [{ filename: "fox.png", size: photo.length }] });
    await rm(join(sharedFolder, "fox.png"));
    await untilState(queue, job, "completed");
    for (const path of [
      "../secret.png",
      join(outside, "secret.png"),
      "sub/link.png",
      "absent.png",
      ".",
      "\0",
    ]) {
      const failed = await untilState(queue, await add(withFile(`file ${path.length}`, path)), "failed");
      expect(failed!.failedReason).toMatch(
        /sourceImage.*(must be a file in the shared folder|does not exist|cannot be read)/s,
      );
    }
    expect(server.ledger).toHaveLength(1);
  });
});

test("no job fails because PostgreSQL refuses some of the queue's calls, as after a deadlock", async () => {
  const { queue, add, server } = await start("postgres", { workers: 1, server: { taskDurationMs: 1000 } });
  const database = new pg.Client(services.postgres.url);
  await database.connect();
  onTestFinished(async () => {
    await database.query("drop function refuse cascade; drop sequence refusals");
    await database.end();
  });
  // A sequence counts on although its transaction is undone.
  await database.query(`
    create sequence refusals;
    create function refuse() returns trigger language plpgsql as $$ begin
      if nextval('public.refusals') % 3 > 0 then raise exception 'deadlock detected' using errcode = '40P01'; end if;
      return new;
    end $$;
    create trigger refuse_reports before update of progress, priority on bullmq.job for each row execute function refuse();
    create trigger refuse_delays before update of state on bullmq.job for each row
      when (new.state = 'delayed') execute function refuse();
  `);
  const keys = Array.from({ length: 5 }, (_, index) => `refused-${index}`);
  const jobs = await Promise.all(keys.map((key) => add(jobOf(key), { attempts: 1 })));
  for (const job of jobs) await untilState(queue, job, "completed");
  expect(server.ledger).toHaveLength(keys.length);
  const { rows } = await database.query("select last_value::int as calls from refusals");
  expect(rows[0].calls).toBeGreaterThan(15); // a progress, a priority and a delay of each job, at least
});
