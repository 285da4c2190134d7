import { keepTrying, longTrialMs, shortTrialMs } from "./keep-trying.js";
import type { ImageProgress, ImageQueue, QueueJob } from "./options.js";

// Calls of BullMQ. A database that restarts or has no connection left must not fail a job, which may be paid for.

/** Returns a job to its queue for `afterMs` milliseconds. */
export async function giveBack(job: QueueJob, afterMs: number, token: string | undefined): Promise<void> {
  const atMs = Date.now() + Math.ceil(afterMs); // PostgreSQL takes whole numbers only
  await repeat(longTrialMs, () => job.moveToDelayed(atMs, token));
}

/** Pauses the queue. */
export async function pause(queue: ImageQueue): Promise<void> {
  await repeat(longTrialMs, () => queue.pause());
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
async function tryForAWhile(call: () => Promise<unknown>): Promise<void> {
  await repeat(shortTrialMs, call).catch(() => undefined);
}

/**
 * Repeats a call while its database fails. A refusal of BullMQ's own, which has a number below 0, ends it: an earlier try was
 * carried out and its response lost, or the job is gone or another worker's by now.
 */
async function repeat(trialMs: number, call: () => Promise<unknown>): Promise<void> {
  await keepTrying(trialMs, async () => {
    try {
      await call();
    } catch (error) {
      if (!(Number(Object(error).code) < 0)) throw error;
    }
  });
}
