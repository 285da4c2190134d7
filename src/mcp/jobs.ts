import { lstat } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { advanceGeneration, readRecord, RecordBusyError, resumeGeneration } from "../index.js";
import type { Client, GenerationRecord, Model, Task } from "../index.js";
import { saveImages } from "../node/index.js";
import type { FolderStore } from "../node/index.js";

/** The client, the records, and the signals that end the work. */
export interface Workplace {
  client: Client;
  /** Names the service in records and in digests; that of a mock server of this process has no address. */
  service: string;
  records: FolderStore;
  /** Ends waits and downloads, which a later process resumes. */
  stopping: AbortSignal;
  /** Ends submits too, whose outcome is unknown then. */
  giveUp: AbortSignal;
}

/** Images that were made and saved. */
export interface Saved {
  taskid: string;
  /** Number of images that were asked for, if known. */
  requested: number | undefined;
  /** Absolute paths. */
  files: string[];
}

/** A generation that runs in this process. It is paid for, so it continues when a call is cancelled. */
export interface Job {
  /** The task, once there is one. */
  taskid: string | undefined;
  /** Number of images that were asked for, once this is known. */
  requested: number | undefined;
  /** Its present step, in a few words. */
  step: string;
  /** Settles when it has ended. */
  ended: Promise<Saved>;
  /** Resolves when there is a task, or when it has ended without one. */
  accepted: Promise<string | undefined>;
}

/** The generations of this process; no generation is started twice. */
export interface Jobs {
  find(id: string): Job | undefined;
  /** Submits an input, unless its record says that this was done, waits and saves. */
  generate(id: string, model: Model, input: Record<string, unknown>, inputDigest: string): Job;
  /** Waits for the task of a record, or for any other task of the account, and saves. */
  finish(taskid: string, record: GenerationRecord | undefined): Job;
  /** Resolves when no submit is under way. */
  submitted(): Promise<void>;
  /** Resolves when nothing is under way. */
  ended(): Promise<void>;
}

/** Interval between reads of a record while another process submits it. */
const busyIntervalMs = 1000;

/** Creates the {@link Jobs} of a workplace. */
export function createJobs({ client, service, records, stopping, giveUp }: Workplace): Jobs {
  const jobs = new Map<string, Job>();
  const recorded: Client = { ...client, service };

  function start(id: string, work: (job: Job) => Promise<Saved>): Job {
    const running = jobs.get(id);
    if (running) return running;
    let accept: (taskid: string | undefined) => void = () => undefined;
    let taskid: string | undefined;
    const accepted = new Promise<string | undefined>((resolve) => (accept = resolve));
    const job: Job = {
      requested: undefined,
      step: "starting",
      accepted,
      get taskid() {
        return taskid;
      },
      set taskid(value) {
        taskid = value;
        accept(value);
      },
      ended: undefined as never,
    };
    job.ended = work(job).finally(() => {
      jobs.delete(id);
      accept(taskid);
    });
    job.ended.catch(() => undefined); // reported to the calls that wait for it
    jobs.set(id, job);
    return job;
  }

  async function submit(
    id: string,
    job: Job,
    model: Model,
    input: Record<string, unknown>,
    inputDigest: string,
  ): Promise<GenerationRecord> {
    const options = { records, idempotencyKey: id, inputDigest, signal: giveUp };
    for (;;) {
      const record = await readRecord(records, id);
      if (record?.taskid !== undefined) return record;
      stopping.throwIfAborted();
      job.step = "submitting";
      try {
        return (await advanceGeneration(recorded, model, input as never, options)).record;
      } catch (error) {
        if (!(error instanceof RecordBusyError)) throw error;
        job.step = "being submitted by another process, or by one that has ended";
        await sleep(Math.min(error.retryAfterMs, busyIntervalMs), undefined, { signal: stopping });
      }
    }
  }

  async function save(task: Task, job: Job, record: GenerationRecord | undefined): Promise<Saved> {
    job.step = `saving ${task.urls.length === 1 ? "1 image" : `${task.urls.length} images`}`;
    const files = await saveImages(task, records.folder, { client, signal: stopping });
    if (record) await noteFiles(record.id, task.taskid, files);
    return { taskid: task.taskid, requested: record?.images ?? task.requested, files };
  }

  async function noteFiles(id: string, taskid: string, paths: readonly string[]): Promise<void> {
    const record = await readRecord(records, id);
    if (record?.taskid !== taskid) return; // deleted meanwhile, or of another task: the images are there
    const { error: _overcome, ...kept } = record;
    const files = paths.map((path) => basename(path));
    const updatedAt = new Date().toISOString();
    const saved = { ...kept, version: 2, state: "saved", files, updatedAt } as const;
    // The images are saved; the next call updates a record that could not be written.
    await records.write(saved, { durable: false }).catch(() => undefined);
  }

  async function finish(record: GenerationRecord, job: Job): Promise<Saved> {
    const { id, taskid, images: requested } = record;
    Object.assign(job, { requested, taskid });
    const files = await findFiles(record, records.folder);
    if (files) return { taskid: taskid!, requested, files };
    job.step = "accepted";
    const onStatus = ({ status }: Task) => void (job.step = status);
    const task = await resumeGeneration(recorded, {
      records,
      idempotencyKey: id,
      signal: stopping,
      onStatus,
    });
    return save(task, job, record);
  }

  return {
    find: (id) => jobs.get(id),
    generate: (id, model, input, inputDigest) =>
      start(id, async (job) => finish(await submit(id, job, model, input, inputDigest), job)),
    finish: (taskid, record) =>
      start(record?.id ?? `task ${taskid}`, async (job) => {
        if (record) return finish(record, job);
        job.taskid = taskid;
        const onStatus = ({ status }: Task) => void (job.step = status);
        return save(await client.wait(taskid, { signal: stopping, onStatus }), job, undefined);
      }),
    async submitted() {
      await Promise.all([...jobs.values()].map(({ accepted }) => accepted));
    },
    async ended() {
      await Promise.allSettled([...jobs.values()].map(({ ended }) => ended));
    },
  };
}

/** The images of a record, if all files are still there; links are refused, since they may point to any file. */
export async function findFiles(
  { state, files }: GenerationRecord,
  folder: string,
): Promise<string[] | undefined> {
  if (state !== "saved") return undefined;
  const paths = files.map((name) => join(folder, name));
  const found = await Promise.all(paths.map((path) => lstat(path).catch(() => undefined)));
  return found.every((each) => each?.isFile()) ? paths : undefined;
}
