import { createProcessor } from "../../../../src/bullmq/index.js";
import { createClient } from "../../../../src/index.js";
import type { ClientOptions } from "../../../../src/index.js";
import { saveImages } from "../../../../src/node/index.js";
import { openBackend } from "../backends.js";
import type { BackendName } from "../backends.js";

// A worker process that may be killed or stopped at any moment.

export interface Work {
  backend: BackendName;
  url: string;
  baseUrl: string;
  /** Tells the server which worker asks. */
  apiKey: string;
  queue: string;
  /** Where the images go. */
  folder: string;
  /** Number of jobs that it takes at once. @default 4 */
  concurrency?: number;
  /** @default a submit is given up after 2 seconds */
  client?: ClientOptions;
  /** Milliseconds that it holds a job. @default 2000 */
  lockMs?: number;
}

const {
  backend: name,
  url,
  baseUrl,
  apiKey,
  queue: queueName,
  folder,
  concurrency = 4,
  client: clientOptions = { submitTimeoutMs: 2000 },
  lockMs = 2000,
} = JSON.parse(process.argv[2]!) as Work;
const backend = openBackend(name, url);
const client = createClient({ apiKey, baseUrl, ...clientOptions });
const queue = backend.createQueue(queueName);
const processor = createProcessor({
  client,
  records: backend.records,
  queue,
  onCompleted: (task) => saveImages(task, folder, { client }),
});
const worker = backend.createWorker(queueName, processor, {
  concurrency,
  lockDuration: lockMs,
  stalledInterval: 1000,
  maxStalledCount: 1000,
  drainDelay: 1,
});
process.on("SIGTERM", () => void backend.close().then(() => process.exit()));
await worker.waitUntilReady();
process.send?.("ready");
