import type { Task } from "../../index.js";
import { printable, printableJson } from "./printable.js";

/** The result of a command: lines for people, one object for scripts. */
export interface Result {
  lines: string[];
  /** Left out by a command that has written its object already. */
  data?: Record<string, unknown>;
  /** @default 0 */
  exitCode?: number;
}

/** A task as `status` and `wait` show it. */
export function showTask({ taskid, status, urls, width, height, raw }: Task): Result {
  return { lines: [status, ...urls], data: { taskid, status, urls, width, height, raw } };
}

/** Writes lines to standard output; a line that holds a line break of somebody's stays one line. */
export function writeLines(lines: readonly string[]): void {
  if (lines.length > 0) process.stdout.write(toText(lines));
}

/** Writes why a command failed to standard error, after a label of ours. */
export function writeFailure(label: string, lines: readonly string[]): void {
  process.stderr.write(`${label} ${toText(lines)}`);
}

const toText = (lines: readonly string[]): string => lines.map((line) => `${printable(line)}\n`).join("");

/** Writes one JSON value to standard output, indented unless that would make much of it. */
export function writeJson(value: unknown): void {
  const compact = JSON.stringify(value);
  const isLarge = compact.length > 64 * 1024 || isDeep(value, 16);
  process.stdout.write(`${printableJson(isLarge ? compact : JSON.stringify(value, null, 2))}\n`);
}

/** Whether values are nested beyond so many levels: a response of lists in lists would be indented to a hundredfold. */
function isDeep(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((each) => isDeep(each, levels - 1));
}
