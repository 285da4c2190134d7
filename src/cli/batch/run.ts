import {
  AuthenticationError,
  ConnectionError,
  DownloadError,
  RateLimitError,
  TensorsLabError,
} from "../../index.js";
import { finish, submit } from "../generation.js";
import type { Finished, Workplace } from "../generation.js";
import type { ModelFields } from "../models.js";
import { isUnknown, isUnpaid, newRecord } from "../record.js";
import type { GenerationRecord } from "../record.js";
import type { Tally } from "../tally.js";
import type { Job } from "./job.js";

export interface RunOptions {
  model: ModelFields;
  workplace: Workplace & { service: string };
  tally: Tally;
  open: (job: Job) => Promise<Record<string, unknown>>;
  resubmitUnknown: boolean;
  resubmitFailed: boolean;
}

/** Carries out jobs, each as far as it goes. */
export interface Run {
  job(job: Job): Promise<void>;
  /** Why nothing more is submitted, if so. */
  stopped(): unknown;
}

export function createRun({
  model,
  workplace,
  tally,
  open,
  resubmitUnknown,
  resubmitFailed,
}: RunOptions): Run {
  const { records, service, signal } = workplace;
  let stopped: unknown;

  /** Whether a job is to be submitted, given what was done of it before. */
  function mustSubmit(record: GenerationRecord | undefined): boolean {
    if (!record || isUnpaid(record)) return true;
    return (isUnknown(record) && resubmitUnknown) || (record.state === "failed" && resubmitFailed);
  }

  async function submitJob(job: Job, before: GenerationRecord | undefined): Promise<void> {
    const { id, line, written } = job;
    if (stopped) return tally.add("left");
    const record = before ?? newRecord({ id, service, model: model.name, input: written });
    const input = await open(job);
    let finished: Finished | undefined;
    try {
      finished = await submit(record, input, !before, { ...workplace, pace: unlessStopped });
    } catch (error) {
      if (error === leftOut) return tally.add("left");
      if (record.state === "accepted" || !stopsAll(error)) throw error;
      stopped ??= error;
      return tally.add("left", { id, line, message: (error as Error).message });
    }
    await complete(record, finished);
  }

  /** A job may wait for its turn for long; meanwhile another may have found that there is no use in it. */
  const unlessStopped: Workplace["pace"] = (attempt) =>
    workplace.pace(() => {
      if (stopped) throw leftOut;
      return attempt();
    });

  async function complete(record: GenerationRecord, finished?: Finished): Promise<void> {
    await finish(record, finished, workplace);
    tally.images += record.files.length;
    tally.add("saved");
  }

  async function carryOut(job: Job): Promise<void> {
    const { id, line } = job;
    const record = await records.read(id);
    if (mustSubmit(record)) return submitJob(job, record);
    const known = record as GenerationRecord;
    const problem = { id, line, taskid: known.taskid, message: known.error?.message ?? "" };
    if (isUnknown(known)) {
      const message = "look in your account; --resubmit-unknown submits it again";
      return tally.add("unknown", { ...problem, message });
    }
    if (known.state === "failed") return tally.add("taskFailed", problem);
    if (known.state === "saved" && (await records.haveFiles(known))) {
      tally.images += known.files.length;
      return tally.add("savedBefore");
    }
    return complete(known);
  }

  return {
    stopped: () => stopped,
    async job(job) {
      try {
        await carryOut(job);
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        stopped ??= mishapOf(error);
        tally.addError(error as Error, { id: job.id, line: job.line });
      }
    },
  };
}

/** Thrown in place of an attempt to submit once there is no use in it. */
const leftOut = new Error("Left out");

/** What has nothing to do with this one job, such as a wrong key or a full disk, and so would befall every other. */
function mishapOf(error: unknown): unknown {
  if (!(error instanceof TensorsLabError) || error instanceof AuthenticationError) return error;
  const { cause } = error;
  return error instanceof DownloadError && cause instanceof Error && "syscall" in cause ? cause : undefined;
}

/** Whether the next submit would fail in the same way, and nothing was paid. */
function stopsAll(error: unknown): boolean {
  if (!(error instanceof TensorsLabError)) return true;
  if (error instanceof RateLimitError) return true; // the pace's patience is at its end
  if (error instanceof ConnectionError) return error.outcome === "not-sent";
  return ["CONFIGURATION", "AUTHENTICATION", "INSUFFICIENT_CREDITS"].includes(error.code);
}
