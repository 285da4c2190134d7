import type { GenerationRecord } from "../../index.js";
import { warnOfExpiry } from "../generation/url-expiry.js";
import { exitStatus } from "../exit-status.js";
import type { Ending } from "../exit-status.js";
import type { Progress } from "../terminal/progress.js";

/** The results that a row can have: as it is shown, and the exit status that it calls for. */
const results = {
  saved: ["saved", "done"],
  fewer: ["fewer images", "fewer"],
  savedBefore: ["saved before", "done"],
  taskFailed: ["task failed", "taskFailed"],
  stillRunning: ["still running", "stillRunning"],
  unknown: ["outcome unknown", "unknown"],
  incomplete: ["download incomplete", "download"],
  refused: ["refused", "refused"],
  refusedBefore: ["refused before", "onlyRefused"],
  left: ["not submitted", "other"],
  other: ["other failures", "other"],
} as const satisfies Record<string, readonly [string, Ending]>;

export type RowResult = keyof typeof results;

const names = Object.keys(results) as RowResult[];

/** Of several exit statuses the first in this order counts. */
const order = [
  "unknown",
  "stillRunning",
  "download",
  "taskFailed",
  "fewer",
  "refused",
  "onlyRefused",
  "other",
  "done",
] as const satisfies Ending[];

/** The rows that another run of the same command would continue. */
const resumable = ["stillRunning", "incomplete", "left", "other"] as const;

/** The problem of a row that was not saved. */
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
  /** @param record The record, if there is one: if it is completed, the URLs of its images expire. */
  add(result: RowResult, problem?: Problem, record?: GenerationRecord): void;
  /** Counts as not submitted what was not reached. */
  addRest(rows: number): void;
  /** A warning about completed images that are not saved, if there are any. */
  warning(): string | undefined;
  /** @param ignored Results that are as they should be. */
  exitStatus(ignored?: RowResult[]): number;
  /** Advice for people about rows that are not done. */
  advice(command: string): string[];
  table(): string[];
}

/** Most problems that are kept for `--json`; all of them are shown when they occur. */
const mostProblems = 1000;

export function createTally(progress: Progress): Tally {
  const counts = Object.fromEntries(names.map((result) => [result, 0])) as Tally["counts"];
  const problems: Problem[] = [];
  const unsaved: GenerationRecord[] = [];
  const tally: Tally = {
    counts,
    problems,
    images: 0,
    add(result, problem, record) {
      counts[result]++;
      if (record?.state === "completed" && unsaved.length < mostProblems) unsaved.push(record);
      if (!problem) return;
      if (problems.length < mostProblems) problems.push(problem);
      const { id, line, taskid } = problem;
      const isNamed = taskid === undefined || problem.message.includes(taskid);
      const message = isNamed ? problem.message : `${problem.message} (task ${taskid})`;
      progress.warn(`${id}${line === undefined ? "" : ` (line ${line})`}: ${results[result][0]}: ${message}`);
    },
    addRest(rows) {
      counts.left += Math.max(0, rows - Object.values(counts).reduce((sum, count) => sum + count));
    },
    warning: () => warnOfExpiry(unsaved),
    exitStatus(ignored = []) {
      const endings = new Set<Ending>(
        names.filter((name) => counts[name] > 0 && !ignored.includes(name)).map((name) => results[name][1]),
      );
      return exitStatus(order.find((ending) => endings.has(ending)) ?? "done");
    },
    advice(command) {
      const { unknown, taskFailed, refused } = counts;
      const canResume = resumable.some((result) => counts[result] > 0);
      const advice = canResume ? [`To resume: ${command}`] : [];
      if (refused > 0 && !canResume) {
        advice.push(`To submit refused rows again; one that you change needs another id: ${command}`);
      }
      if (taskFailed > 0) advice.push(`To submit failed rows again: ${command} --resubmit-failed`);
      if (unknown > 0) {
        advice.push(
          `To submit rows again whose outcome is unknown, once you have looked in your account: ${command} --resubmit-unknown`,
        );
      }
      return advice;
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
