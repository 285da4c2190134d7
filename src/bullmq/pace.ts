/** The pace of the submits of one process, learnt from the service's refusals. */
export interface Pace {
  /** Waits for the turn of a submit; returns undefined at its turn, or the milliseconds to come back after if it is far. */
  turn(): Promise<number | undefined>;
  /** Notes that the service took a submit. */
  accepted(): void;
  /** Notes an HTTP 429 of a request that began at `beganAtMs`, as `performance.now()` has it. */
  refused(beganAtMs: number, waitMs: number): void;
}

/** A submit waits in its worker for that long; longer, and its worker takes other jobs meanwhile. */
const longestWaitMs = 5000;
const loweredBy = 0.7;
const raisedBy = 1.1;
const raiseAfterMs = 10_000;
/** How much of the past the first pace is made of. */
const rememberedMs = 1000;
const longestIntervalMs = 10_000;

/**
 * Creates the pace of a process: there is none until the first refusal, which sets it to what the service took of this
 * process in the second before. Each further refusal slows it down, and each while without one makes it faster.
 *
 * Each process learns its own, so that together they share what the account may do, without asking each other.
 */
export function createPace(): Pace {
  let intervalMs: number | undefined;
  let nextAtMs = 0;
  /** Since when the pace is what it is; a refusal is not the fault of a later pace. */
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
      // The longer the service makes everybody wait, the rarer is a trial of more.
      change(Math.min(longestIntervalMs, next), Math.max(raiseAfterMs, 10 * waitMs));
    },
  };
}
