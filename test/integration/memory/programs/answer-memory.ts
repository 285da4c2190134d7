// Submits once to each of the given servers and says by how many megabytes the process grew at most.
import { createClient } from "../../../../src/index.js";
import { watchMemory } from "../../../support/peak-memory.js";
import { fetch } from "./transport.js";

const [warmUp = "", ...baseUrls] = process.argv.slice(2);
const submit = (baseUrl: string) =>
  createClient({ apiKey: "any-key", baseUrl, fetch }).submit("seedreamv5", { prompt: "a red fox" });
await submit(warmUp);
const before = process.memoryUsage.rss() / 1024 / 1024;
const peakMegabytes = watchMemory();
const errors: string[] = [];
for (const baseUrl of baseUrls) {
  await submit(baseUrl).catch(({ name, message }: Error) => errors.push(`${name}: ${message}`));
}
console.log(JSON.stringify({ errors, growth: peakMegabytes() - before }));
