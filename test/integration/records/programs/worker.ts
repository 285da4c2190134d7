import { createClient, generateOnce } from "../../../../src/index.js";
import type { RecordStore } from "../../../../src/index.js";
import { createFolderStore } from "../../../../src/node/index.js";

// A queue's worker that may be killed or frozen at any moment: it takes every key to its end, as far as that goes.

interface Work {
  baseUrl: string;
  keys: string[];
  /** The folder of the records; without one, the parent process has them. */
  folder?: string;
  resubmitUnknown?: boolean;
}

const { baseUrl, keys, folder, resubmitUnknown }: Work = JSON.parse(process.argv[2]!) as Work;
const records = folder === undefined ? askParent() : createFolderStore(folder);
const client = createClient({ apiKey: "any-key", baseUrl, submitTimeoutMs: 2000, submitRetries: 0 });
const endings: Record<string, string> = {};
for (const key of keys) {
  const input = { prompt: key, resolution: "16x16" };
  const options = {
    records,
    idempotencyKey: key,
    pollIntervalMs: 5,
    ...(resubmitUnknown && { resubmitUnknown }),
  };
  endings[key] = await generateOnce(client, "seedreamv5", input, options).then(
    ({ taskid }) => taskid,
    (error: { code?: string; message: string }) => error.code ?? error.message,
  );
}
process.send?.({ endings });
process.disconnect?.();

/** A store whose records are in the parent's memory, so that they outlive this process. */
function askParent(): RecordStore {
  let last = 0;
  const waiting = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>();
  process.on("message", ({ number, result, error }: { number: number; result: never; error?: string }) => {
    const { resolve, reject } = waiting.get(number)!;
    waiting.delete(number);
    if (error === undefined) resolve(result);
    else reject(new Error(error));
  });
  const ask = <T>(method: keyof RecordStore, ...parameters: unknown[]): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      waiting.set(++last, { resolve, reject });
      process.send!({ number: last, method, parameters });
    });
  return {
    read: (id) => ask("read", id),
    write: (record, { durable }) => ask("write", record, { durable }),
    claim: (record, previous) => ask("claim", record, previous ?? null),
  };
}
