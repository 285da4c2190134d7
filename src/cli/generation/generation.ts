import { access } from "node:fs/promises";
import { basename, join } from "node:path";
import { advanceGeneration, DownloadError, readRecord, RecordError, resumeGeneration } from "../../index.js";
import type { Advance, AdvanceOptions, Client, GenerationRecord, Model, Task } from "../../index.js";
import { saveImages } from "../../node/index.js";
import type { FolderStore, SaveProgress } from "../../node/index.js";
import { isGeneratedId } from "../input/prepare.js";
import type { Pace } from "../service/pace.js";

/** The parts that generations need: a client, records, a pace, and limits. */
export interface Workplace {
  client: Client;
  /** Names the service in records. */
  service: string;
  records: FolderStore;
  signal: AbortSignal;
  pace: Pace;
  /** Milliseconds until a wait for a task is given up. */
  timeoutMs: number;
}

/** Called with the steps of one generation. */
export interface GenerationEvents {
  onStatus?: (task: Pick<Task, "status">) => void;
  onDownload?: (progress: SaveProgress, images: number) => void;
}

/** Submits an input under an id once the pace lets it; the record has the outcome, before and after. */
export function submit(
  id: string,
  model: Model,
  input: Record<string, unknown>,
  { client, service, records, signal, pace }: Workplace,
  resubmit: Pick<AdvanceOptions, "resubmitUnknown" | "resubmitFailed"> = {},
): Promise<Advance> {
  const options = { records, idempotencyKey: id, signal, ...resubmit };
  return pace(() => advanceGeneration({ ...client, service }, model, input as never, options));
}

/**
 * Waits for the task of a record and saves its images.
 *
 * @param task The task, if it was completed at once.
 * @returns The task, and its record with the names of its images.
 */
export async function finish(
  id: string,
  task: Task | undefined,
  { client, service, records, signal, timeoutMs }: Workplace,
  { onStatus, onDownload }: GenerationEvents = {},
): Promise<{ task: Task; record: GenerationRecord }> {
  const options = { records, idempotencyKey: id, signal, timeoutMs, onStatus };
  const finished = task ?? (await resumeGeneration({ ...client, service }, options));
  const { taskid } = finished;
  const record = await readRecord(records, id);
  if (record?.taskid !== taskid) {
    const path = records.pathOf(id);
    const [what, cause] = record ? ["is of another task now", undefined] : ["is gone", gone(path)];
    throw new RecordError(`The record ${path} ${what}`, { outcome: "accepted", taskid, cause });
  }
  const store = async (changes: Pick<GenerationRecord, "files"> & Partial<GenerationRecord>) => {
    const { error: _overcome, ...kept } = record;
    const updatedAt = new Date().toISOString();
    const stored: GenerationRecord = { ...kept, version: 2, ...changes, updatedAt };
    await records.write(stored, { durable: false });
    return stored;
  };
  try {
    const name = nameOf(record, records);
    const paths = await saveImages(finished, records.folder, {
      signal,
      client,
      name,
      onProgress: (progress) => onDownload?.(progress, finished.urls.length),
    });
    const files = paths.map((path) => basename(path));
    return { task: finished, record: await store({ files, state: "saved" }) };
  } catch (error) {
    if (error instanceof DownloadError) {
      const { code, message, saved } = error;
      const files = saved.map((path) => basename(path));
      // Images that were saved before may be gone. The error itself is shown, also if it cannot be recorded.
      await store({ files, state: "completed", error: { code, message } }).catch(() => undefined);
    }
    throw error;
  }
}

/** As the system says it. */
const gone = (path: string): Error =>
  Object.assign(new Error(`ENOENT: ${path}`), { code: "ENOENT", syscall: "open", path });

/** The name that the images of a row get, which is its id; undefined for a single generation, whose id nobody chose. */
function nameOf({ id, files }: GenerationRecord, records: FolderStore): string | undefined {
  const encoded = basename(records.pathOf(id), ".record.json");
  const isNamedByTask = files.some((file) => !file.startsWith(encoded)); // by an earlier version, which saved a part
  return isGeneratedId(id) || isNamedByTask ? undefined : id;
}

/** Whether every image of a record is where it was saved. */
export async function haveFiles({ files }: GenerationRecord, { folder }: FolderStore): Promise<boolean> {
  const checks = files.map((name) => access(join(folder, name)));
  return (await Promise.allSettled(checks)).every(({ status }) => status === "fulfilled");
}
