import { basename } from "node:path";
import { DownloadError, TaskFailedError, TensorsLabError } from "../../index.js";
import type { Client, Task } from "../../index.js";
import { saveImages } from "../../node/index.js";
import type { SaveProgress } from "../../node/index.js";
import { describeError } from "../failure.js";
import type { Pace } from "../service/pace.js";
import { RecordError } from "./record-files.js";
import type { RecordFolder } from "./record-files.js";
import type { GenerationRecord, RecordState } from "./record.js";

/** What generations need: a client, records, a pace, and limits. */
export interface Workplace {
  client: Client;
  records: RecordFolder;
  signal: AbortSignal;
  pace: Pace;
  /** Milliseconds until a wait for a task is given up. */
  timeoutMs: number;
}

/** Called with the steps of one generation. */
export interface GenerationEvents {
  onTask?: (taskid: string) => void;
  onStatus?: (task: Pick<Task, "status">) => void;
  onDownload?: (progress: SaveProgress, images: number) => void;
}

/** The parts of a task that are needed to save its images. */
export type Finished = Pick<Task, "taskid" | "urls"> & Partial<Task>;

/**
 * Submits what a record asks for. The intent is on disk before anything is sent, and the outcome right after.
 *
 * @param isNew Whether the record has no file yet.
 * @returns The finished task, if the service had it ready at once.
 */
export async function submit(
  record: GenerationRecord,
  input: Record<string, unknown>,
  isNew: boolean,
  { client, records, signal, pace }: Workplace,
  { onTask }: GenerationEvents = {},
): Promise<Finished | undefined> {
  let isOnDisk = !isNew;
  delete record.taskid; // A task that failed, if the record is of an earlier run.
  return pace(async () => {
    setState(record, "intent");
    try {
      if (isOnDisk) await records.update(record, { isDurable: true });
      else await records.create(record);
    } catch (error) {
      record.state = "not-sent"; // Without an intent on disk nothing is sent.
      throw error;
    }
    isOnDisk = true;
    if (signal.aborted) {
      await fail(record, "not-sent", signal.reason as Error, records);
      throw signal.reason;
    }
    try {
      const { taskid, urls, raw } = await client.submit(record.model, input as never, { signal });
      accept(record, taskid, onTask);
      await records.update(record, { isDurable: true }).catch((cause: Error) => {
        throw new RecordError(`${cause.message}. The task was accepted all the same: ${taskid}`, { cause });
      });
      return urls.length > 0 ? { taskid, urls, raw } : undefined;
    } catch (error) {
      if (error instanceof RecordError) throw error;
      const { outcome, taskid } = error instanceof TensorsLabError ? error : noDetails;
      if (taskid !== undefined) accept(record, taskid, onTask);
      await fail(record, outcome ?? "unknown", error as Error, records);
      throw error;
    }
  });
}

/** Waits for the task of a record and saves its images; returns the task. */
export async function finish(
  record: GenerationRecord,
  finished: Finished | undefined,
  { client, records, signal, timeoutMs }: Workplace,
  { onStatus, onDownload }: GenerationEvents = {},
): Promise<Finished> {
  const { taskid } = record as { taskid: string };
  try {
    const task =
      finished ?? (await client.wait(taskid, { signal, timeoutMs, ...(onStatus && { onStatus }) }));
    setState(record, "completed");
    await records.update(record, { isDurable: false });
    const paths = await saveImages(task, records.folder, {
      signal,
      client,
      onProgress: (progress) => onDownload?.(progress, task.urls.length),
    });
    record.files = paths.map((path) => basename(path));
    setState(record, "saved");
    await records.update(record, { isDurable: false });
    return task;
  } catch (error) {
    const state = error instanceof TaskFailedError ? "failed" : record.state;
    if (error instanceof DownloadError) record.files = error.saved.map((path) => basename(path));
    if (error instanceof TensorsLabError) await fail(record, state, error, records);
    throw error;
  }
}

function setState(record: GenerationRecord, state: RecordState): void {
  record.state = state;
  delete record.error;
}

function accept(record: GenerationRecord, taskid: string, onTask: GenerationEvents["onTask"]): void {
  setState(record, "accepted");
  record.taskid = taskid;
  onTask?.(taskid);
}

/** Records the error; the caller shows it, even if it cannot be recorded. */
async function fail(
  record: GenerationRecord,
  state: RecordState,
  error: Error,
  records: RecordFolder,
): Promise<void> {
  const { code, message } = describeError(error) as { code: string | undefined; message: string };
  record.state = state;
  record.error = { code, message };
  await records.update(record, { isDurable: true }).catch(() => undefined);
}

/** An interruption, for one, says nothing about the outcome of the submit. */
const noDetails: Pick<TensorsLabError, "outcome" | "taskid"> = { outcome: undefined, taskid: undefined };
