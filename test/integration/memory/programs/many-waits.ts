// Waits for many tasks at once with one client and one signal, and aborts when half of them are completed.
import { getEventListeners } from "node:events";
import { createClient } from "../../../../src/index.js";
import { watchMemory } from "../../../support/peak-memory.js";
import { fetch } from "./transport.js";

const [baseUrl = "", count = ""] = process.argv.slice(2);
const peakMegabytes = watchMemory();
const warnings: string[] = [];
process.on("warning", ({ name }) => warnings.push(name));

const client = createClient({ apiKey: "any-key", baseUrl, fetch });
const controller = new AbortController();
const reason = new Error("that is enough");
const countListeners = () => getEventListeners(controller.signal, "abort").length;
let completed = 0;
let stopped = 0;
let processing = 0;
let mostListeners = 0;

const allRead = new Promise<void>((resolve) => {
  const onStatus = ({ status }: { status: string }) => {
    if (status === "processing") processing++;
    if (status === "completed") completed++;
    mostListeners = Math.max(mostListeners, countListeners());
    if (completed + processing === Number(count)) setImmediate(resolve);
  };
  for (let index = 0; index < Number(count); index++) {
    const options = { signal: controller.signal, pollIntervalMs: 60_000, onStatus };
    client.wait(`task-${index}`, options).catch((error: unknown) => {
      if (error === reason) stopped++;
      else throw error;
    });
  }
});
await allRead;
controller.abort(reason);
await new Promise(setImmediate);

const megabytes = peakMegabytes();
const listenersLeft = countListeners();
console.log(JSON.stringify({ completed, stopped, mostListeners, listenersLeft, megabytes, warnings }));
