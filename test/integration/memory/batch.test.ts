import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { buildCommand } from "../../cli/support/child.js";
import { apiKey, startServer } from "../../cli/support/command.js";
import { makeFolder } from "../../support/generate.js";
import { run } from "../support/run.js";

let program: string;
beforeAll(async () => {
  program = await buildCommand();
});

it("a batch of 2000 rows, 64 at a time, takes little memory", async () => {
  const rows = 2000;
  const server = await startServer({ imageSize: 16 });
  const folder = await makeFolder();
  const list = join(folder, "jobs.jsonl");
  const lines = Array.from({ length: rows }, (_, index) =>
    JSON.stringify({ id: `row-${index}`, prompt: `a red fox in fresh snow, ${index}` }),
  );
  await writeFile(list, lines.join("\n"));
  const measure = join(folder, "measure.mjs");
  await writeFile(
    measure,
    'process.on("exit", () => console.error(`peak: ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`));',
  );
  const out = join(folder, "out");
  const words = ["batch", list, "--out", out, "--concurrency", "64", "--base-url", server.url, "--quiet"];
  const { stdout, stderr } = await run(process.execPath, ["--import", measure, program, ...words], {
    env: { PATH: process.env.PATH, TENSORSLAB_API_KEY: apiKey },
  });
  expect(stdout).toMatch(/^saved +2000\n/);
  expect((await readdir(out)).filter((name) => name.endsWith(".png"))).toHaveLength(rows);
  expect(Number(/^peak: (\d+) MB$/m.exec(stderr)?.[1])).toBeLessThan(125);
});
