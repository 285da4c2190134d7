import { ConfigurationError, didYouMean } from "../errors.js";
import type { WaitOptions } from "../options.js";
import { isPlainText } from "../reliability/plain-text.js";
import type { RecordStore } from "./store.js";

/** Where the record of a generation is. */
export interface RecordOptions {
  /** Where records are kept, such as `createFolderStore` from `tensorslab-images/node` creates it. */
  records: RecordStore;
  /** Names the generation in that store: every call with the same key means the same images. 1 to 255 characters. */
  idempotencyKey: string;
  /** Ends the call at once with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** Options of submitting a generation that has a record. */
export interface AdvanceOptions extends RecordOptions {
  /** A digest of yours of the input, kept and compared: of Blobs, only name and size are known otherwise. */
  inputDigest?: string | undefined;
  /** Submits again although the outcome of the last submit is unknown: it may be paid for twice. @default false */
  resubmitUnknown?: boolean | undefined;
  /** Submits again although the task failed. @default false */
  resubmitFailed?: boolean | undefined;
}

/** Options of `generateOnce`. */
export interface GenerateOnceOptions extends AdvanceOptions, WaitOptions {
  /** Waits while another caller is submitting under the same key, instead of throwing RecordBusyError. @default false */
  waitIfBusy?: boolean | undefined;
}

/** Options of `resumeGeneration`. */
export interface ResumeOptions extends RecordOptions, WaitOptions {}

const waitNames = ["timeoutMs", "pollIntervalMs", "onStatus"] as const satisfies (keyof WaitOptions)[];
const recordNames = ["records", "idempotencyKey", "signal"] as const satisfies (keyof RecordOptions)[];
const submitNames = [
  "inputDigest",
  "resubmitUnknown",
  "resubmitFailed",
] as const satisfies (keyof AdvanceOptions)[];

/** The names of each function's options, for a message about an unknown one. */
export const optionNames = /* @__PURE__ */ (() =>
  ({
    advanceGeneration: [...recordNames, ...submitNames],
    checkGeneration: [...recordNames, ...submitNames],
    generateOnce: [...recordNames, ...submitNames, ...waitNames, "waitIfBusy"],
    resumeGeneration: [...recordNames, ...waitNames],
  }) as const)();

/** Refuses options that are misspelt or of the wrong kind, before anything is written or sent. */
export function checkRecordOptions(options: GenerateOnceOptions, caller: keyof typeof optionNames): void {
  const known: readonly string[] = optionNames[caller];
  const unknown = Object.keys(Object(options)).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new ConfigurationError(
      `${caller}: Unknown option \`${unknown}\`.${didYouMean(unknown, known)}`.trimEnd(),
    );
  }
  const { records, idempotencyKey, inputDigest } = Object(options) as Partial<GenerateOnceOptions>;
  const refuse = (rule: string): never => {
    throw new ConfigurationError(`${caller}: ${rule}`);
  };
  if ([records?.read, records?.write, records?.claim].some((method) => typeof method !== "function")) {
    refuse("`records` must be a RecordStore, with `read`, `write` and `claim`");
  }
  if (!isKey(idempotencyKey)) {
    refuse("`idempotencyKey` must be text of 1 to 255 characters, none of them a control character");
  }
  if (inputDigest !== undefined && !isKey(inputDigest)) {
    refuse("`inputDigest` must be text of 1 to 255 characters, none of them a control character");
  }
}

const isKey = (value: unknown): boolean =>
  typeof value === "string" && value.length <= 255 && isPlainText(value);
