import { DeadlineReached, longestTimerMs, onAbort, reasonOf } from "./abort.js";

/** Work on one thing, until `performance.now()` is `deadline`; an abort ends it at once with the signal's reason. */
export type Work<Item, Result> = (
  item: Item,
  deadline: number,
  signal: AbortSignal | undefined,
) => Promise<Result>;

/** A poll that waits for room. There may be thousands: a function, a promise or a timer more for each costs memory. */
interface Waiting<Item, Result> {
  readonly item: Item;
  readonly deadline: number;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (result: Promise<Result>) => void;
  readonly reject: (reason: unknown) => void;
  stopListening: (() => void) | undefined;
}

/**
 * Makes work that is done for at most `maximum` items at a time, first come, first served.
 *
 * An abort ends the wait for room as it ends the work; at its deadline, it ends with a DeadlineReached.
 */
export function limitWork<Item, Result>(work: Work<Item, Result>, maximum: number): Work<Item, Result> {
  let running = 0;
  const waiting = new Set<Waiting<Item, Result>>();
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
      else giveUp(each, new DeadlineReached(0));
    }
  }

  function giveUp(one: Waiting<Item, Result>, reason: unknown): void {
    leave(one);
    one.reject(reason);
  }

  function leave(one: Waiting<Item, Result>): void {
    one.stopListening?.();
    waiting.delete(one);
    if (waiting.size > 0) return;
    clearTimeout(timer);
    alarm = Infinity;
  }

  const run: Work<Item, Result> = async (item, deadline, signal) => {
    try {
      return await work(item, deadline, signal);
    } finally {
      // A connection is free a moment after its response was read; at once, the next item would open one of its own.
      if (waiting.size > 0) setTimeout(handOver);
      else running--;
    }
  };

  function handOver(): void {
    const [next] = waiting;
    if (!next) return void running--;
    leave(next);
    next.resolve(run(next.item, next.deadline, next.signal));
  }

  return (item, deadline, signal) => {
    if (signal?.aborted) return Promise.reject(reasonOf(signal));
    if (running < maximum) {
      running++;
      return run(item, deadline, signal);
    }
    return new Promise((resolve, reject) => {
      const one: Waiting<Item, Result> = {
        item,
        deadline,
        signal,
        resolve,
        reject,
        stopListening: undefined,
      };
      if (signal) one.stopListening = onAbort(signal, (reason) => giveUp(one, reason));
      waiting.add(one);
      setAlarm(deadline);
    });
  };
}
