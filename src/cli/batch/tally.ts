import { AuthenticationError, TensorsLabError } from "../../index.js";
import type { GenerationRecord } from "../../index.js";
import { warnOfExpiry } from "../generation/url-expiry.js";
import { endingOf, exitStatus } from "../exit-status.js";
import type { Ending } from "../exit-status.js";
import type { Progress } from "../terminal/progress.js";

/** The results that a row can have: as it is shown, and the exit status that it calls for. */
const results = {
  saved: ["saved", "done"],
  savedBefore: ["saved before", "done"],
  taskFailed: ["task failed", "taskFailed"],
  stillRunning: ["still running", "stillRunning"],
  unknown: ["outcome unknown", "unknown"],
  incomplete: ["download incomplete", "download"],
  refused: ["refused", "refused"],
  left: ["not submitted", "other"],
  other: ["other failures", "other"],
} as const satisfies Record<string, readonly [string, Ending]>;

export type RowResult = keyof typeof results;

const names = Object.keys(results) as RowResult[];

/** Of several exit statuses the first in this order counts. */
const order = ["unknown", "stillRunning", "download", "taskFailed", "refused", "other", "done"] as const;

/** The results of rows that an error ended. */
const byEnding: Partial<Record<Ending, RowResult>> = {
  unknown: "unknown",
  stillRunning: "stillRunning",
  download: "incomplete",
  taskFailed: "taskFailed",
  refused: "refused",
};

/** What is known about a row that was not saved. */
export interface Problem {
  id: string;
  line?: number | undefined;
  taskid?: string | undefined;
  message: string;
}

/** Counts the results of rows, and keeps the first problems; its size does not depend on how many rows there are. */
export interface Tally {
  counts: Record<RowResult, number>;
  problems: Problem[];
  /** Images that are on disk. */
  images: number;
  add(result: RowResult, problem?: Problem): void;
  /** @param unsaved The record, if its task is completed: the URLs of its images expire. */
  addError(error: Error, problem: Pick<Problem, "id" | "line">, unsaved?: GenerationRecord): void;
  /** A warning about completed images that are not saved, if there are any. */
  warning(): string | undefined;
  exitStatus(): number;
  table(): string[];
}

/** How many problems are kept for `--json`; all of them are shown when they occur. */
const mostProblems = 1000;

export function createTally(progress: Progress): Tally {
  const counts = Object.fromEntries(names.map((result) => [result, 0])) as Tally["counts"];
  const problems: Problem[] = [];
  const unsaved: GenerationRecord[] = [];
  const tally: Tally = {
    counts,
    problems,
    images: 0,
    add(result, problem) {
      counts[result]++;
      if (!problem) return;
      if (problems.length < mostProblems) problems.push(problem);
      const { id, line, message } = problem;
      progress.warn(`${id}${line === undefined ? "" : ` (line ${line})`}: ${results[result][0]}: ${message}`);
    },
    addError(error, problem, record) {
      const { message } = error;
      const taskid = error instanceof TensorsLabError ? error.taskid : undefined;
      if (record && unsaved.length < mostProblems) unsaved.push(record);
      // A task that the key may not read now is not lost: it waits for a key that may.
      const isKept = error instanceof AuthenticationError && taskid !== undefined;
      const result = isKept ? "stillRunning" : (byEnding[endingOf(error)] ?? "other");
      tally.add(result, { taskid, ...problem, message });
    },
    warning: () => warnOfExpiry(unsaved),
    exitStatus() {
      const endings = new Set<Ending>(
        names.filter((name) => counts[name] > 0).map((name) => results[name][1]),
      );
      return exitStatus(order.find((ending) => endings.has(ending)) ?? "done");
    },
    table() {
      const rows = names.filter((name) => counts[name] > 0);
      const shown: [string, number][] = rows.map((name) => [results[name][0], counts[name]]);
      shown.push(["images", tally.images]);
      const width = Math.max(...shown.map(([, count]) => String(count).length));
      return shown.map(([label, count]) => `${label.padEnd(22)}${String(count).padStart(width)}`);
    },
  };
  return tally;
}
