import { builtinModule, PlatformBlob, reasonOf, throwIfAborted } from "../api/platform.js";

export { reasonOf, throwIfAborted };

/** Creates a controller whose signal the runtime's fetch accepts. */
function createAbortController(): AbortController {
  if (!hasForeignGlobals()) return new AbortController();
  const util = builtinModule<{ transferableAbortController?: () => AbortController }>("util");
  return util?.transferableAbortController?.() ?? new AbortController();
}

const hasForeignGlobals = (): boolean => PlatformBlob !== globalThis.Blob;

/** The longest delay a timer can have; a longer one would fire at once. */
export const longestTimerMs = 2 ** 31 - 1;

type Listener = (reason: unknown) => void;

/** Who listens to which signal; an entry lasts as long as its signal is listened to. */
const groups = new WeakMap<AbortSignal, { entries: Set<{ listener: Listener }>; notify: () => void }>();

/**
 * Calls `listener` with the signal's reason once it aborts; returns a function that stops listening.
 *
 * A signal gets one listener, however many wait for it: thousands of waits may share a signal, and a listener for each
 * is a warning about leaks and a quadratic clean-up.
 */
export function onAbort(signal: AbortSignal | undefined, listener: Listener): () => void {
  if (!signal) return () => {};
  let group = groups.get(signal);
  if (!group) {
    const entries = new Set<{ listener: Listener }>();
    group = { entries, notify: () => [...entries].forEach((each) => each.listener(reasonOf(signal))) };
    groups.set(signal, group);
    signal.addEventListener("abort", group.notify);
  }
  const { entries, notify } = group;
  const entry = { listener }; // the same listener may be given twice
  entries.add(entry);
  return () => {
    if (!entries.delete(entry) || entries.size > 0) return;
    signal.removeEventListener("abort", notify);
    groups.delete(signal);
  };
}

/** Resolves after `ms` milliseconds; an abort rejects at once with the signal's reason and clears the timer. */
export function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  const delayMs = Math.min(Math.ceil(ms), longestTimerMs);
  // Thousands sleep at once, and each function costs memory.
  if (!signal) return new Promise((resolve) => setTimeout(resolve, delayMs));
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(reasonOf(signal));
    const timer = setTimeout(() => {
      stopListening();
      resolve();
    }, delayMs);
    const stopListening = onAbort(signal, (reason) => {
      clearTimeout(timer);
      stopListening();
      reject(reason);
    });
  });
}

/** The reason of a signal whose deadline passed. */
export class DeadlineReached extends Error {
  override readonly name = "DeadlineReached";

  constructor(timeoutMs: number) {
    super(`${Math.round(timeoutMs)} ms have passed`);
  }
}

/**
 * Runs `work` with a controller of its own that ends with the caller's signal or after `timeoutMs`.
 *
 * It rejects at that moment with the caller's reason or a {@link DeadlineReached}, even if `work` takes no notice, and
 * leaves no timer and no listener behind.
 */
export function withDeadline<T>(
  timeoutMs: number,
  signal: AbortSignal | undefined,
  work: (controller: AbortController) => Promise<T>,
  controller = createAbortController(),
): Promise<T> {
  return new Promise((resolve, reject) => {
    throwIfAborted(signal);
    const end = (reason: unknown = new DeadlineReached(timeoutMs)) => {
      controller.abort(reason);
      fail(reason);
    };
    const settle = () => {
      clearTimeout(timer);
      stopListening();
    };
    const fail = (reason: unknown) => {
      settle();
      reject(reason);
    };
    const stopListening = onAbort(signal, end);
    // A deadline may have passed already, and runtimes print a warning of timers that count down from below 0.
    const delayMs = Math.max(0, Math.ceil(timeoutMs));
    const timer = delayMs <= longestTimerMs ? setTimeout(end, delayMs) : undefined;
    work(controller).then((result) => {
      settle();
      resolve(result);
    }, fail);
  });
}
