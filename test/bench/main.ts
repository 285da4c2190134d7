// npm run bench [-- --quick] [-- --only=<workload>,…] [-- --peers=<peer>,…] [-- --rounds=<most>] [-- --save]
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { format } from "prettier";
import { chart } from "./chart.js";
import { footprint, runFootprint } from "./footprint.js";
import { describeMachine } from "./machine.js";
import { observe, runObserve } from "./observe.js";
import { prepare } from "./prepare.js";
import { plainTable, readme } from "./report.js";
import type { Result } from "./report.js";
import { runWorkload, startServer } from "./run.js";
import { baseline, quickPeers, workloads } from "./workloads.js";

const { values: flags } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    save: { type: "boolean", default: false },
    only: { type: "string" },
    peers: { type: "string" },
    rounds: { type: "string" },
  },
});
const { quick, save } = flags;
const only = flags.only?.split(",");
const known = [...workloads, observe, footprint].map(({ name }) => name);
const unknown = only?.find((name) => !known.includes(name));
if (unknown !== undefined) throw new Error(`Unknown workload \`${unknown}\`. There are ${known.join(", ")}`);
const mostRounds = Number(flags.rounds ?? Number.MAX_SAFE_INTEGER);
if (!Number.isInteger(mostRounds) || mostRounds < 1) {
  throw new Error("`--rounds` must be a whole number above 0");
}
const chosenPeers = flags.peers?.split(",") ?? (quick ? quickPeers : undefined);
const here = import.meta.dirname;

await prepare(chosenPeers);
const server = await startServer();
const folder = await mkdtemp(join(tmpdir(), "bench-files-"));
const results: Result[] = [];
try {
  for (const workload of [...workloads, observe, footprint]) {
    if (only && !only.includes(workload.name)) continue;
    const ownRounds = quick ? workload.quickRounds : workload.rounds;
    if (ownRounds === undefined) continue;
    const rounds = Math.min(ownRounds, mostRounds);
    const start = performance.now();
    const settings = { ...workload.settings, ...(quick && workload.quickSettings) };
    const peers = workload.peers.filter(
      (peer) => !chosenPeers || peer === baseline || chosenPeers.includes(peer),
    );
    const samples =
      workload.kind === "footprint"
        ? await runFootprint(peers, rounds, !quick)
        : workload.kind === "observe"
          ? await runObserve(rounds, server.url)
          : await runWorkload({ ...workload, settings, peers }, rounds, server.url, folder);
    const result = { name: workload.name, date: new Date().toISOString().slice(0, 10), rounds, samples };
    results.push(result);
    console.log(plainTable({ ...workload, peers }, result));
    console.log(`${workload.name} took ${Math.round((performance.now() - start) / 1000)} s\n`);
    if (save) await saveResults();
  }
} finally {
  server.stop();
  await rm(folder, { recursive: true });
}

/** Writes what was measured so far, so that a run that is ended loses nothing. */
async function saveResults(): Promise<void> {
  // Workloads that were left out keep their earlier results.
  const path = join(here, "results.json");
  const earlier = JSON.parse(await readFile(path, "utf8").catch(() => "{}")) as { results?: Result[] };
  const measured = new Set(results.map(({ name }) => name));
  const kept = (earlier.results ?? []).filter(({ name }) => !measured.has(name));
  const all = [...kept, ...results].sort((one, other) => known.indexOf(one.name) - known.indexOf(other.name));
  const machine = await describeMachine();
  const json = JSON.stringify({ machine, results: all }, roundNumber);
  await writeFile(path, await format(json, { parser: "json", printWidth: 110 }));
  await writeFile(join(here, "README.md"), await format(await readme(machine, all), { parser: "markdown" }));
  // Of the rounded figures, so that the chart can be drawn again from what is published.
  await writeFile(join(here, "chart.svg"), chart((JSON.parse(json) as { results: Result[] }).results));
}

/** Five digits are more than any of this is worth. */
function roundNumber(_key: string, value: unknown): unknown {
  return typeof value === "number" ? Number(value.toPrecision(5)) : value;
}
