import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { chart } from "./chart.js";
import type { Result } from "./report.js";
import { peers, workloads } from "./workloads.js";

const read = (name: string) => readFile(join(import.meta.dirname, name), "utf8");

it("the chart shows the published results, and names every client in them", async () => {
  const { results } = JSON.parse(await read("results.json")) as { results: Result[] };
  const svg = chart(results);
  expect(await read("chart.svg"), "npm run bench -- --save writes the chart").toBe(svg);
  const measured = new Set(results.flatMap(({ samples }) => Object.keys(samples)));
  for (const peer of peers) expect(svg.includes(`>${peer}</text>`), peer).toBe(measured.has(peer));
  expect(workloads.length).toBeGreaterThan(5);
});
