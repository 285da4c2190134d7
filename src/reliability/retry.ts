import { sleep } from "./abort.js";
import {
  ConfigurationError,
  ConnectionError,
  RateLimitError,
  TensorsLabError,
  UnexpectedResponseError,
} from "../errors.js";

/** The longest delay that a Retry-After can ask for; what is longer is a mistake of the server. */
const longestRetryAfterMs = 24 * 60 * 60 * 1000;

export interface RetryPolicy {
  /** Most times to try again. */
  retries: number;
  /** Which failures may be tried again. */
  mayRetry: (error: unknown) => boolean;
  /** Milliseconds that are left; a delay that does not fit is not begun. */
  remainingMs: () => number;
  signal: AbortSignal | undefined;
}

/** Runs `attempt` until it succeeds, fails for good, or the policy is used up; throws the last failure. */
export async function withRetries<T>(attempt: () => Promise<T>, policy: RetryPolicy): Promise<T> {
  for (let failures = 0; ; failures++) {
    try {
      return await attempt();
    } catch (error) {
      if (failures >= policy.retries || !policy.mayRetry(error)) throw error;
      const delayMs = retryDelayMs(error, failures);
      if (delayMs >= policy.remainingMs()) throw error;
      await sleep(delayMs, policy.signal);
      if (policy.remainingMs() <= 0) throw error; // the process was frozen meanwhile
    }
  }
}

/** Milliseconds until the next try: what the service asked for, and exponential backoff with full jitter. */
export function retryDelayMs(error: unknown, failures: number): number {
  const askedMs = (error instanceof TensorsLabError && error.retryAfterMs) || 0;
  return askedMs + Math.round(Math.random() * Math.min(8000, 500 * 2 ** failures));
}

/** Whether the same read may succeed a little later: the connection, 408, 429, 5xx, or a response that was cut off. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof TensorsLabError)) return false;
  // A fetch that is closed or not set up fails every time.
  if (error instanceof ConnectionError) return !(error.cause instanceof ConfigurationError);
  if (error instanceof RateLimitError) return true;
  if (error instanceof UnexpectedResponseError && (error.cause as Error | undefined)?.name === "SyntaxError")
    return true;
  return error.httpStatus === 408 || (error.httpStatus ?? 0) >= 500;
}

/**
 * Whether the same submit may be sent again without a second payment, because the same request may succeed a little
 * later: nothing reached the service, or it answered HTTP 429.
 *
 * Every other error says that the service took the request, that it may have taken it, or that it would refuse it again.
 *
 * @example
 * const submit = () => client.submit("seedreamv5", { prompt: "a red fox in fresh snow" });
 * const submission = await submit().catch((reason) => (isSafeToResubmit(reason) ? submit() : Promise.reject(reason)));
 */
export function isSafeToResubmit(error: unknown): error is RateLimitError | ConnectionError {
  if (error instanceof RateLimitError) return error.outcome === "rejected";
  return error instanceof ConnectionError && error.outcome === "not-sent";
}

/**
 * Milliseconds that a `Retry-After` header asks for, at most a day; undefined if it is missing or senseless.
 *
 * A date is compared with the response's own `Date`, so that the local clock does not matter.
 */
export function parseRetryAfter(headers: Headers): number | undefined {
  const value = String(headers.get("retry-after") ?? "").trim(); // a number in a test double
  if (!value) return undefined;
  const isSeconds = /^[\d., ]+$/.test(value);
  // Date.parse takes nearly everything for a date; HTTP's end in GMT, or in the year and mean the same.
  const date = /GMT$|:\d\d \d{4}$/.test(value) ? Date.parse(value.replace(/( GMT)?$/, " GMT")) : NaN;
  const now = Date.parse(headers.get("date") ?? "") || Date.now();
  // A service and a gateway in front of it may each send one.
  const delayMs = isSeconds ? Math.max(...value.split(",").map(Number)) * 1000 : date - now;
  return Number.isNaN(delayMs) ? undefined : Math.min(Math.max(0, Math.ceil(delayMs)), longestRetryAfterMs);
}
