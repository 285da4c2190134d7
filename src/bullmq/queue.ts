import { keepTrying, longTrialMs, shortTrialMs } from "./keep-trying.js";
import type { ImageProgress, ImageQueue, QueueJob } from "./options.js";

// Calls of BullMQ. A database that restarts or has no connection left must not fail a job, which may be paid for.

/** Returns a job to its queue for `afterMs` milliseconds. */
export async function giveBack(job: QueueJob, afterMs: number, token: string | undefined): Promise<void> {
  const atMs = Date.now() + Math.ceil(afterMs); // PostgreSQL takes whole numbers only
  await keepTrying(longTrialMs, async () => {
    try {
      await job.moveToDelayed(atMs, token);
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
  });
}

/**
 * Whether BullMQ refused, by its number below 0, rather than its database failed: an earlier try has delayed the job, whose
 * response was lost; or it is another worker's by now.
 */
const isRefusal = (error: unknown): boolean => Number(Object(error).code) < 0;

/** Pauses the queue. */
export async function pause(queue: ImageQueue): Promise<void> {
  await keepTrying(longTrialMs, () => queue.pause());
}

/** Makes all workers of the queue wait, if its database can be reached. BullMQ applies a rate limit only if a limit is set at all. */
export async function letAllWait(queue: ImageQueue, waitMs: number): Promise<void> {
  await tryForAWhile(async () => {
    if (!(await queue.getGlobalRateLimit())) await queue.setGlobalRateLimit(1_000_000, 1000);
    await queue.rateLimit(Math.ceil(waitMs));
  });
}

/**
 * Puts the job before all that were not submitted yet: otherwise Redis would put it behind them each time, and in a long
 * queue the images' URLs would expire before the task is read.
 */
export async function putFirst(queue: ImageQueue, job: QueueJob): Promise<void> {
  const { id, progress } = job;
  if (id === undefined || (Object(progress) as Partial<ImageProgress>).state === "accepted") return;
  await tryForAWhile(async () => (await queue.getJob(id))?.changePriority({ priority: 0 }));
}

/** Reports progress unless it was already reported: the database keeps every event of a queue. */
export async function report(job: QueueJob, progress: ImageProgress): Promise<void> {
  if (JSON.stringify(job.progress) === JSON.stringify(progress)) return;
  await tryForAWhile(() => job.updateProgress(progress));
}

/** Tries what a job can do without. */
async function tryForAWhile(work: () => Promise<unknown>): Promise<void> {
  await keepTrying(shortTrialMs, work).catch(() => undefined);
}
