import { footprint } from "./footprint.js";
import type { Result } from "./report.js";
import { observe } from "./observe.js";
import { ratios, spreadOf } from "./statistics.js";
import { baseline, flushed, ours, oursOnCreateFetch, workloads } from "./workloads.js";
import type { Measure, Workload } from "./workloads.js";

/** A goal of the client. */
interface Goal {
  peer: typeof ours | typeof oursOnCreateFetch;
  workload: string;
  key: string;
  /** At most this where lower is better, at least this where higher is. */
  limit: number;
  /** The client that a ratio is taken to; undefined for the figure itself. */
  to?: string;
}

const toBaseline = { to: baseline };

const goals: readonly Goal[] = [
  { peer: ours, workload: "submit", key: "cpuMsPerRequest", limit: 0.75, ...toBaseline },
  { peer: ours, workload: "submit", key: "cpuMsPerRequest", limit: 1, to: "axios" },
  { peer: ours, workload: "submit-64", key: "cpuMsPerRequest", limit: 0.75, ...toBaseline },
  { peer: ours, workload: "submit-64", key: "cpuMsPerRequest", limit: 1, to: "axios" },
  { peer: ours, workload: "poll", key: "cpuMsPerRequest", limit: 1.05, ...toBaseline },
  { peer: ours, workload: "files", key: "megabytesPerSecond", limit: 1.4, ...toBaseline },
  { peer: ours, workload: "disk-100-mib", key: "peakRssMb", limit: 130 },
  { peer: ours, workload: "disk-1-gib", key: "megabytesPerSecond", limit: 4, ...toBaseline },
  { peer: ours, workload: "disk-1-gib", key: "peakRssMb", limit: 130 },
  { peer: ours, workload: "disk-3-gib", key: "peakRssMb", limit: 130 },
  { peer: ours, workload: "waits", key: "cpuSeconds", limit: 0.85, ...toBaseline },
  { peer: ours, workload: "waits", key: "peakRssMb", limit: 250 },
  { peer: ours, workload: "waits", key: "longestStallMs", limit: 250 },
  { peer: ours, workload: "download", key: "megabytesPerSecond", limit: 0.9, ...toBaseline },
  { peer: ours, workload: "download", key: "megabytesPerSecond", limit: 1.15, to: flushed },
  { peer: ours, workload: "observe", key: "percentOfSubmit", limit: 1 },
  { peer: ours, workload: "footprint", key: "importMs", limit: 12 },
  { peer: ours, workload: "footprint", key: "gzipKb", limit: 15.5 },
  { peer: oursOnCreateFetch, workload: "submit", key: "cpuMsPerRequest", limit: 0.28, ...toBaseline },
  { peer: oursOnCreateFetch, workload: "submit-64", key: "cpuMsPerRequest", limit: 0.22, ...toBaseline },
  { peer: oursOnCreateFetch, workload: "poll", key: "cpuMsPerRequest", limit: 0.36, ...toBaseline },
  { peer: oursOnCreateFetch, workload: "waits", key: "cpuSeconds", limit: 0.26, ...toBaseline },
  { peer: oursOnCreateFetch, workload: "waits", key: "peakRssMb", limit: 195 },
  { peer: oursOnCreateFetch, workload: "waits", key: "longestStallMs", limit: 150 },
  { peer: oursOnCreateFetch, workload: "files", key: "megabytesPerSecond", limit: 1.4, ...toBaseline },
  { peer: oursOnCreateFetch, workload: "disk-1-gib", key: "megabytesPerSecond", limit: 9, ...toBaseline },
  { peer: oursOnCreateFetch, workload: "disk-1-gib", key: "peakRssMb", limit: 85 },
];

/** A line for each goal: what was measured, and whether it was met. */
export function goalLines(results: readonly Result[]): string[] {
  return [
    "| goal | measured | |",
    "| --- | --- | --- |",
    ...goals.map((goal) => {
      const workload = [...workloads, observe, footprint].find(({ name }) => name === goal.workload)!;
      const measure = workload.measures.find(({ key }) => key === goal.key)!;
      const found = measured(goal, results);
      const isMet = measure.better === "lower" ? found <= goal.limit : found >= goal.limit;
      const verdict = Number.isNaN(found) ? "not measured yet" : isMet ? "met" : "**missed**";
      const figure = Number.isNaN(found) ? "–" : format(found, goal, measure);
      return `| ${describe(goal, workload, measure)} | ${figure} | ${verdict} |`;
    }),
  ];
}

function describe(goal: Goal, { title }: Workload, measure: Measure): string {
  const bound = measure.better === "lower" ? "≤" : "≥";
  const limit = format(goal.limit, goal, measure);
  return `\`${goal.peer}\`: ${title}: ${measure.label} ${bound} ${limit}${goal.to ? ` of ${goal.to}` : ""}`;
}

function format(value: number, { to }: Goal, { unit }: Measure): string {
  return to === undefined ? `${Number(value.toPrecision(3))} ${unit}` : `${value.toFixed(2)} ×`;
}

/** The median of all rounds, of the ratio or of the figure itself; not a number if nothing was measured. */
function measured({ peer, workload, key, to }: Goal, results: readonly Result[]): number {
  const samples = results.find(({ name }) => name === workload)?.samples ?? {};
  const valuesOf = (name: string) => (samples[name] ?? []).map((sample) => sample[key] ?? NaN);
  return spreadOf(to === undefined ? valuesOf(peer) : ratios(valuesOf(peer), valuesOf(to))).median;
}
