import { AuthenticationError, DownloadError, isSafeToResubmit, TensorsLabError } from "../../index.js";
import { finish, submit } from "../generation/generation.js";
import type { Finished, Workplace } from "../generation/generation.js";
import { isUnknown, isUnpaid, newRecord } from "../generation/record.js";
import type { GenerationRecord } from "../generation/record.js";
import type { ModelFields } from "../input/models.js";
import type { Job } from "./job.js";
import type { Tally } from "./tally.js";

export interface RowRunnerOptions {
  model: ModelFields;
  workplace: Workplace & { service: string };
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
  const { records, service, signal } = workplace;
  let stopped: unknown;

  /** Whether a row must be submitted, given its record of earlier runs. */
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

  /** A row may wait for its turn for long; meanwhile another may have found that it would fail. */
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
    async run(job) {
      try {
        await carryOut(job);
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        stopped ??= reasonToStop(error);
        tally.addError(error as Error, { id: job.id, line: job.line });
      }
    },
  };
}

/** Thrown in place of an attempt to submit after another row found that it would fail. */
const leftOut = new Error("Left out");

/** An error that would affect every other row, such as a wrong key or a full disk; undefined for one of this row alone. */
function reasonToStop(error: unknown): unknown {
  if (!(error instanceof TensorsLabError) || error instanceof AuthenticationError) return error;
  const { cause } = error;
  return error instanceof DownloadError && cause instanceof Error && "syscall" in cause ? cause : undefined;
}

/** Whether the next submit would fail in the same way, and nothing was paid. */
function stopsAll(error: unknown): boolean {
  if (!(error instanceof TensorsLabError)) return true;
  if (isSafeToResubmit(error)) return true; // the pace has repeated it without success
  return ["CONFIGURATION", "AUTHENTICATION", "INSUFFICIENT_CREDITS"].includes(error.code);
}
