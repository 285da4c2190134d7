import { InvalidInputError, RecordError, TensorsLabError } from "../index.js";
import type { GenerationRecord } from "../index.js";
import { exitStatusOf, UsageError } from "./exit-status.js";
import { isUnknown, isUnpaid } from "./generation/payment.js";
import { shellWords } from "./shell-words.js";
import { Interrupted } from "./terminal/interruption.js";
import { writeFailure, writeJson } from "./terminal/output.js";
import { paint } from "./terminal/paint.js";

/** The results that a failed command leaves behind. */
export interface Known {
  /** The record of what was submitted, and where it is. */
  record?: GenerationRecord;
  recordPath?: string;
  /** The service's flags as words, to name the same service again. */
  serviceWords?: string[];
  /** The counts of a batch so far. */
  summary?: Record<string, unknown>;
  /** A command that resumes the work. */
  resumeCommand?: string | undefined;
}

/** Shows a failure, to scripts as one object and to people on standard error, and sets the exit status. */
export function reportFailure(command: string, json: boolean, error: Error, known: Known = {}): void {
  const exitCode = exitStatusOf(error);
  process.exitCode = exitCode;
  const { record, recordPath } = known;
  if (json) {
    const resumeCommand = resumeCommandOf(known);
    const taskid = taskidOf(error) ?? record?.taskid;
    writeJson({
      ...{ ok: false, command, exitCode, record: recordPath, state: record?.state, taskid, resumeCommand },
      ...known.summary,
      error: describeError(error),
    });
  }
  const label = error instanceof Interrupted ? paint("yellow", "stopped:") : paint("red", "error:");
  const lines = [...explainError(error), ...hintsFor(error, known)];
  writeFailure(label, lines);
}

/** An error as `--json` and records show it. */
export function describeError(error: Error): Record<string, unknown> {
  const all = error as Error & Record<string, unknown>;
  const present = details.filter((detail) => all[detail] !== undefined);
  return Object.fromEntries(present.map((detail) => [detail, all[detail]]));
}

const details = [
  "name",
  "code",
  "message",
  "outcome",
  "taskid",
  "httpStatus",
  "serviceCode",
  "serviceMessage",
  "retryAfterMs",
  "excerpt",
  "issues",
  "failures",
];

const taskidOf = (error: Error): string | undefined =>
  error instanceof TensorsLabError ? error.taskid : undefined;

/** An error as people read it, line by line; the id of a task that was paid for is among them. */
function explainError(error: Error): string[] {
  if (error instanceof InvalidInputError && error.issues.length > 1) {
    return ["Invalid input:", ...error.issues.map(({ path, message }) => `  ${path} ${message}`)];
  }
  if (error instanceof UsageError) return [error.message, ...error.more];
  const taskid = taskidOf(error);
  const isNamed = taskid === undefined || error.message.includes(taskid);
  const { excerpt } = error as { excerpt?: string };
  const response = excerpt ? [`The response began: ${excerpt}`] : [];
  return [isNamed ? error.message : `${error.message} (task ${taskid})`, ...response];
}

/** The command that resumes the work; there is none without a task, or after one that failed. */
function resumeCommandOf({ record, recordPath, resumeCommand }: Known): string | undefined {
  const isOver = recordPath !== undefined && (record?.taskid === undefined || record.state === "failed");
  return isOver ? undefined : resumeCommand;
}

/** Whether something was paid for, and what to do now. */
function hintsFor(error: Error, known: Known): string[] {
  const { record, recordPath, serviceWords = [] } = known;
  // The record on disk is not what it should be, so nothing can be resumed from it.
  if (error instanceof RecordError && error.taskid !== undefined) {
    return [`To get the images: ${shellWords("download", error.taskid, ...serviceWords)}`];
  }
  if (record && isUnknown(record)) {
    return [
      "It is unknown whether the service took this, so it may have been paid for: look in your account.",
      `The request is in ${recordPath}`,
    ];
  }
  if (record ? isUnpaid(record) : recordPath !== undefined) return ["Nothing was paid."];
  const resumeCommand = resumeCommandOf(known);
  return resumeCommand === undefined ? [] : [`To resume: ${resumeCommand}`];
}
