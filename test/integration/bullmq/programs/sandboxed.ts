import { createProcessor } from "../../../../src/bullmq/index.js";
import { createClient } from "../../../../src/index.js";
import { saveImages } from "../../../../src/node/index.js";
import { openBackend } from "../backends.js";
import type { Work } from "./worker.js";

// The file of a sandboxed processor: BullMQ imports it in a process of its own.

/** Written into this program when it is bundled. */
declare const work: Work;

const backend = openBackend(work.backend, work.url);
const client = createClient({ apiKey: work.apiKey, baseUrl: work.baseUrl, submitRetries: 0 });

export default createProcessor({
  client,
  records: backend.records,
  queue: backend.createQueue(work.queue),
  onCompleted: (task) => saveImages(task, work.folder, { client }),
});
