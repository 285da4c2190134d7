import { CallbackError, generateOnce, isTensorsLabError, readRecord } from "../index.js";
import type { Client, GenerationRecord, Model, RecordStore, Submission, Task } from "../index.js";
import type { GroupedCall } from "./call-group.js";
import type { ModelCall } from "./model-call.js";

/** Carries out a call with a record. Resolves to undefined if it must not be submitted again and others have images. */
export type GenerateRecorded = (
  model: Model,
  { input, settings }: ModelCall,
  call: GroupedCall,
  given: {
    client: Client;
    signal: AbortSignal | undefined;
    onSubmitted: ((submission: Submission) => void | Promise<void>) | undefined;
  },
) => Promise<Task | undefined>;

/**
 * Creates the function that generates with records.
 *
 * Without an `idempotencyKey`, the key is made of the input and a number. A number is used again until the images have
 * reached the caller, and no two calls of this process use the same at the same time.
 */
export function createRecordedGeneration(records: RecordStore): GenerateRecorded {
  const inUse = new Set<string>();

  /** The first key of an input whose images have not reached a caller yet. */
  async function claimKey(digest: string): Promise<string> {
    for (let number = 0; ; number++) {
      const key = `ai-sdk-${digest}-${number}`;
      if (inUse.has(key)) continue;
      inUse.add(key); // before another call can choose it
      const record = await readRecord(records, key).catch((error: unknown) => {
        inUse.delete(key);
        throw error;
      });
      if (record?.state !== "saved" && record?.state !== "failed") return key;
      inUse.delete(key);
    }
  }

  /** Records that the images have reached the caller; if that fails, the next call gets the same images and pays nothing. */
  async function noteDelivery(key: string): Promise<void> {
    const record = await readRecord(records, key);
    if (record?.state !== "completed") return;
    const saved: GenerationRecord = {
      ...record,
      version: 2,
      state: "saved",
      updatedAt: new Date().toISOString(),
    };
    await records.write(saved, { durable: false });
  }

  async function chooseKey({ input, settings }: ModelCall, model: Model, call: GroupedCall, client: Client) {
    const { idempotencyKey } = settings;
    if (idempotencyKey !== undefined)
      return call.index === 0 ? idempotencyKey : `${idempotencyKey}#${call.index + 1}`;
    const key = await claimKey(await digestOf({ service: client.service, model, input }));
    call.onEnd((haveReturned) => {
      const noted = haveReturned ? noteDelivery(key).catch(() => {}) : Promise.resolve();
      void noted.then(() => inUse.delete(key));
    });
    return key;
  }

  return async (model, modelCall, call, { client, signal, onSubmitted }) => {
    const { idempotencyKey, ...settings } = modelCall.settings;
    const key = await chooseKey(modelCall, model, call, client);
    let isNew = false;
    let untold: Submission | undefined;
    const tell = async (): Promise<void> => {
      const submission = untold;
      untold = undefined;
      if (!submission) return;
      const { taskid } = submission;
      try {
        await onSubmitted?.(submission);
      } catch (cause) {
        throw new CallbackError("`onSubmitted` threw; the task is still running", { taskid, cause });
      }
    };
    /** A client that reports the task, which may exist already. */
    const watched: Client = {
      ...client,
      async submit(...args) {
        isNew = true;
        untold = await client.submit(...args);
        call.submitted(untold.taskid);
        return untold;
      },
      async wait(reference, options) {
        call.submitted(typeof reference === "string" ? reference : reference.taskid);
        await tell();
        return client.wait(reference, options);
      },
    };
    try {
      const task = await generateOnce(watched, model, modelCall.input as never, {
        ...settings,
        records,
        idempotencyKey: key,
        signal,
        waitIfBusy: idempotencyKey !== undefined,
      });
      await tell();
      return task;
    } catch (error) {
      // The images of the other calls must not be lost to this one, which nobody may submit again.
      const isRefused = isTensorsLabError(error) && refusals.includes(error.code) && !isNew;
      if (isRefused && (await call.withoutImages())) return undefined;
      throw error;
    }
  };
}

/** Errors by which a submit is refused that may have been paid for. */
const refusals: readonly string[] = ["OUTCOME_UNKNOWN", "RECORD_BUSY"];

/** Identifies an input by its JSON, with the SHA-256 of bytes in their place. */
async function digestOf(value: unknown): Promise<string> {
  const identified = await identify(value);
  const text = new TextEncoder().encode(JSON.stringify(identified));
  return toHex(await crypto.subtle.digest("SHA-256", text));
}

async function identify(value: unknown): Promise<unknown> {
  if (value instanceof Uint8Array) return toHex(await crypto.subtle.digest("SHA-256", new Uint8Array(value)));
  if (Array.isArray(value)) return Promise.all(value.map(identify));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Promise.all(entries.map(async ([name, item]) => [name, await identify(item)]));
}

const toHex = (digest: ArrayBuffer): string =>
  Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
