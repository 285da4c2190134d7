import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import pg from "pg";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { createImageJob } from "../../../src/bullmq/index.js";
import { detectImageType } from "../../../src/index.js";
import { startMockServer } from "../../../src/mock-server/index.js";
import type { MockServer } from "../../../src/mock-server/index.js";
import { makeFolder } from "../../support/generate.js";
import { programOf } from "../runtimes/programs.js";
import { startPostgres, startRedis } from "../support/services.js";
import type { Service } from "../support/services.js";
import { openBackend } from "./backends.js";
import { blocksRunBy, compilePrograms } from "./guide.js";

// The programs of src/bullmq/README.md, compiled and run as they stand there, with the packed package.

const blocks = await blocksRunBy("test/integration/bullmq/guide.test.ts");
const names = ["worker", "producer", "watch", "worker-on-redis", "shared", "s3", "pg-boss", "serverless"];

let programs: string;
let postgres: Service;
let redis: Service;
let server: MockServer;
beforeAll(async () => {
  programs = await compilePrograms(blocks, names);
  [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  server = await startMockServer({ taskDurationMs: 0, imageSize: 16 });
});
afterAll(() => Promise.all([postgres.stop(), redis.stop(), server.close()]));

/** Starts a program in a folder of its own. */
async function start(name: string, { node = process.execPath, env = {} } = {}) {
  const folder = await makeFolder();
  const child = spawn(node, [join(programs, `${name}.js`)], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      TENSORSLAB_API_KEY: "any",
      TENSORSLAB_BASE_URL: server.url,
      POSTGRES_URL: postgres.url,
      REDIS_URL: redis.url,
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (printed += String(chunk)));
  return { child, folder, printed: () => printed };
}

async function exitOf(child: ChildProcess): Promise<unknown> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return child.exitCode;
}

const patience = { timeout: 120_000, interval: 50 };
const untilSaved = (folder: string, count: number) =>
  vi.waitFor(async () => expect(await readdir(join(folder, "images"))).toHaveLength(count), patience);
const linesOf = (name: string) => blocks[names.indexOf(name)]!.code.trimEnd().split("\n").length;

test("a worker in twenty lines and a producer in ten, with progress that one can watch", async () => {
  expect(linesOf("worker")).toBeLessThanOrEqual(20);
  expect(linesOf("producer")).toBeLessThanOrEqual(10);
  const worker = await start("worker");
  const watcher = await start("watch");
  for (let round = 0; round < 2; round++) {
    const producer = await start("producer");
    expect([await exitOf(producer.child), producer.printed()]).toEqual([0, ""]);
  }
  await untilSaved(worker.folder, 2);
  for (const { taskid } of server.ledger) {
    await vi.waitFor(() => expect(watcher.printed()).toContain(`taskid: '${taskid}'`), patience);
  }
  await vi.waitFor(
    () => expect(watcher.printed()).toMatch(/image-order-2 \{\s+state: 'completed'/),
    patience,
  );
  expect(server.ledger).toHaveLength(2);
  worker.child.kill("SIGTERM");
  expect([await exitOf(worker.child), worker.printed()]).toEqual([0, ""]);
});

test("a worker on Redis", async () => {
  const charges = server.ledger.length;
  const backend = openBackend("redis", redis.url);
  onTestFinished(() => backend.close());
  const data = { model: "seedreamv5", input: { prompt: "a red fox" }, idempotencyKey: "order-1" } as const;
  await backend.createQueue("images").addBulk([createImageJob(data)]);
  const worker = await start("worker-on-redis");
  await untilSaved(worker.folder, 1);
  expect(server.ledger).toHaveLength(charges + 1);
  worker.child.kill("SIGTERM");
  expect([await exitOf(worker.child), worker.printed()]).toEqual([0, ""]);
});

test("a job with a file of a shared folder", async () => {
  const { child, printed } = await start("shared");
  expect([await exitOf(child), printed()]).toEqual([0, "image-order-3 [ 'foxes/1.png' ]\n"]);
});

test("results in S3, as a server sees it that keeps what is put", async () => {
  const received: { method: string; url: string; authorization: string; bytes: Buffer }[] = [];
  const bucket = createServer((request, response) => {
    void buffer(request).then((bytes) => {
      const { method = "", url = "", headers } = request;
      received.push({ method, url, authorization: headers.authorization ?? "", bytes });
      response.end();
    });
  }).listen(0, "127.0.0.1");
  await once(bucket, "listening");
  onTestFinished(() => void bucket.close());
  await writeFile(
    join(programs, "s3-driver.js"),
    `import { createClient } from "tensorslab-images";
     import { saveToS3 } from "./s3.js";
     const task = await createClient().generate("seedreamv5", { prompt: "a red fox", batchsize: 2 });
     console.log((await saveToS3(task)).length);`,
  );
  const bucketUrl = `http://127.0.0.1:${(bucket.address() as AddressInfo).port}/bucket`;
  const env = { AWS_ACCESS_KEY_ID: "AKIA", AWS_SECRET_ACCESS_KEY: "secret", BUCKET_URL: bucketUrl };
  const { child, printed } = await start("s3-driver", { env });
  expect([await exitOf(child), printed()]).toEqual([0, "2\n"]);
  const { taskid } = server.ledger.at(-1)!;
  expect(received.map(({ method, url }) => `${method} ${url}`).sort()).toEqual([
    `PUT /bucket/${taskid}-1`,
    `PUT /bucket/${taskid}-2`,
  ]);
  for (const { authorization, bytes } of received) {
    expect(authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIA/);
    expect(detectImageType(bytes)?.type).toBe("image/png");
  }
});

test("a pg-boss job on Node 22, which is repeated and paid once", async () => {
  const charges = server.ledger.length;
  const worker = await start("pg-boss", { node: programOf("node-22") });
  await vi.waitFor(async () => {
    const pool = new pg.Pool({ connectionString: postgres.url }).on("error", () => undefined);
    try {
      await pool
        .query("select 1 from pgboss.queue where name = 'images'")
        .then(({ rowCount }) => expect(rowCount).toBe(1));
      const text = "insert into pgboss.job (name, data) values ('images', $1), ('images', $1)";
      await pool.query(text, [{ key: "boss-1", prompt: "a red fox" }]);
    } finally {
      await pool.end();
    }
  }, patience);
  await untilSaved(worker.folder, 1);
  const pool = new pg.Pool({ connectionString: postgres.url }).on("error", () => undefined);
  onTestFinished(() => pool.end());
  await vi.waitFor(async () => {
    const { rows } = await pool.query("select state from pgboss.job where name = 'images'");
    expect(rows).toEqual([{ state: "completed" }, { state: "completed" }]);
  }, patience);
  expect(server.ledger).toHaveLength(charges + 1);
  expect(worker.printed()).toBe("");
});

test("a serverless function and a cron job", async () => {
  const charges = server.ledger.length;
  await writeFile(
    join(programs, "serverless-driver.js"),
    `import { cron, order } from "./serverless.js";
     for (let round = 0; round < 2; round++) {
       const body = JSON.stringify({ key: "web-1", prompt: "a red fox" });
       const response = await order(new Request("http://any", { method: "POST", body }));
       console.log(response.status, await response.text());
     }
     await cron();
     await cron();
     process.exit();`,
  );
  const owner = new pg.Pool({ connectionString: postgres.url }).on("error", () => undefined);
  await owner.query("create database serverless").finally(() => owner.end());
  const env = { POSTGRES_URL: postgres.url.replace(/postgres$/, "serverless") };
  const { child, printed, folder } = await start("serverless-driver", { env });
  expect([await exitOf(child), printed()]).toEqual([
    0,
    '202 {"state":"accepted"}\n202 {"state":"completed"}\n',
  ]);
  expect(await readdir(join(folder, "images"))).toHaveLength(1);
  expect(server.ledger).toHaveLength(charges + 1);
  const pool = new pg.Pool({ connectionString: env.POSTGRES_URL }).on("error", () => undefined);
  onTestFinished(() => pool.end());
  const { rows } = await pool.query("select state from tensorslab_images_records where id = 'web-1'");
  expect(rows).toEqual([{ state: "saved" }]);
});
