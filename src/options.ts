import { apiOptionRules, callback, checkOptions, resolveApiOptions } from "./api/options.js";
import type { ApiOptions, OptionRule } from "./api/options.js";
import { didYouMean } from "./errors.js";
import type { ErrorDetails } from "./errors.js";
import type { OnWarning } from "./reliability/advice.js";
import type { Instrumentation } from "./reliability/instrument.js";
import type { Submission, Task } from "./types.js";

/** The options of a client; every option has a default that works. */
export interface ClientOptions extends ApiOptions {
  /** Milliseconds until a submit is given up, with its outcome unknown. @default 180_000 */
  submitTimeoutMs?: number | undefined;
  /** Most times that a submit is sent again after it never reached the service, or got HTTP 429. @default 2 */
  submitRetries?: number | undefined;
  /** Milliseconds until a read of a task is given up, its retries included. @default 30_000 */
  statusTimeoutMs?: number | undefined;
  /** Most retries of a failed read of a task. @default 3 */
  statusRetries?: number | undefined;
  /**
   * Called, and awaited, with each reason to doubt a submit before it is sent: what the model's maker advises and the
   * service may not enforce. If it throws, nothing is sent. @default no warnings
   */
  onWarning?: OnWarning | undefined;
  /** Observes submits, polls, waits, downloads and generations, for traces, metrics and logs. @default none */
  instrumentation?: Instrumentation | undefined;
  /** Most tasks that all waits of this client together read at the same time. @default 64 */
  maxConcurrentPolls?: number | undefined;
  /**
   * Lets the service name results at private addresses and over plain http, for an installation in a private network. The
   * service's own host is always allowed. @default false
   */
  allowPrivateResults?: boolean | undefined;
}

/** The options that end one call early. */
export interface CallOptions {
  /** Ends the call at once with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Milliseconds until the call is given up. @default `submitTimeoutMs` or `statusTimeoutMs` of the client */
  timeoutMs?: number | undefined;
}

/** The options of a wait for a task. */
export interface WaitOptions {
  /** Ends the wait at once; the task is still running. */
  signal?: AbortSignal | undefined;
  /** Milliseconds until the wait is given up; the task is still running then. @default 600_000 */
  timeoutMs?: number | undefined;
  /** Milliseconds between the first polls; each is 1.5 times as long as the last, up to 15 s. @default 2000 */
  pollIntervalMs?: number | undefined;
  /** Called, and awaited, with the task whenever its status has changed. */
  onStatus?: ((task: Task) => void | Promise<void>) | undefined;
}

/** The options of a generation. */
export interface GenerateOptions extends WaitOptions {
  /** Called, and awaited, once there is a task and before it is first read: the moment to write its id down. */
  onSubmitted?: ((submission: Submission) => void | Promise<void>) | undefined;
}

/** {@link ClientOptions}, validated and with their defaults. */
export type ClientSettings = ReturnType<typeof resolveOptions>;

const milliseconds: OptionRule = [
  (value) => typeof value === "number" && value > 0, // Infinity, too
  "a number of milliseconds above 0",
];

const countFrom = (minimum: number): OptionRule => [
  (value) => Number.isInteger(value) && value >= minimum,
  `a whole number of at least ${minimum}`,
];

const clientOptionRules = /* @__PURE__ */ (() =>
  ({
    ...apiOptionRules,
    submitTimeoutMs: milliseconds,
    submitRetries: countFrom(0),
    statusTimeoutMs: milliseconds,
    statusRetries: countFrom(0),
    maxConcurrentPolls: countFrom(1),
    onWarning: callback,
    instrumentation: [
      (value) => typeof value?.around === "function",
      "an object with a method `around(operation, run)`",
    ],
    allowPrivateResults: [(value) => typeof value === "boolean", "true or false"],
  }) satisfies Record<keyof ClientOptions, OptionRule>)();

const callOptionRules: Record<keyof GenerateOptions, OptionRule> = {
  signal: [
    // Recognized by its members: older signals lack some of the newer ones.
    (value) => typeof value?.aborted === "boolean" && typeof value.addEventListener === "function",
    "an AbortSignal, such as the `signal` of an AbortController",
  ],
  timeoutMs: milliseconds,
  pollIntervalMs: milliseconds,
  onStatus: callback,
  onSubmitted: callback,
};

/** Validates the options of a client and fills in the defaults. */
export function resolveOptions(options: ClientOptions) {
  checkOptions(options, clientOptionRules, didYouMean);
  const {
    submitTimeoutMs = 180_000,
    submitRetries = 2,
    statusTimeoutMs = 30_000,
    statusRetries = 3,
    maxConcurrentPolls = 64,
    onWarning,
    instrumentation,
    allowPrivateResults = false,
  } = options;
  return {
    ...resolveApiOptions(options),
    submitTimeoutMs,
    submitRetries,
    statusTimeoutMs,
    statusRetries,
    maxConcurrentPolls,
    onWarning,
    instrumentation,
    allowPrivateResults,
  };
}

/** Refuses the options of one call that are misspelt or of the wrong kind, before anything is sent and paid for. */
export function checkCallOptions(options: GenerateOptions, taskid?: string): void {
  const about: ErrorDetails = taskid === undefined ? {} : { outcome: "accepted", taskid };
  checkOptions(options, callOptionRules, didYouMean, about);
}
