import { DeadlineReached, onEnd } from "./abort.js";
import type { OnAbort } from "./abort.js";

/**
 * Runs `work` as soon as there is room. An abort ends the wait for room at once with the signal's reason, and so does its
 * end after `timeoutMs`, with a DeadlineReached.
 */
export type Limit = <T>(
  work: () => Promise<T>,
  signal: AbortSignal | undefined,
  timeoutMs?: number,
) => Promise<T>;

/** Lets at most `maximum` pieces of work run at a time, first come, first served. */
export function createLimit(maximum: number, onAbort: OnAbort): Limit {
  let running = 0;
  const waiting = new Set<() => void>();

  async function run<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      const [next] = waiting;
      if (next) {
        waiting.delete(next); // whoever leaves hands over the place
        next();
      } else running--;
    }
  }

  // Thousands wait here, and each function or promise more costs memory.
  return (work, signal, timeoutMs = Infinity) => {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (running < maximum) {
      running++;
      return run(work);
    }
    return new Promise((resolve, reject) => {
      const stop = onEnd(timeoutMs, signal, onAbort, (reason = new DeadlineReached(timeoutMs)) => {
        waiting.delete(enter);
        stop();
        reject(reason);
      });
      const enter = () => {
        stop();
        resolve(run(work));
      };
      waiting.add(enter);
    });
  };
}
