import { watch as watchFolder } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { makeFolder } from "../../support/generate.js";
import { buildCommand, startCommand } from "../../cli/support/child.js";
import { command, listImages, readRecords } from "../../cli/support/command.js";
import { startWatchedServer } from "./watched-server.js";

let program: string;
beforeAll(async () => {
  program = await buildCommand();
});

const resume = (out: string, url: string) => command(["resume", out, "--base-url", url, "--json"]);

describe("batch, killed again and again", () => {
  it.each([
    ["request", 2, 1],
    ["change of a file", 14, 5],
  ] as const)(
    "at a %s: submits no row twice and loses none",
    async (instant, least, step) => {
      const { server, watch } = await startWatchedServer();
      const folder = await makeFolder();
      const list = join(folder, "jobs.jsonl");
      const rows = Array.from({ length: 16 }, (_, index) => ({
        id: `r${index}`,
        prompt: `fox ${index}`,
        resolution: "16x16",
      }));
      await writeFile(list, rows.map((row) => JSON.stringify(row)).join("\n"));
      const out = join(folder, "out");
      await mkdir(out);
      const words = ["batch", list, "--out", out, "--concurrency", "3", "--base-url", server.url];

      let onInstant = () => {};
      if (instant === "request") {
        watch.onRequest = () => {
          onInstant();
          return undefined;
        };
      } else {
        const watcher = watchFolder(out, () => onInstant());
        onTestFinished(() => watcher.close());
      }
      let kills = 0;
      for (let run = 0; ; run++) {
        let left = least + step * (run % 6); // so that runs end at different steps, and each gets on
        const child = startCommand(program, words);
        onInstant = () => {
          if (--left === 0) child.process.kill("SIGKILL");
        };
        if ((await child.ended) !== null) break;
        kills++;
      }
      expect(kills).toBeGreaterThan(4);

      const prompts = server.requests
        .filter(({ role }) => role === "submit")
        .map(({ fields }) => (fields as { prompt?: string }).prompt)
        .filter((prompt) => prompt !== undefined);
      expect(new Set(prompts).size).toBe(prompts.length);

      const records = Object.values(await readRecords(out));
      expect(records).toHaveLength(rows.length);
      const unknown = records.filter(({ state }) => state === "intent");
      const saved = records.filter(({ state }) => state === "saved");
      expect(unknown.length + saved.length).toBe(rows.length);
      expect(await listImages(out)).toHaveLength(saved.length);
      // Whatever was paid for is on disk, or is reported as unknown.
      const kept = new Set(saved.map(({ taskid }) => taskid));
      const lost = server.ledger.filter(({ taskid }) => !kept.has(taskid));
      expect(lost.length).toBeLessThanOrEqual(unknown.length);
      expect((await resume(out, server.url)).json.counts).toMatchObject({
        unknown: unknown.length,
        savedBefore: saved.length,
      });
    },
    60_000,
  );
});
