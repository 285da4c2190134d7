import {
  AuthenticationError,
  DownloadError,
  escapeText,
  ImageLimitError,
  InsufficientCreditsError,
  InvalidInputError,
  isTensorsLabError,
  RateLimitError,
  TaskFailedError,
  WaitTimeoutError,
} from "../index.js";
import type { GenerationRecord } from "../index.js";
import { UnfitArguments } from "./arguments.js";
import { asData } from "./as-data.js";
import type { Report } from "./report.js";
import { UnfitPath } from "./source-files.js";

/** A call that was refused before anything was sent. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}

/** The server ends, and its calls with it; what was accepted is finished by the next call. */
export class Stopped extends Error {
  override readonly name = "Stopped";

  constructor() {
    super("The server was stopped");
  }
}

/** The facts that are known when a call fails. */
export interface Circumstances {
  /** The record as it is stored now. */
  record: GenerationRecord | undefined;
  /** Where the record is. */
  recordPath: string | undefined;
  taskid?: string | undefined;
}

const nothingPaid = "Nothing was sent and nothing was paid.";

/** Explains a failure to an agent: whether something was paid, and whether the call may be repeated. */
export function reportFailure(error: unknown, { record, recordPath, taskid: known }: Circumstances): Report {
  const { message } = error as Error;
  if (error instanceof Refusal || error instanceof UnfitArguments || error instanceof UnfitPath) {
    return { outcome: "not-sent", text: `${message}. ${nothingPaid}` };
  }
  if (error instanceof InvalidInputError) {
    return { outcome: "not-sent", text: `${escapeText(message)}. ${nothingPaid} Correct the arguments.` };
  }
  if (error instanceof ImageLimitError) return { outcome: "not-sent", text: sayLimit(error) };

  const { taskid = record?.taskid ?? known, outcome } = isTensorsLabError(error)
    ? error
    : { taskid: undefined, outcome: undefined };
  const about = { taskid, requested: record?.images };
  const words = error instanceof Stopped ? `${message}.` : asData(message);
  if (error instanceof TaskFailedError || record?.state === "failed") {
    const text = `The task failed, and has no images. ${asData(record?.error?.message ?? message)}`;
    const next =
      "Calling again with the same arguments returns this failure. Tell the person; `again: true` submits it once " +
      "more, and may be paid for.";
    return { ...about, outcome: "failed", text, next };
  }
  if (taskid !== undefined) return reportTask(error as Error, { ...about, taskid }, record !== undefined);
  if (outcome === "unknown" || record?.state === "unknown" || record?.state === "intent") {
    const text =
      "It is unknown whether the service took this, so it may have been paid for. Do not call again before a person " +
      "has looked, neither with these arguments nor with similar ones: it could be paid for twice.";
    const next = recordPath
      ? `A person must look in the account. If the task is there, download it by its id; then, or if it is not there, ` +
        `delete the record ${escapeText(recordPath)}, and the call can be repeated.`
      : "A person must look in the account.";
    return { outcome: "unknown", text: `${text} ${words}`, next, requested: record?.images };
  }
  if (outcome === "rejected") {
    return {
      outcome: "rejected",
      text: `The service refused, and nothing was paid. ${words}`,
      next: afterRefusal(error),
    };
  }
  const next = error instanceof Stopped ? "Call again." : "It can be called again once this is fixed.";
  return { outcome: "not-sent", text: `${nothingPaid} ${words}`, next };
}

/** Explains what is wrong with a task; an accepted one is paid for, and its images can be fetched later. */
function reportTask(
  error: Error,
  about: Pick<Report, "requested"> & { taskid: string },
  isAccepted: boolean,
): Report {
  const task = escapeText(about.taskid);
  if (error instanceof DownloadError) {
    const text = `The images were made, and not all of them could be saved. ${asData(error.message)}`;
    const next = `They are paid for: call download with the taskid ${task} to try again.`;
    return { ...about, outcome: "incomplete", text, next, files: error.saved };
  }
  if (!isAccepted && !(error instanceof WaitTimeoutError)) {
    if (error instanceof Stopped) {
      return { ...about, outcome: "unreadable", text: `${error.message}; task ${task} was not read.` };
    }
    const text = `Task ${task} cannot be read: check its id, or try again later. ${asData(error.message)}`;
    return { ...about, outcome: "unreadable", text };
  }
  const reason =
    error instanceof WaitTimeoutError
      ? ""
      : error instanceof Stopped
        ? ` ${error.message}.`
        : ` It cannot be read at the moment. ${asData(error.message)}`;
  return {
    ...about,
    outcome: "running",
    text: `The service has accepted task ${task}, and it is not finished.${reason}`,
    next: nextStep(task),
  };
}

/** Tells the agent how to get the images of a task later. */
export const nextStep = (taskid: string): string =>
  `Call wait_for_task with the taskid ${taskid} to get the images. It is paid for once, however often it is waited for.`;

function afterRefusal(error: unknown): string {
  if (error instanceof AuthenticationError) return "Do not call again: a person must check the API key.";
  if (error instanceof InsufficientCreditsError) return "Do not call again: a person must buy credits.";
  if (error instanceof RateLimitError) {
    return `Call again in ${Math.ceil((error.retryAfterMs ?? 60_000) / 1000)} seconds, with the same arguments.`;
  }
  return "Change the arguments, or ask the person, before you call again.";
}

function sayLimit({ message, period }: ImageLimitError): string {
  const flag = period === "day" ? "--max-images-per-day" : "--max-images-per-session";
  return (
    `The budget does not allow it: ${escapeText(message).replace(/ \(`maxImages\..*/, "")}. ${nothingPaid} ` +
    `Do not try again: a person sets the budget, with \`${flag}\`.`
  );
}
