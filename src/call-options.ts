import { ConfigurationError } from "./errors.js";
import type { ErrorDetails } from "./errors.js";
import type { Submission, Task } from "./models.js";

/** How one call is ended early. */
export interface CallOptions {
  /** Ends the call at once with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Milliseconds until the call is given up. @default `submitTimeoutMs` or `statusTimeoutMs` of the client */
  timeoutMs?: number | undefined;
}

/** How a task is followed. */
export interface WaitOptions {
  /** Ends the wait at once; the task goes on. */
  signal?: AbortSignal | undefined;
  /** Milliseconds until the wait is given up; the task goes on. @default 600_000 */
  timeoutMs?: number | undefined;
  /** Milliseconds between the first polls; each is 1.5 times as long as the last, up to 15 s. @default 2000 */
  pollIntervalMs?: number | undefined;
  /** Called, and awaited, with the task whenever its status has changed. */
  onStatus?: ((task: Task) => void | Promise<void>) | undefined;
}

/** How a generation is followed. */
export interface GenerateOptions extends WaitOptions {
  /** Called, and awaited, once there is a task and before it is first read: the moment to write its id down. */
  onSubmitted?: ((submission: Submission) => void | Promise<void>) | undefined;
}

/** Refuses the options of one call that are misspelt or of the wrong kind, before anything is sent and paid for. */
export function checkCallOptions(options: GenerateOptions, taskid?: string): void {
  const { signal, timeoutMs, pollIntervalMs, onStatus, onSubmitted, ...unknown } = options;
  const about: ErrorDetails = taskid === undefined ? {} : { outcome: "accepted", taskid };
  const refuse = (message: string) => {
    throw new ConfigurationError(message, about);
  };
  refuseUnknown(unknown, about);
  checkDuration("timeoutMs", timeoutMs, about);
  checkDuration("pollIntervalMs", pollIntervalMs, about);
  for (const [name, callback] of Object.entries({ onStatus, onSubmitted })) {
    if (callback !== undefined && typeof callback !== "function") refuse(`${name} must be a function`);
  }
  if (signal !== undefined && typeof signal.throwIfAborted !== "function") {
    refuse("signal must be an AbortSignal, such as that of an AbortController");
  }
}

/** Refuses what is left of options once all that are known were taken out: it is misspelt. */
export function refuseUnknown(left: object, about?: ErrorDetails): void {
  const [misspelt] = Object.keys(left);
  if (misspelt !== undefined) throw new ConfigurationError(`There is no option ${misspelt}`, about);
}

/** Milliseconds: more than 0; Infinity is allowed. */
export function checkDuration(name: string, value: number | undefined, about?: ErrorDetails): void {
  if (value === undefined || (typeof value === "number" && value > 0)) return;
  throw new ConfigurationError(`${name} must be a number of milliseconds above 0`, about);
}
