import { setTimeout as delay } from "node:timers/promises";

/** Time that a read or a claim is tried; an intent's submit must begin within 30 seconds of its claim. */
export const shortTrialMs = 5000;
/** Time that a write is tried: it has the id of a task that was paid for. */
export const longTrialMs = 60_000;

const longestPauseMs = 1000;

/** Repeats an idempotent operation until it succeeds, such as while a database restarts; throws the last error after `trialMs`. */
export async function keepTrying<Result>(trialMs: number, work: () => Promise<Result>): Promise<Result> {
  const started = performance.now();
  for (let pauseMs = 50; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() - started + pauseMs > trialMs) throw error;
      await delay(pauseMs);
    }
  }
}
