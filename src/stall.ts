import { createOnAbort, DeadlineReached, withDeadline } from "./abort.js";
import { ConnectionError } from "./errors.js";

/** One for all downloads, so that a signal that many of them share has one listener. */
export const onAbort = createOnAbort();

/** How long a download may stand still, and what ends it. */
export interface Patience {
  /** Milliseconds without a single byte. */
  stallTimeoutMs: number;
  signal: AbortSignal | undefined;
}

/** Waits for the other side, but not for longer than a stall may take. */
export async function nextSign<T>(
  failure: string,
  { stallTimeoutMs, signal }: Patience,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  try {
    return await withDeadline(stallTimeoutMs, signal, onAbort, work);
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    const stalled = error instanceof DeadlineReached;
    const reason = stalled ? `nothing came for ${stallTimeoutMs} ms` : failure + innermostCode(error);
    throw new ConnectionError(reason, { cause: error });
  }
}

/** The code of the first cause, such as ECONNRESET; messages are left out, for they may quote the URL. */
function innermostCode(error: unknown): string {
  const { cause, code } = Object(error) as { cause?: unknown; code?: unknown };
  const inner = cause === undefined ? "" : innermostCode(cause);
  return inner || (typeof code === "string" ? ` (${code})` : "");
}
