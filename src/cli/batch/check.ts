import { InvalidInputError } from "../../index.js";
import { UsageError } from "../exit-status.js";
import { findGarbled, withoutFiles } from "../input/written-input.js";
import type { ModelFields } from "../input/models.js";
import type { RecordFolder } from "../generation/record-files.js";
import type { PlanRequest } from "../input/planned-request.js";
import { isRecordOf } from "./job.js";
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
  records: RecordFolder;
  model: ModelFields;
  /** Which service is asked. */
  service: string;
  plan: PlanRequest;
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

async function checkJob(job: Job, options: CheckOptions): Promise<Fault[]> {
  const { line, written, fault } = job;
  const { model, open, plan } = options;
  const faults = fault ? [fault] : await checkRecord(job, options);
  faults.push(...findGarbled(written).map((issue) => ({ line, ...issue })));
  const note = (error: unknown) => {
    if (!(error instanceof InvalidInputError)) throw error;
    faults.push(...error.issues.map((issue) => ({ line, ...issue })));
  };
  const input = await open(job).catch((error: unknown) => {
    note(error);
    return withoutFiles(model, written);
  });
  await plan(model.name, input).catch(note);
  return faults;
}

/** What was done of a job before must be of this job, and of this service. */
async function checkRecord(job: Job, { records, model, service }: CheckOptions): Promise<Fault[]> {
  const { id, line } = job;
  const record = await records.read(id);
  if (!record) return [];
  if (!isRecordOf(job, model, record)) {
    return [
      {
        line,
        path: "",
        message: `is not what ${id} was before; give it another id, or delete ${records.pathOf(id)}`,
      },
    ];
  }
  if (record.service === service) return [];
  const message = `was submitted to ${record.service} before, not to ${service}; use another folder for --out`;
  return [{ line, path: "", message }];
}
