import { DeadlineReached, longestTimerMs, onAbort, withDeadline } from "../reliability/abort.js";
import { ConnectionError } from "../errors.js";

/** How long a download may stand still, and what ends it. */
export interface Patience {
  /** Milliseconds without a single byte. */
  stallTimeoutMs: number;
  signal: AbortSignal | undefined;
}

/** Waits for the other side once, but not for longer than a stall may take. */
export async function nextSign<T>(
  failure: string,
  patience: Patience,
  work: (controller: AbortController) => Promise<T>,
): Promise<T> {
  try {
    return await withDeadline(patience.stallTimeoutMs, patience.signal, work);
  } catch (error) {
    throw whatEnded(failure, patience, error);
  }
}

/** Reads chunk after chunk, and waits for none of them for longer than a stall may take. */
export interface PatientReader {
  read: (failure: string) => Promise<ReadableStreamReadResult<Uint8Array>>;
  /** Lets go of the body, of its connection, and of the timer and the listener that watched it. */
  release: () => void;
}

/** Makes a {@link PatientReader}, with one timer for all chunks: a large image has thousands of them. */
export function createPatientReader(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  patience: Patience,
): PatientReader {
  const { stallTimeoutMs, signal } = patience;
  let waitingSince = Infinity;
  let ending: { reason: unknown } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function release(): void {
    clearTimeout(timer);
    stopListening();
    void reader.cancel().catch(() => {}); // ends a read that is under way
  }
  function end(reason: unknown): void {
    ending ??= { reason };
    release();
  }
  function look(): void {
    const leftMs = waitingSince + stallTimeoutMs - performance.now();
    if (leftMs <= 0) return end(new DeadlineReached(stallTimeoutMs));
    timer = setTimeout(look, Math.ceil(Math.min(leftMs, stallTimeoutMs, longestTimerMs)));
  }
  const stopListening = onAbort(signal, end);
  if (signal?.aborted) end(signal.reason);
  else look();

  return {
    async read(failure) {
      waitingSince = performance.now();
      try {
        const result = await reader.read();
        if (!ending) return result;
      } catch (error) {
        ending ??= { reason: error };
      } finally {
        waitingSince = Infinity;
      }
      throw whatEnded(failure, patience, ending.reason);
    },
    release,
  };
}

/** The caller's own reason, or an error that says how it failed. */
function whatEnded(failure: string, { stallTimeoutMs, signal }: Patience, error: unknown): unknown {
  if (signal?.aborted) return signal.reason;
  const stalled = error instanceof DeadlineReached;
  const reason = stalled ? `nothing came for ${stallTimeoutMs} ms` : failure + innermostCode(error);
  return new ConnectionError(reason, { cause: error });
}

/** The code of the first cause, such as ECONNRESET; messages are left out, for they may quote the URL. */
function innermostCode(error: unknown): string {
  const { cause, code } = Object(error) as { cause?: unknown; code?: unknown };
  const inner = cause === undefined ? "" : innermostCode(cause);
  return inner || (typeof code === "string" ? ` (${code})` : "");
}
