import { ConnectionError, DownloadError } from "../errors.js";
import { privateAddressCode } from "../fetch-agreement.js";
import { DeadlineReached, longestTimerMs, onAbort, reasonOf, withDeadline } from "../reliability/abort.js";
import { privateAddressFault } from "../url-safety.js";

/** Limit of a download that stands still, and what ends it. */
export interface Patience {
  /** Milliseconds without a single byte. */
  stallTimeoutMs: number;
  signal: AbortSignal | undefined;
}

/** A body that trickles is as good as one that stands still: less than 1 KiB a second, averaged over a minute of waiting. */
const slowest = { bytesPerSecond: 1024, overMs: 60_000 };

/** Waits for the other side once, but not for longer than a stall may take. */
export async function nextSign<T>(
  failure: string,
  patience: Patience,
  work: (controller: AbortController) => Promise<T>,
): Promise<T> {
  try {
    return await withDeadline(patience.stallTimeoutMs, patience.signal, work);
  } catch (error) {
    throw toFailure(failure, patience, error);
  }
}

/** Reads chunk after chunk, and waits for none of them for longer than a stall may take. */
export interface PatientReader {
  read: (failure: string) => ReturnType<ReadableStreamDefaultReader<Uint8Array>["read"]>;
  /** Lets go of the body, of its connection, and of the timer and the listener that watched it. */
  release: () => void;
}

/**
 * Creates a {@link PatientReader}, with one timer for all chunks: a large image has thousands of them.
 *
 * Only the time in which it waits for the other side counts: a slow consumer is not a slow download.
 */
export function createPatientReader(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  patience: Patience,
  { bytesPerSecond, overMs } = slowest,
): PatientReader {
  const { stallTimeoutMs, signal } = patience;
  let waitingSince = Infinity;
  let ending: { reason: unknown } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** The time waited, and the bytes that came, in the present minute. */
  let waitedMs = 0;
  let bytes = 0;

  function release(): void {
    clearTimeout(timer);
    stopListening();
    void reader.cancel().catch(() => {}); // ends a read that is under way
  }
  function end(reason: unknown): void {
    ending ??= { reason };
    release();
  }
  /** Whether too few bytes came in the present minute; once it is over, the next one begins. */
  function isTooSlow(): boolean {
    const now = performance.now();
    if (waitingSince <= now) {
      waitedMs += now - waitingSince;
      waitingSince = now;
    }
    if (waitedMs < overMs) return false;
    const tooSlow = bytes < (bytesPerSecond * waitedMs) / 1000;
    waitedMs = 0;
    bytes = 0;
    return tooSlow;
  }
  let signOfLife = performance.now();
  function look(): void {
    const isWaiting = waitingSince !== Infinity;
    if (isTooSlow())
      return end(new TooSlow(`less than ${bytesPerSecond} bytes a second arrived for ${overMs / 1000} s`));
    const leftMs = isWaiting ? signOfLife + stallTimeoutMs - performance.now() : stallTimeoutMs;
    if (leftMs <= 0) return end(new DeadlineReached(stallTimeoutMs));
    timer = setTimeout(look, Math.ceil(Math.min(leftMs, overMs - waitedMs, longestTimerMs)));
  }
  const stopListening = onAbort(signal, end);
  if (signal?.aborted) end(reasonOf(signal));
  else look();

  return {
    async read(failure) {
      signOfLife = waitingSince = performance.now();
      try {
        const result = await reader.read();
        bytes += result.value?.byteLength ?? 0;
        if (!ending) return result;
      } catch (error) {
        ending ??= { reason: error };
      } finally {
        waitedMs += performance.now() - waitingSince;
        waitingSince = Infinity;
      }
      throw toFailure(failure, patience, ending.reason);
    },
    release,
  };
}

/** The reason of a body that trickles. */
class TooSlow extends Error {
  override readonly name = "TooSlow";
}

/** The caller's own reason, or an error that says how it failed. */
function toFailure(failure: string, { stallTimeoutMs, signal }: Patience, error: unknown): unknown {
  if (signal?.aborted) return reasonOf(signal);
  const code = innermostCode(error);
  if (code === privateAddressCode) return new DownloadError(privateAddressFault, { cause: error });
  const stalled = error instanceof DeadlineReached;
  const reason = stalled ? `nothing arrived for ${stallTimeoutMs} ms` : failure + (code && ` (${code})`);
  return new ConnectionError(error instanceof TooSlow ? error.message : reason, { cause: error });
}

/** The code of the first cause, such as ECONNRESET; messages are left out, for they may quote the URL. */
function innermostCode(error: unknown): string {
  const { cause, code } = Object(error) as { cause?: unknown; code?: unknown };
  const inner = cause === undefined ? "" : innermostCode(cause);
  return inner || (typeof code === "string" ? code : "");
}
