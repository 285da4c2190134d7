import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { startMockServer } from "../../../src/mock-server/index.js";
import { buildCommand } from "../../cli/support/child.js";
import { listImages, readRecords } from "../../cli/support/command.js";
import { makeFolder } from "../../support/generate.js";
import { createRandom, faults } from "../support/random-faults.js";

let program: string;
beforeAll(async () => {
  program = await buildCommand();
});

test("a batch of 400 rows, killed 50 times under 30 % faults, saves every image of every completed task", async () => {
  const random = createRandom(1);
  let share = 0.3;
  const server = await startMockServer({
    taskDurationMs: 0,
    apiKeys: ["a-key-for-chaos"],
    fail: ({ role }) => {
      if (random() >= share) return undefined;
      return faults[role][Math.floor(random() * faults[role].length)];
    },
  });
  onTestFinished(() => server.close());
  const folder = await makeFolder();
  const rows = Array.from({ length: 400 }, (_, index) => ({
    id: `row-${index}`,
    prompt: `fox ${index}`,
    resolution: "16x16",
    batchsize: 1 + (index % 3),
  }));
  const list = join(folder, "jobs.jsonl");
  await writeFile(list, rows.map((row) => JSON.stringify(row)).join("\n"));
  const out = join(folder, "out");
  const words = ["batch", list, "--out", out, "--base-url", server.url, "--quiet"];
  const run = () => {
    const child = spawn(process.execPath, [program, ...words], {
      env: { PATH: process.env.PATH, TENSORSLAB_API_KEY: "a-key-for-chaos" },
      stdio: "ignore",
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    return { child, ended: new Promise<number | null>((resolve) => child.on("close", resolve)) };
  };

  let kills = 0;
  while (kills < 50) {
    const requests = server.requests.length;
    const { child, ended } = run();
    // At any moment after a few requests more, so that each run makes some way, whatever the machine is doing.
    let isOver = false;
    void ended.then(() => (isOver = true));
    const enough = 5 + Math.floor(random() * 40);
    while (!isOver && server.requests.length < requests + enough)
      await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, random() * 30));
    child.kill("SIGKILL");
    await ended;
    kills++;
  }
  share = 0.05;
  for (let round = 0; round < 10; round++) await run().ended;
  share = 0;
  await run().ended;

  const records = await readRecords(out);
  const found = { saved: 0, unknown: 0, other: 0, images: 0 };
  const faulty: string[] = [];
  for (const { id, batchsize } of rows) {
    const { state, files } = records[id] as { state: string; files: string[] };
    if (state === "saved") {
      found.saved++;
      found.images += files.length;
      if (files.length !== batchsize) faulty.push(`${id}: ${files.length} images instead of ${batchsize}`);
    } else if (state === "unknown" || state === "intent") found.unknown++;
    else found.other++;
  }
  const images = new Set(await listImages(out));
  for (const record of Object.values(records)) {
    for (const name of record.files as string[]) if (!images.has(name)) faulty.push(`${name} is missing`);
  }
  const owned = new Set(Object.values(records).map(({ taskid }) => taskid));
  const ownerless = server.ledger.filter(({ taskid }) => !owned.has(taskid));
  console.log(
    `${rows.length} rows, ${kills} kills: ${JSON.stringify(found)}, ${server.ledger.length} charges, ` +
      `${ownerless.length} of them under ${found.unknown} rows whose outcome is unknown`,
  );
  expect(faulty).toEqual([]);
  expect(found.other).toBe(0);
  expect(found.saved + found.unknown).toBe(rows.length);
  expect(server.ledger.length).toBeLessThanOrEqual(rows.length); // no row was paid twice
  expect(ownerless.length).toBeLessThanOrEqual(found.unknown);
  expect(images.size).toBe(found.images);
}, 900_000);
