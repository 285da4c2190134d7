import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { goalLines } from "./goals.js";
import { footprint } from "./footprint.js";
import type { Machine } from "./machine.js";
import { observe } from "./observe.js";
import type { Samples } from "./run.js";
import { ratios, spreadOf } from "./statistics.js";
import { baseline, ours, workloads } from "./workloads.js";
import type { Measure, Workload } from "./workloads.js";

/** One workload's samples, as they are kept in results.json. */
export interface Result {
  name: string;
  date: string;
  rounds: number;
  samples: Samples;
}

/** For a terminal: a line for each peer; each measure as ratio to built-in fetch, then the median itself. */
export function plainTable(workload: Workload, { rounds, samples }: Result): string {
  const head = ["", ...workload.measures.map(({ label, unit }) => (unit ? `${label} [${unit}]` : label))];
  const rows = workload.peers.map((peer) => [
    peer,
    ...workload.measures.map((measure) => {
      const { value, ratio } = cellsOf(samples, peer, measure);
      return ratio ? `${ratio} (${value})` : value;
    }),
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const lines = [head, ...rows].map((row) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "),
  );
  return `${workload.title} — ratio to ${baseline} ± half of the middle half (median), ${rounds} rounds\n${lines.join("\n")}\n`;
}

/** The page beside the results: prose from introduction.md, then machine and tables. */
export async function readme(machine: Machine, results: readonly Result[]): Promise<string> {
  const introduction = await readFile(join(import.meta.dirname, "introduction.md"), "utf8");
  const dates = results.map(({ date }) => date).sort();
  const period = [...new Set([dates.at(0), dates.at(-1)])].join(" to ");
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  const setting = [
    "## Setting",
    "",
    `- Machine: ${machine.processors}, ${machine.memory}, ${machine.system}`,
    `- Versions: ${versions.join(", ")}`,
    `- Date: ${period}`,
  ];
  return `${[introduction.trimEnd(), "", ...setting, "", "## Goals", "", ...goalLines(results), "", "## Results", "", ...tables(results)].join("\n")}\n`;
}

function tables(results: readonly Result[]): string[] {
  return [...workloads, observe, footprint].flatMap((workload) => {
    const result = results.find(({ name }) => name === workload.name);
    return result ? markdownTable(workload, result) : [];
  });
}

/** A row for each measure, a column for each client: the ratio, and below it the median. */
function markdownTable(workload: Workload, { rounds, samples }: Result): string[] {
  const head = ["", ...workload.peers.map((peer) => (peer === ours ? `**${peer}**` : peer))];
  const rows = workload.measures.map((measure) => {
    const unit = measure.unit ? `, ${measure.unit}` : "";
    const cells = workload.peers.map((peer) => {
      const { value, ratio } = cellsOf(samples, peer, measure);
      return ratio ? `${peer === ours ? `**${ratio}**` : ratio}<br>${value}` : value;
    });
    return [`${measure.label}${unit} (${measure.better} is better)`, ...cells];
  });
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    `### ${workload.title}`,
    "",
    `${rounds} rounds.`,
    "",
    line(head),
    line(head.map(() => "---")),
    ...rows.map(line),
    "",
  ];
}

/** One measure of one peer: the median, and the ratio to the baseline where there is one. */
function cellsOf(samples: Samples, peer: string, { key }: Measure): { value: string; ratio?: string } {
  const values = valuesOf(samples, peer, key);
  if (values.length === 0) return { value: "–" };
  const value = short(spreadOf(values).median);
  const base = valuesOf(samples, baseline, key);
  if (!base.some((each) => each >= 0.5 || key.startsWith("cpu"))) return { value };
  const { median, low, high } = spreadOf(ratios(values, base));
  const spread = peer === baseline ? "" : ` ± ${((high - low) / 2).toFixed(2)}`;
  return { value, ratio: `${median.toFixed(2)}${spread}` };
}

/** The ratio of a peer to the baseline, middle of all rounds. */
export function ratioOf(result: Result, peer: string, key: string): number {
  const { samples } = result;
  return spreadOf(ratios(valuesOf(samples, peer, key), valuesOf(samples, baseline, key))).median;
}

function valuesOf(samples: Samples, peer: string, key: string): number[] {
  return (samples[peer] ?? []).map((sample) => sample[key]).filter((value) => value !== undefined);
}

function short(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
  return value.toLocaleString("en", { maximumFractionDigits: digits });
}
