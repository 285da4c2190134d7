import type { Client } from "../client.js";
import { OutcomeUnknownError, TensorsLabError } from "../errors.js";
import { sleep, throwIfAborted } from "../reliability/abort.js";
import { imageCount } from "../reliability/image-count.js";
import { submitOperation } from "../reliability/submit-operation.js";
import { validateInput } from "../reliability/validate-input.js";
import type { Model, ModelInput, Submission } from "../types.js";
import { RecordBusyError, RecordConflictError, RecordError } from "./errors.js";
import { compareInputs, identifyInput } from "./input-identity.js";
import type { AdvanceOptions, RecordOptions } from "./options.js";
import { escapeText } from "../reliability/plain-text.js";
import { readRecord } from "./record.js";
import type { GenerationRecord } from "./record.js";

/** An input that is valid, and the record that a submit of it would have. */
export interface Asked {
  input: Record<string, unknown>;
  record: Pick<GenerationRecord, "id" | "service" | "model" | "input" | "inputDigest" | "images">;
}

/** Time that an intent outlives the deadline of its submit; within that time from the claim it must be sent. */
const graceMs = 30_000;
/** A submit without a deadline would never be told from one whose process died. */
const longestIntentMs = 86_400_000;
/** Number of times in a row that another caller may be faster. */
const mostClaims = 20;

/** Validates the input and takes a snapshot of it; nothing is written down yet. */
export async function ask<M extends Model>(
  client: Client,
  model: M,
  input: ModelInput<M>,
  { idempotencyKey, inputDigest }: AdvanceOptions,
): Promise<Asked> {
  validateInput(submitOperation(model), input);
  const images = imageCount(model, input);
  const { snapshot, identity } = await identifyInput(input);
  const { service } = client;
  return {
    input: snapshot,
    record: { id: idempotencyKey, service, model, input: identity, inputDigest, images },
  };
}

/**
 * Returns the record of a key once it has a task, submitting if that is certain not to pay twice.
 *
 * @returns The record; and the submission, if this call made it.
 */
export async function submitOnce(
  client: Client,
  asked: Asked,
  options: AdvanceOptions,
): Promise<{ record: GenerationRecord; submission?: Submission }> {
  const { records, signal, resubmitUnknown = false, resubmitFailed = false } = options;
  const { id } = asked.record;
  for (let claims = 0; claims < mostClaims; claims++) {
    const stored = await findRecord(asked, options);
    const mayResubmit = { intent: false, unknown: resubmitUnknown, failed: resubmitFailed }[
      stored?.state as "intent"
    ];
    if (stored?.taskid !== undefined && !mayResubmit) return { record: stored };
    if (stored?.state === "intent") refuseUnderWay(stored, resubmitUnknown);
    if (stored?.state === "unknown" && !mayResubmit) throw outcomeUnknown(stored);

    throwIfAborted(signal);
    const claimedAt = performance.now();
    const record = newIntent(asked, stored, client);
    if (!(await records.claim(record, stored))) {
      await sleep(Math.random() * 50, signal);
      continue;
    }
    // The process may have been frozen since, or the machine asleep, for which the first clock stands still; other callers
    // may take the outcome for unknown now.
    const waitedMs = Math.max(performance.now() - claimedAt, Date.now() - Date.parse(record.updatedAt));
    if (waitedMs > graceMs) {
      const error = { message: "The process was stopped before it could submit; nothing was sent" };
      await store(record, { state: "not-sent", error }, options);
      continue;
    }
    return send(client, record, asked.input, options);
  }
  throw busy(id, 1000);
}

/**
 * Reads the record of an input, and refuses one that is of something else.
 *
 * @throws {RecordConflictError} The key stands for another input, model or service.
 */
export async function findRecord(
  { record: asked }: Asked,
  { records }: RecordOptions,
): Promise<GenerationRecord | undefined> {
  const { id, service, model, inputDigest } = asked;
  const stored = await readRecord(records, id);
  if (!stored) return undefined;
  const differences = [
    ...compareInputs(
      { service: stored.service, model: stored.model, inputDigest: stored.inputDigest },
      { service, model, inputDigest },
    ),
    ...compareInputs(stored.input, asked.input),
  ];
  if (differences.length === 0) return stored;
  const list = differences.map(
    ({ path, recorded, given }) => `\`${escapeText(path)}\` was ${show(recorded)} and is ${show(given)}`,
  );
  // That task may be the caller's own, of a file that was changed since.
  const task = stored.taskid === undefined ? "" : `, with task ${escapeText(stored.taskid)}`;
  const message = `The key ${show(id)} stands for another request already${task}: ${list.join("; ")}. Nothing was sent: use another key`;
  throw new RecordConflictError(message, differences);
}

const show = (value: unknown): string =>
  value === undefined ? "absent" : escapeText(JSON.stringify(value) ?? String(value));

function newIntent(
  { record }: Asked,
  stored: GenerationRecord | undefined,
  { submitTimeoutMs = 180_000 }: Client,
): GenerationRecord {
  const now = Date.now();
  const expiresAt = new Date(now + Math.min(submitTimeoutMs, longestIntentMs) + graceMs).toISOString();
  const updatedAt = new Date(now).toISOString();
  return withoutUndefined({
    version: 2,
    ...record,
    attempt: (stored?.attempt ?? 0) + 1,
    state: "intent",
    expiresAt,
    files: [],
    createdAt: stored?.createdAt ?? updatedAt,
    updatedAt,
  });
}

/** Submits what an intent is stored of, and stores the outcome. */
async function send(
  client: Client,
  intent: GenerationRecord,
  input: Record<string, unknown>,
  options: AdvanceOptions,
): Promise<{ record: GenerationRecord; submission: Submission }> {
  let submission: Submission;
  try {
    throwIfAborted(options.signal);
  } catch (error) {
    await store(intent, { state: "not-sent", error: describe(error) }, options).catch(() => undefined);
    throw error;
  }
  try {
    submission = await client.submit(intent.model as Model, input as never, { signal: options.signal });
  } catch (error) {
    const { outcome, taskid } =
      error instanceof TensorsLabError ? error : { outcome: undefined, taskid: undefined };
    const state = taskid !== undefined ? "accepted" : outcome === "accepted" ? "unknown" : outcome;
    const changes = { state: state ?? "unknown", taskid, error: describe(error) } as const;
    // The error itself matters more; an intent that stays one is taken for unknown later.
    await store(intent, changes, options).catch(() => undefined);
    throw error;
  }
  const { taskid, urls } = submission;
  try {
    const isFinished = urls.length >= intent.images;
    const changes = isFinished
      ? { state: "completed" as const, completedAt: new Date().toISOString() }
      : { state: "accepted" as const };
    return { record: await store(intent, { ...changes, taskid }, options), submission };
  } catch (cause) {
    const { message } = cause as Error;
    throw new RecordError(`The task was accepted, but its record could not be written: ${message}`, {
      outcome: "accepted",
      taskid,
      cause,
    });
  }
}

type Changes = Partial<Pick<GenerationRecord, "state" | "taskid" | "completedAt" | "error">>;

/** Stores a record with another state; what is said of the last state only is left out. Returns the new record. */
export async function store(
  record: GenerationRecord,
  changes: Changes,
  { records }: Pick<RecordOptions, "records">,
): Promise<GenerationRecord> {
  const { error: _error, expiresAt: _expiresAt, ...kept } = record;
  const next = withoutUndefined({
    ...kept,
    version: 2 as const,
    ...changes,
    updatedAt: new Date().toISOString(),
  });
  // A completed task is found to be completed again; a lost outcome of a submit is lost for good.
  await records.write(next, { durable: next.state !== "completed" || record.state === "intent" });
  return next;
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as T;
}

/** An error as a record keeps it. */
export function describe(error: unknown): NonNullable<GenerationRecord["error"]> {
  const { code, message, excerpt } = Object(error) as Partial<Record<string, unknown>>;
  const said = typeof message === "string" ? message : String(error);
  // It may have the id of a paid task in it, in a form that the document does not allow.
  const response = typeof excerpt === "string" && excerpt ? `; the response began: ${excerpt}` : "";
  return {
    ...(typeof code === "string" && { code }),
    message: escapeText(said + response),
  };
}

/** Refuses to act on an intent: it is under way, or its outcome is unknown. */
export function refuseUnderWay(stored: GenerationRecord, resubmitUnknown = false): void {
  const retryAfterMs = Date.parse(stored.expiresAt!) - Date.now();
  if (retryAfterMs > 0) throw busy(stored.id, retryAfterMs);
  if (!resubmitUnknown) throw outcomeUnknown(stored);
}

function busy(id: string, retryAfterMs: number): RecordBusyError {
  const seconds = Math.ceil(retryAfterMs / 1000);
  const message = `${show(id)} is being submitted by another caller, or was when it ended; come back in ${seconds} s`;
  return new RecordBusyError(message, { retryAfterMs });
}

/** The error for a submit whose outcome nobody wrote down. */
export function outcomeUnknown({ id, updatedAt }: GenerationRecord): OutcomeUnknownError {
  return new OutcomeUnknownError(
    `The outcome of the submit of ${show(id)} at ${updatedAt} is unknown: it may have been paid for. ` +
      "Check your account; `resubmitUnknown: true` submits it again",
  );
}
