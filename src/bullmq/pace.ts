/** The pace of the submits of one process, learnt from the service's refusals. */
export interface Pace {
  /** Waits until a submit may be sent; returns undefined then, or at once the milliseconds to wait if these are many. */
  turn(): Promise<number | undefined>;
  /** Records that the service accepted a submit. */
  accepted(): void;
  /** Records an HTTP 429 of a request that began at `beganAtMs`, by `performance.now()`. */
  refused(beganAtMs: number, waitMs: number): void;
}

/** The longest wait within a worker; for longer ones, the worker takes other jobs meanwhile. */
const longestWaitMs = 5000;
const loweredBy = 0.7;
const raisedBy = 1.1;
const raiseAfterMs = 10_000;
/** The time before the first refusal from which the first pace is computed. */
const rememberedMs = 1000;
const longestIntervalMs = 10_000;

/**
 * Creates the pace of a process: there is none until the first refusal, which sets it to what the service accepted from this
 * process in the second before. Each further refusal slows it down, and each while without one makes it faster.
 *
 * Each process learns its own, so that they share the account's limit without communicating.
 */
export function createPace(): Pace {
  let intervalMs: number | undefined;
  let nextAtMs = 0;
  /** When the pace was last changed: a refusal of an earlier request does not change it. */
  let changedAtMs = 0;
  let raiseAtMs = 0;
  let hasWaited = false;
  let acceptedAtMs: number[] = [];

  const change = (milliseconds: number, quietMs: number): void => {
    intervalMs = milliseconds;
    changedAtMs = performance.now();
    raiseAtMs = changedAtMs + quietMs;
    hasWaited = false;
  };
  return {
    async turn() {
      if (intervalMs === undefined) return undefined;
      const now = performance.now();
      const atMs = Math.max(now, nextAtMs);
      if (atMs > now) hasWaited = true;
      if (atMs - now > longestWaitMs) return atMs - now;
      nextAtMs = atMs + intervalMs;
      if (atMs > now) await new Promise((resolve) => setTimeout(resolve, atMs - now));
      return undefined;
    },
    accepted() {
      const now = performance.now();
      if (intervalMs === undefined) {
        acceptedAtMs = [...acceptedAtMs.filter((atMs) => now - atMs < rememberedMs), now];
      } else if (hasWaited && now > raiseAtMs) change(intervalMs / raisedBy, raiseAfterMs);
    },
    refused(beganAtMs, waitMs) {
      const now = performance.now();
      nextAtMs = Math.max(nextAtMs, now + waitMs);
      if (beganAtMs < changedAtMs) return;
      const taken = acceptedAtMs.filter((atMs) => now - atMs < rememberedMs).length;
      const next = intervalMs === undefined ? rememberedMs / Math.max(1, taken) : intervalMs / loweredBy;
      // The longer the service makes processes wait, the more rarely a faster pace is tried.
      change(Math.min(longestIntervalMs, next), Math.max(raiseAfterMs, 10 * waitMs));
    },
  };
}
