// npm run bench [-- --quick] [-- --only=<workload>,…] [-- --peers=<peer>,…] [-- --rounds=<most>] [-- --save]
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { format } from "prettier";
import { chart } from "./chart.js";
import { everything, names, readFlags, usage } from "./flags.js";
import { runFootprint } from "./footprint.js";
import { describeMachine } from "./machine.js";
import { runObserve } from "./observe.js";
import { prepare } from "./prepare.js";
import { plainTable, readme } from "./report.js";
import type { Result } from "./report.js";
import { runWorkload, startServer } from "./run.js";
import { baseline } from "./workloads.js";

const flags = readOrExplain();
const { quick, save, only, chosenPeers, mostRounds } = flags;
const here = import.meta.dirname;

await prepare(chosenPeers);
const server = await startServer();
const folder = await mkdtemp(join(tmpdir(), "bench-files-"));
const results: Result[] = [];
try {
  for (const workload of everything) {
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

/** The command line's flags; help and a wrong word end the program. */
function readOrExplain(): ReturnType<typeof readFlags> {
  try {
    const flags = readFlags(process.argv.slice(2));
    if (!flags.help) return flags;
    console.log(usage);
    process.exit(0);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
}

/** Writes what was measured so far, so that a run that is ended loses nothing. */
async function saveResults(): Promise<void> {
  // Workloads that were left out keep their earlier results.
  const path = join(here, "results.json");
  const earlier = JSON.parse(await readFile(path, "utf8").catch(() => "{}")) as { results?: Result[] };
  const measured = new Set(results.map(({ name }) => name));
  const kept = (earlier.results ?? []).filter(({ name }) => !measured.has(name));
  const all = [...kept, ...results].sort((one, other) => names.indexOf(one.name) - names.indexOf(other.name));
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
