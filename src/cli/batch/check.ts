import {
  checkGeneration,
  checkInput,
  InvalidInputError,
  readRecord,
  RecordConflictError,
} from "../../index.js";
import type { Client } from "../../index.js";
import type { FolderStore } from "../../node/index.js";
import { UsageError } from "../exit-status.js";
import { newId } from "../input/prepare.js";
import { warnAboutFiles } from "../input/source-files.js";
import { findGarbled, nameSources, withoutFiles } from "../input/written-input.js";
import { countImages } from "../input/models.js";
import type { ModelFields } from "../input/models.js";
import type { Progress } from "../terminal/progress.js";
import { mustSubmit } from "./carry-out.js";
import type { Resubmit } from "./carry-out.js";
import type { Job } from "./job.js";
import type { Fault } from "../lists/row.js";
import { isFault, sourceColumn } from "../lists/row.js";

/** A list has rows that cannot be sent; `issues` lists every fault with its line. Nothing was sent. */
export class InvalidListError extends UsageError {
  readonly issues: readonly Fault[];

  constructor(list: string, issues: readonly Fault[]) {
    const faults = issues.map(
      ({ line, path, message }) => `${list}:${line}: ${path}${path && " "}${message}`,
    );
    super(`${issues.length} ${issues.length === 1 ? "fault" : "faults"}, so nothing was sent`, {
      more: faults,
    });
    this.issues = issues;
  }
}

export interface CheckOptions {
  list: string;
  /** The client that will submit, or one of the same service. */
  client: Client;
  records: FolderStore;
  model: ModelFields;
  open: (job: Job) => Promise<Record<string, unknown>>;
  signal: AbortSignal;
  /** Which rows would be submitted again. */
  resubmit: Resubmit;
  /** Most rows that are submitted. @default no limit */
  limit?: number | undefined;
  /** Most images that are submitted. @default no limit */
  maxImages?: number | undefined;
  progress: Progress;
}

/** The totals of a list. */
export interface Check {
  rows: number;
  /** Number of rows, and of images, that would be submitted within the limits. */
  submits: number;
  images: number;
  /** Number of rows that a limit leaves for a later run: the first that is beyond it, and all after that. */
  left: number;
  /** The row of each task that an earlier run has. */
  tasks: Map<string, string>;
  /** The doubts about rows, and the lines that they are about. */
  warnings: { message: string; lines: number[] }[];
}

/**
 * Validates every row of a list before the first is sent; counts what there is to do.
 *
 * @throws {InvalidListError} listing every fault of every row; or the signal's reason.
 */
export async function checkJobs(jobs: AsyncIterable<Job | Fault>, options: CheckOptions): Promise<Check> {
  const faults: Fault[] = [];
  const check: Check = { rows: 0, submits: 0, images: 0, left: 0, tasks: new Map(), warnings: [] };
  for await (const job of jobs) {
    options.signal.throwIfAborted();
    check.rows++;
    faults.push(...(isFault(job) ? [job] : await checkJob(job, options, check)));
  }
  if (faults.length > 0) throw new InvalidListError(options.list, faults);
  if (check.rows === 0) throw new UsageError(`${options.list} has no rows`);
  // Thousands of rows may have the same fault.
  for (const { message, lines } of check.warnings) {
    const more = lines.length > 1 ? ` and ${lines.length - 1} more` : "";
    options.progress.warn(`warning: line ${lines[0]}${more}: ${message}`);
  }
  return check;
}

/** Lists of other programs have such lines, which cost nothing there. */
const looksLikeComment = (prompt: unknown): boolean => /^(#|;|\/\/)\s/.test(String(prompt));

function noteWarning(message: string, line: number, { warnings }: Check): void {
  const known = warnings.find((warning) => warning.message === message);
  if (known) known.lines.push(line);
  else warnings.push({ message, lines: [line] });
}

function countSubmit(
  images: number,
  { limit = Infinity, maxImages = Infinity }: CheckOptions,
  check: Check,
): void {
  const isFull = check.left > 0 || check.submits >= limit || check.images + images > maxImages;
  if (isFull) {
    check.left++;
    return;
  }
  check.submits++;
  check.images += images;
}

async function checkJob(job: Job, options: CheckOptions, check: Check): Promise<Fault[]> {
  const { client, records, model, open, resubmit } = options;
  const { id, line, written, fault } = job;
  const faults = fault ? [fault] : [];
  faults.push(...findGarbled(written).map((issue) => ({ line, ...issue })));
  const note = (error: unknown) => {
    if (!(error instanceof InvalidInputError)) throw error;
    faults.push(...error.issues.map(({ path, message }) => ({ line, path: pathInList(path, job), message })));
  };
  let input: Record<string, unknown> | undefined;
  try {
    input = await open(job);
    for (const warning of warnAboutFiles(input)) noteWarning(warning, line, check);
    if (looksLikeComment(written[model.prompt ?? ""]))
      noteWarning("looks like a comment, and would be sent as a prompt: a list has no comments", line, check);
  } catch (error) {
    note(error);
  }
  try {
    const fields = input ?? withoutFiles(model, written);
    const key = { records, idempotencyKey: fault ? newId() : id };
    const record = await checkGeneration(client, model.name, fields as never, key);
    if (record?.taskid !== undefined) check.tasks.set(record.taskid, id);
    if (!record || mustSubmit(record, resubmit)) {
      for (const { path, message } of await checkInput(model.name, fields as never))
        noteWarning(`${pathInList(path, job)} ${message}`, line, check);
      countSubmit(countImages(model, written), options, check);
    }
  } catch (error) {
    if (!(error instanceof RecordConflictError)) note(error);
    else if (input) faults.push({ line, path: "", message: await conflictOf(id, error, records) });
  }
  return faults;
}

/** A path as the list has it: a source stands in the column of sources, whatever the field that takes it. */
function pathInList(path: string, { sources = [] }: Job): string {
  return nameSources(path, sources, sourceColumn);
}

/** A record under a row's id must be of this row, and of this service. */
async function conflictOf(id: string, error: RecordConflictError, records: FolderStore): Promise<string> {
  const service = error.differences.find(({ path }) => path === "service");
  if (service) {
    const [before, now] = [service.recorded, service.given].map(String);
    return `was submitted to ${before} before, not to ${now}; use another folder for --out`;
  }
  const paths = error.differences.map(({ path }) => path).join(", ");
  // A person who deletes a record must know what is lost with it.
  const { state, taskid } = { ...(await readRecord(records, id).catch(() => undefined)) };
  const task = taskid === undefined ? "" : `, task ${taskid}`;
  return (
    `is not what ${id} was before (${paths}); give it another id. ` +
    `The record of ${id} (${state}${task}) is ${records.pathOf(id)}`
  );
}
