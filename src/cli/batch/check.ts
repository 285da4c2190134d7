import { checkGeneration, InvalidInputError, RecordConflictError } from "../../index.js";
import type { Client } from "../../index.js";
import type { FolderStore } from "../../node/index.js";
import { UsageError } from "../exit-status.js";
import { newId } from "../input/prepare.js";
import { findGarbled, withoutFiles } from "../input/written-input.js";
import type { ModelFields } from "../input/models.js";
import type { Job } from "./job.js";
import type { Fault } from "../lists/row.js";
import { isFault } from "../lists/row.js";

/** A list has rows that cannot be sent; `issues` lists every fault with its line. Nothing was sent. */
export class InvalidListError extends UsageError {
  readonly issues: readonly Fault[];

  constructor(list: string, issues: readonly Fault[]) {
    const faults = issues.map(
      ({ line, path, message }) => `${list}:${line}: ${path}${path && " "}${message}`,
    );
    super([`${issues.length} faults, so nothing was sent`, ...faults].join("\n"));
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
}

/**
 * Checks every job of a list before the first is sent; gives how many there are.
 *
 * @throws {InvalidListError} listing every fault of every row; or the signal's reason.
 */
export async function checkJobs(jobs: AsyncIterable<Job | Fault>, options: CheckOptions): Promise<number> {
  const faults: Fault[] = [];
  let count = 0;
  for await (const job of jobs) {
    options.signal.throwIfAborted();
    count++;
    faults.push(...(isFault(job) ? [job] : await checkJob(job, options)));
  }
  if (faults.length > 0) throw new InvalidListError(options.list, faults);
  if (count === 0) throw new UsageError(`${options.list} has no rows`);
  return count;
}

async function checkJob(job: Job, { client, records, model, open }: CheckOptions): Promise<Fault[]> {
  const { id, line, written, fault } = job;
  const faults = fault ? [fault] : [];
  faults.push(...findGarbled(written).map((issue) => ({ line, ...issue })));
  const note = (error: unknown) => {
    if (!(error instanceof InvalidInputError)) throw error;
    faults.push(...error.issues.map((issue) => ({ line, ...issue })));
  };
  let input: Record<string, unknown> | undefined;
  try {
    input = await open(job);
  } catch (error) {
    note(error);
  }
  const options = { records, idempotencyKey: fault ? newId() : id };
  try {
    await checkGeneration(client, model.name, (input ?? withoutFiles(model, written)) as never, options);
  } catch (error) {
    if (!(error instanceof RecordConflictError)) note(error);
    else if (input) faults.push({ line, path: "", message: conflictOf(id, error, records) });
  }
  return faults;
}

/** What was submitted under a row's id before must be this row, and for this service. */
function conflictOf(id: string, error: RecordConflictError, records: FolderStore): string {
  const service = error.differences.find(({ path }) => path === "service");
  if (service) {
    const [before, now] = [service.recorded, service.given].map(String);
    return `was submitted to ${before} before, not to ${now}; use another folder for --out`;
  }
  const paths = error.differences.map(({ path }) => path).join(", ");
  return `is not what ${id} was before (${paths}); give it another id, or delete ${records.pathOf(id)}`;
}
