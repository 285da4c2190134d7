import { setTimeout } from "node:timers/promises";
import { isSafeToResubmit, RateLimitError } from "../../index.js";
import type { ConnectionError } from "../../index.js";

/** Runs an attempt to submit once the service can be expected to accept it, and repeats it if it did not. */
export type Pace = <T>(attempt: () => Promise<T>) => Promise<T>;

export interface PaceOptions {
  /** Most attempts that run at the same time. */
  concurrency: number;
  /** Number of failures in a row that end it. */
  patience: number;
  signal: AbortSignal;
  /** Called with every pause. */
  onPause: (reason: string, milliseconds: number) => void;
}

const longestBackoffMs = 60_000;

/** A service that asks for a longer pause is called again in a later run. */
const longestPauseMs = 10 * 60_000;

/**
 * Spreads submits: after a 429, or when the service cannot be reached, all of them pause for as long as the service asks
 * or for twice as long as last time, and half as many run at the same time; every success lets one more in.
 *
 * Only failures that prove that nothing was paid are repeated.
 */
export function createPace({ concurrency, patience, signal, onPause }: PaceOptions): Pace {
  let limit = concurrency;
  let running = 0;
  let failures = 0;
  let pausedUntil = 0;
  const waiting: (() => void)[] = [];

  async function enter(): Promise<void> {
    while (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    running++;
    for (let left = remainingMs(); left > 0; left = remainingMs()) await sleep(left, signal);
    signal.throwIfAborted();
  }
  function leave(): void {
    running--;
    for (const resolve of waiting.splice(0, Math.max(0, limit - running))) resolve();
  }
  const remainingMs = (): number => pausedUntil - performance.now();

  function slowDown(error: RateLimitError | ConnectionError): void {
    failures++;
    limit = Math.max(1, Math.floor(limit / 2));
    const asked = error instanceof RateLimitError ? error.retryAfterMs : undefined;
    const backoff = 1000 * 2 ** (failures - 1) * (0.75 + Math.random() / 2);
    const pauseMs = asked ?? Math.min(backoff, longestBackoffMs);
    if (pauseMs > longestPauseMs) throw error;
    if (pauseMs <= remainingMs()) return;
    pausedUntil = performance.now() + pauseMs;
    onPause(error instanceof RateLimitError ? "too many requests" : error.message, pauseMs);
  }

  return async (attempt) => {
    for (;;) {
      let began = 0;
      try {
        await enter();
        began = performance.now();
        const result = await attempt();
        failures = 0;
        limit = Math.min(concurrency, limit + 1);
        return result;
      } catch (error) {
        if (!isSafeToResubmit(error)) throw error;
        // A request that was sent before the pause began says nothing new.
        if (began >= pausedUntil) slowDown(error);
        if (failures >= patience) throw error;
      } finally {
        leave();
      }
    }
  };
}

async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  await setTimeout(milliseconds, undefined, { signal }).catch(() => signal.throwIfAborted());
}
