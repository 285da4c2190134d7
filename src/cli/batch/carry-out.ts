import {
  AuthenticationError,
  DownloadError,
  isSafeToResubmit,
  OutcomeUnknownError,
  readRecord,
  RecordError,
  TensorsLabError,
} from "../../index.js";
import type { Advance, GenerationRecord, Task } from "../../index.js";
import { finish, haveFiles, submit } from "../generation/generation.js";
import type { Workplace } from "../generation/generation.js";
import { isUnknown, isUnpaid } from "../generation/payment.js";
import type { ModelFields } from "../input/models.js";
import { Interrupted } from "../terminal/interruption.js";
import type { Job } from "./job.js";
import type { Results } from "./results.js";
import type { RowResult, Tally } from "./tally.js";

export interface RowRunnerOptions {
  model: ModelFields;
  workplace: Workplace;
  tally: Tally;
  results: Results;
  open: (job: Job) => Promise<Record<string, unknown>>;
  resubmit: Resubmit;
  /** The row of each task; those of this run are added. */
  tasks: Map<string, string>;
  /** Most rows that are submitted. @default no limit */
  limit: number | undefined;
}

/** Which rows are submitted again although they may have been paid for. */
export interface Resubmit {
  resubmitUnknown: boolean;
  resubmitFailed: boolean;
}

/** Takes rows from a list to images. */
export interface RowRunner {
  /** Submits a row if that is due, waits for its task, and saves its images; failures are counted in the tally. */
  run(job: Job): Promise<void>;
  /** The error because of which nothing more is submitted, if there is one. */
  stopped(): unknown;
}

export function createRowRunner(options: RowRunnerOptions): RowRunner {
  const { model, workplace, tally, results, open, resubmit, tasks, limit = Infinity } = options;
  const { records, signal } = workplace;
  let stopped: unknown;
  let submitted = 0;
  /** The tasks accepted in this run: a record may be gone from the disk by the time of a failure. */
  const accepted = new WeakMap<Job, GenerationRecord>();

  async function submitJob(job: Job): Promise<void> {
    if (stopped || submitted >= limit) throw leftOut;
    submitted++;
    const input = await open(job);
    const paced = { ...workplace, pace: unlessStopped };
    const { task, record }: Advance = await submit(job.id, model.name, input, paced, resubmit);
    accepted.set(job, record);
    await refuseTaskOfAnother(job, record);
    await complete(job, task);
  }

  /** A response with the task of another row, as of a gateway that keeps responses, says nothing of this row's submit. */
  async function refuseTaskOfAnother({ id }: Job, record: GenerationRecord): Promise<void> {
    const { taskid = "", completedAt: _completedAt, ...kept } = record;
    const owner = tasks.get(taskid) ?? id;
    tasks.set(taskid, owner);
    if (owner === id) return;
    const message = `the service named task ${taskid}, which is that of ${owner}; the outcome of this submit is unknown`;
    const updatedAt = new Date().toISOString();
    const unknown: GenerationRecord = {
      ...kept,
      version: 2,
      state: "unknown",
      error: { message },
      updatedAt,
    };
    await records.write(unknown, { durable: true });
    throw new OutcomeUnknownError(message);
  }

  /** A row may wait for its turn for long; meanwhile another may have found that it would fail. */
  const unlessStopped: Workplace["pace"] = (attempt) =>
    workplace.pace(() => {
      if (stopped) throw leftOut;
      return attempt();
    });

  async function complete(job: Job, task?: Task): Promise<void> {
    const finished = await finish(job.id, task, workplace);
    count(job, finished.record, finished.task, "saved");
  }

  /** Counts a row whose images are on disk. */
  function count(
    { id, line }: Job,
    record: GenerationRecord,
    task: Task | undefined,
    result: RowResult,
  ): void {
    const { taskid, state, files, images: requested } = record;
    const received = files.length;
    tally.images += received;
    const message = `${received} of ${requested} images`;
    if (received < requested) tally.add("fewer", { id, line, taskid, message });
    else tally.add(result);
    const { width, height } = task ?? {};
    results.add({ line, row: id, state, taskid, files, width, height, requested, received });
  }

  async function carryOut(job: Job): Promise<void> {
    const { id, line } = job;
    const record = await readRecord(records, id);
    if (!record || mustSubmit(record, resubmit)) return submitJob(job);
    const { state, taskid, error } = record;
    if (state === "saved" && (await haveFiles(record, records))) {
      return count(job, record, undefined, "savedBefore");
    }
    if (state !== "failed" && !isUnknown(record)) return complete(job);
    const message = isUnknown(record)
      ? "look in your account; --resubmit-unknown submits it again"
      : `${error?.message ?? ""}; --resubmit-failed submits it again`;
    tally.add(resultOf(record), { id, line, taskid, message });
    report(job, record);
  }

  /** Counts a row that an error ended: by its record, which says what is paid, not by the error. */
  async function countFailure(job: Job, error: Error): Promise<void> {
    const { id, line } = job;
    const record = (await readRecord(records, id).catch(() => undefined)) ?? accepted.get(job);
    const { outcome, taskid = record?.taskid } = error instanceof TensorsLabError ? error : nothingKnown;
    const isUnsent = record ? isUnpaid(record) : outcome !== "accepted" && outcome !== "unknown";
    const isLeft = isUnsent && (error === leftOut || stopped !== undefined || error instanceof Interrupted);
    // A record that is gone says nothing; then the error says what is known.
    const result = isLeft ? "left" : record ? resultOf(record) : outcome === "unknown" ? "unknown" : "other";
    const isSilent = error === leftOut || (error instanceof Interrupted && result === "left");
    tally.add(result, isSilent ? undefined : { id, line, taskid, message: error.message }, record);
    if (record) report(job, record);
  }

  function report({ id, line }: Job, { state, taskid, files, images: requested }: GenerationRecord): void {
    const size = { width: undefined, height: undefined };
    results.add({ line, row: id, state, taskid, files, ...size, requested, received: files.length });
  }

  return {
    stopped: () => stopped,
    async run(job) {
      try {
        await carryOut(job);
      } catch (error) {
        if (!signal.aborted && error !== leftOut) stopped ??= reasonToStop(error);
        await countFailure(job, error as Error);
        if (signal.aborted) throw signal.reason;
      }
    },
  };
}

const nothingKnown: Pick<TensorsLabError, "outcome" | "taskid"> = { outcome: undefined, taskid: undefined };

/** Whether a row must be submitted, given its record of earlier runs. */
export function mustSubmit(record: GenerationRecord, { resubmitUnknown, resubmitFailed }: Resubmit): boolean {
  if (isUnpaid(record)) return true;
  return (isUnknown(record) && resubmitUnknown) || (record.state === "failed" && resubmitFailed);
}

/** The count to which a row belongs that an error has ended, by the state of its record. */
export function resultOf({ state }: GenerationRecord): RowResult {
  return resultByState[state];
}

const resultByState: Record<GenerationRecord["state"], RowResult> = {
  intent: "unknown",
  unknown: "unknown",
  "not-sent": "left",
  rejected: "refused",
  accepted: "stillRunning",
  completed: "incomplete",
  failed: "taskFailed",
  saved: "incomplete", // the images were saved, and are gone
};

/** Thrown in place of a submit that is not begun. */
const leftOut = new Error("Left out");

/** An error that would affect every other row, such as a wrong key or a full disk; undefined for one of this row alone. */
function reasonToStop(error: unknown): unknown {
  if (!(error instanceof TensorsLabError) || error instanceof AuthenticationError) return error;
  if (error instanceof RecordError) return isOfDisk(error) ? error : undefined;
  if (error instanceof DownloadError) return isOfDisk(error) ? error.cause : undefined;
  if (isSafeToResubmit(error)) return error; // the pace has repeated it without success
  const isForAll = ["CONFIGURATION", "INSUFFICIENT_CREDITS", "IMAGE_LIMIT"].includes(error.code);
  return isForAll ? error : undefined;
}

/** Whether the system's own error is underneath. */
const isOfDisk = ({ cause }: TensorsLabError): boolean => cause instanceof Error && "syscall" in cause;
