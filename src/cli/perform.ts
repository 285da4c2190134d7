import { commandLine } from "./command-line.js";
import { exitCodeOf, exitCodes } from "./exit-codes.js";
import { describeError, explainError } from "./failure.js";
import { Interrupted, listenForInterruption } from "./interruption.js";
import { writeJson, writeLines } from "./output.js";
import type { Result } from "./output.js";
import { createProgress, paint } from "./progress.js";
import type { Progress } from "./progress.js";
import { RecordError } from "./record-files.js";
import { isUnknown, isUnpaid } from "./record.js";
import type { GenerationRecord } from "./record.js";

/** Flags that say what is shown. */
export interface OutputFlags {
  json?: boolean;
  quiet?: boolean;
}

/** What a command works with. */
export interface Context {
  /** Aborted by Ctrl-C and the like. */
  signal: AbortSignal;
  progress: Progress;
  /** What is known already, should the command fail. */
  known: Known;
}

/** What a failure leaves behind. */
export interface Known {
  /** The record of what was submitted, and where it is. */
  record?: GenerationRecord;
  recordPath?: string;
  /** How the same service is named again. */
  connection?: string[];
  /** A command that goes on where this one stopped. */
  resumeCommand?: string | undefined;
}

/** Runs a command to its end: shows its result or its failure, and sets the exit status. */
export async function perform(
  command: string,
  { json = false, quiet = false }: OutputFlags,
  work: (context: Context) => Promise<Result>,
): Promise<void> {
  const { signal, stopListening } = listenForInterruption();
  const progress = await createProgress(quiet);
  const context: Context = { signal, progress, known: {} };
  try {
    const { lines, data, exitCode = exitCodes.done } = await work(context);
    progress.stop();
    if (json) writeJson({ ok: exitCode === exitCodes.done, command, exitCode, ...data });
    else writeLines(lines);
    process.exitCode = exitCode;
  } catch (error) {
    progress.stop();
    reportFailure(command, json, error as Error, context.known);
  } finally {
    stopListening();
  }
}

/** Shows a failure, to scripts as one object and to people on standard error, and sets the exit status. */
export function reportFailure(command: string, json: boolean, error: Error, known: Known = {}): void {
  const exitCode = exitCodeOf(error);
  process.exitCode = exitCode;
  const { record, recordPath } = known;
  if (json) {
    const resumeCommand = wayOn(known);
    const left = { record: recordPath, state: record?.state, taskid: record?.taskid, resumeCommand };
    writeJson({ ok: false, command, exitCode, ...left, error: describeError(error) });
  }
  const [first, ...more] = explainError(error);
  const label = error instanceof Interrupted ? paint("yellow", "stopped:") : paint("red", "error:");
  process.stderr.write(`${[`${label} ${first}`, ...more, ...hintsOf(error, known)].join("\n")}\n`);
}

/** What goes on where a command stopped; there is nothing without a task, or after one that failed. */
function wayOn({ record, resumeCommand }: Known): string | undefined {
  const isOver = record && (record.taskid === undefined || record.state === "failed");
  return isOver ? undefined : resumeCommand;
}

/** What became of the money, and what to do now. */
function hintsOf(error: Error, known: Known): string[] {
  const { record, recordPath, connection = [] } = known;
  // The record on disk is not what it should be, so it is nothing to go on from.
  if (error instanceof RecordError && record?.taskid !== undefined) {
    return [`To get the images: ${commandLine("download", record.taskid, ...connection)}`];
  }
  if (record && isUnknown(record)) {
    return [
      `Nobody can tell whether the service took this, so it may have been paid for: look in your account.`,
      `What was asked for is in ${recordPath}`,
    ];
  }
  if (record && isUnpaid(record)) return ["Nothing was paid."];
  const resumeCommand = wayOn(known);
  return resumeCommand === undefined ? [] : [`To go on: ${resumeCommand}`];
}
