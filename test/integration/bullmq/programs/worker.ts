import { createProcessor } from "../../../../src/bullmq/index.js";
import { createClient } from "../../../../src/index.js";
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
}

const {
  backend: name,
  url,
  baseUrl,
  apiKey,
  queue: queueName,
  folder,
} = JSON.parse(process.argv[2]!) as Work;
const backend = openBackend(name, url);
const client = createClient({ apiKey, baseUrl, submitTimeoutMs: 2000 });
const queue = backend.createQueue(queueName);
const processor = createProcessor({
  client,
  records: backend.records,
  queue,
  onCompleted: (task) => saveImages(task, folder, { client }),
});
const worker = backend.createWorker(queueName, processor, {
  concurrency: 4,
  lockDuration: 2000,
  stalledInterval: 1000,
  maxStalledCount: 1000,
  drainDelay: 1,
});
process.on("SIGTERM", () => void backend.close().then(() => process.exit()));
await worker.waitUntilReady();
process.send?.("ready");
