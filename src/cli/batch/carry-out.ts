import {
  AuthenticationError,
  DownloadError,
  isSafeToResubmit,
  readRecord,
  RecordError,
  TensorsLabError,
} from "../../index.js";
import type { Advance, GenerationRecord } from "../../index.js";
import { finish, haveFiles, isUnknown, submit } from "../generation/generation.js";
import type { Workplace } from "../generation/generation.js";
import type { ModelFields } from "../input/models.js";
import type { Job } from "./job.js";
import type { Tally } from "./tally.js";

export interface RowRunnerOptions {
  model: ModelFields;
  workplace: Workplace;
  tally: Tally;
  open: (job: Job) => Promise<Record<string, unknown>>;
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

export function createRowRunner({
  model,
  workplace,
  tally,
  open,
  resubmitUnknown,
  resubmitFailed,
}: RowRunnerOptions): RowRunner {
  const { records, signal } = workplace;
  let stopped: unknown;

  async function submitJob(job: Job): Promise<void> {
    const { id, line } = job;
    if (stopped) return tally.add("left");
    const input = await open(job);
    let advance: Advance;
    try {
      const paced = { ...workplace, pace: unlessStopped };
      advance = await submit(id, model.name, input, paced, { resubmitUnknown, resubmitFailed });
    } catch (error) {
      if (error === leftOut) return tally.add("left");
      if (!stopsAll(error)) throw error;
      stopped ??= error;
      return tally.add("left", { id, line, message: (error as Error).message });
    }
    await complete(id, advance.task);
  }

  /** A row may wait for its turn for long; meanwhile another may have found that it would fail. */
  const unlessStopped: Workplace["pace"] = (attempt) =>
    workplace.pace(() => {
      if (stopped) throw leftOut;
      return attempt();
    });

  async function complete(id: string, task?: Advance["task"]): Promise<void> {
    const { files } = await finish(id, task, workplace);
    tally.images += files.length;
    tally.add("saved");
  }

  async function carryOut(job: Job): Promise<void> {
    const { id, line } = job;
    const record = await readRecord(records, id);
    if (!record) return submitJob(job);
    const problem = { id, line, taskid: record.taskid, message: record.error?.message ?? "" };
    if (isUnknown(record) && !resubmitUnknown)
      return tally.add("unknown", { ...problem, message: inUnknown });
    if (record.state === "failed" && !resubmitFailed) return tally.add("taskFailed", problem);
    if (record.taskid === undefined || record.state === "failed") return submitJob(job);
    if (record.state === "saved" && (await haveFiles(record, records))) {
      tally.images += record.files.length;
      return tally.add("savedBefore");
    }
    return complete(id);
  }

  return {
    stopped: () => stopped,
    async run(job) {
      try {
        await carryOut(job);
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        stopped ??= reasonToStop(error);
        const { id, line } = job;
        tally.addError(error as Error, { id, line }, await unsavedOf(id, workplace));
      }
    },
  };
}

const inUnknown = "look in your account; --resubmit-unknown submits it again";

/** The record of a generation whose images are not saved, if it has any; for a warning. */
export async function unsavedOf(id: string, { records }: Workplace): Promise<GenerationRecord | undefined> {
  const record = await readRecord(records, id).catch(() => undefined);
  return record?.state === "completed" ? record : undefined;
}

/** Thrown in place of an attempt to submit after another row found that it would fail. */
const leftOut = new Error("Left out");

/** An error that would affect every other row, such as a wrong key or a full disk; undefined for one of this row alone. */
function reasonToStop(error: unknown): unknown {
  if (!(error instanceof TensorsLabError) || error instanceof AuthenticationError) return error;
  if (error instanceof RecordError) return isOfDisk(error) ? error : undefined;
  return error instanceof DownloadError && isOfDisk(error) ? error.cause : undefined;
}

/** Whether the next submit would fail in the same way, and nothing was paid. */
function stopsAll(error: unknown): boolean {
  if (!(error instanceof TensorsLabError)) return true;
  if (error instanceof RecordError) return error.outcome === "not-sent" && isOfDisk(error);
  if (isSafeToResubmit(error)) return true; // the pace has repeated it without success
  return ["CONFIGURATION", "AUTHENTICATION", "INSUFFICIENT_CREDITS", "IMAGE_LIMIT"].includes(error.code);
}

/** Whether the system's own error is underneath. */
const isOfDisk = ({ cause }: TensorsLabError): boolean => cause instanceof Error && "syscall" in cause;
