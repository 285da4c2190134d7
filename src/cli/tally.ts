import { TensorsLabError } from "../index.js";
import { exitCodeOf, exitCodes } from "./exit-codes.js";
import type { Progress } from "./progress.js";

/** How a generation ended, for the summary of many. */
export type Ending =
  | "saved"
  | "savedBefore"
  | "taskFailed"
  | "stillRunning"
  | "unknown"
  | "incomplete"
  | "refused"
  | "left"
  | "other";

const labels: Record<Ending, string> = {
  saved: "saved",
  savedBefore: "saved before",
  taskFailed: "task failed",
  stillRunning: "still running",
  unknown: "outcome unknown",
  incomplete: "download incomplete",
  refused: "refused",
  left: "not submitted",
  other: "other failures",
};

/** Of several endings the first in this order gives the exit status. */
const byExitCode = new Map<number, Ending>([
  [exitCodes.unknown, "unknown"],
  [exitCodes.stillRunning, "stillRunning"],
  [exitCodes.download, "incomplete"],
  [exitCodes.taskFailed, "taskFailed"],
  [exitCodes.refused, "refused"],
  [exitCodes.other, "other"],
]);

/** What is known of one generation that did not end well. */
export interface Problem {
  id: string;
  line?: number | undefined;
  taskid?: string | undefined;
  message: string;
}

/** Counts how generations end, and keeps the first problems; its size does not depend on how many there are. */
export interface Tally {
  counts: Record<Ending, number>;
  problems: Problem[];
  /** Images that are on disk. */
  images: number;
  add(ending: Ending, problem?: Problem): void;
  addError(error: Error, problem: Pick<Problem, "id" | "line">): void;
  exitCode(): number;
  table(): string[];
}

/** How many problems are kept for `--json`; all of them are shown as they occur. */
const mostProblems = 1000;

export function createTally(progress: Progress): Tally {
  const counts = Object.fromEntries(Object.keys(labels).map((ending) => [ending, 0])) as Tally["counts"];
  const problems: Problem[] = [];
  const tally: Tally = {
    counts,
    problems,
    images: 0,
    add(ending, problem) {
      counts[ending]++;
      if (!problem) return;
      if (problems.length < mostProblems) problems.push(problem);
      const { id, line, message } = problem;
      progress.note(`${id}${line === undefined ? "" : ` (line ${line})`}: ${labels[ending]}: ${message}`);
    },
    addError(error, problem) {
      const { message } = error;
      const taskid = error instanceof TensorsLabError ? error.taskid : undefined;
      tally.add(byExitCode.get(exitCodeOf(error)) ?? "other", { taskid, ...problem, message });
    },
    exitCode() {
      const found = [...byExitCode].find(([, ending]) => counts[ending] > 0)?.[0];
      return found ?? (counts.left > 0 ? exitCodes.other : exitCodes.done);
    },
    table() {
      const rows = Object.entries(labels).filter(([ending]) => counts[ending as Ending] > 0);
      const shown: [string, number][] = rows.map(([ending, label]) => [label, counts[ending as Ending]]);
      shown.push(["images", tally.images]);
      const widths = shown.map(([, count]) => String(count).length);
      const width = Math.max(...widths);
      return shown.map(([label, count]) => `${label.padEnd(22)}${String(count).padStart(width)}`);
    },
  };
  return tally;
}
