import { DeadlineReached, longestTimerMs } from "./abort.js";
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

/** What waits for room. */
interface Waiting {
  readonly deadline: number;
  enter(): void;
  giveUp(reason: unknown): void;
}

/** Lets at most `maximum` pieces of work run at a time, first come, first served. */
export function createLimit(maximum: number, onAbort: OnAbort): Limit {
  let running = 0;
  const waiting = new Set<Waiting>();
  // Thousands wait here, and a timer, a function or a promise more for each costs memory.
  let timer: ReturnType<typeof setTimeout> | undefined;
  let alarm = Infinity;

  function setAlarm(deadline: number): void {
    if (deadline >= alarm) return;
    clearTimeout(timer);
    alarm = deadline;
    const delayMs = Math.max(0, Math.ceil(deadline - performance.now()));
    timer = setTimeout(ring, Math.min(delayMs, longestTimerMs));
  }

  function ring(): void {
    alarm = Infinity;
    const now = performance.now();
    for (const each of waiting) {
      if (each.deadline > now) setAlarm(each.deadline);
      else each.giveUp(new DeadlineReached(0));
    }
  }

  function leave(one: Waiting): void {
    waiting.delete(one);
    if (waiting.size > 0) return;
    clearTimeout(timer);
    alarm = Infinity;
  }

  async function run<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      const [next] = waiting;
      if (next)
        next.enter(); // whoever leaves hands over the place
      else running--;
    }
  }

  return (work, signal, timeoutMs = Infinity) => {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (running < maximum) {
      running++;
      return run(work);
    }
    return new Promise((resolve, reject) => {
      const one: Waiting = {
        deadline: performance.now() + timeoutMs,
        enter() {
          stopListening();
          leave(one);
          resolve(run(work));
        },
        giveUp(reason) {
          stopListening();
          leave(one);
          reject(reason);
        },
      };
      const stopListening = onAbort(signal, one.giveUp);
      waiting.add(one);
      setAlarm(one.deadline);
    });
  };
}
