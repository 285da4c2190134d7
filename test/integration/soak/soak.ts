import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fields } from "../../../generated/operations.js";
import { createClient, TensorsLabError } from "../../../src/index.js";
import type { Client, Fetch } from "../../../src/index.js";
import { startMockServer } from "../../../src/mock-server/index.js";
import type { MockFailure, MockRequest } from "../../../src/mock-server/index.js";
import { saveImages } from "../../../src/node/index.js";

export interface SoakOptions {
  /** Number of generations. */
  generations: number;
  /** The same seed gives the same faults. */
  seed: number;
  /** Number of generations that run at the same time. */
  concurrency: number;
  /** Sends the requests. @default the runtime's own fetch */
  fetch?: Fetch;
}

/** The facts that one generation's owner has in the end. */
interface Owner {
  prompt: string;
  /** Task ids that it was told, by callback, result or error. */
  taskids: Set<string>;
  /** The error's outcome; `saved` if there was none. */
  ending: string;
}

export interface SoakReport {
  /** Number of generations by their end. */
  endings: Record<string, number>;
  submits: number;
  charges: number;
  failures: number;
  /** Faults, none of which may occur: each line is money lost or spent twice, or an error that is not one of ours. */
  faults: string[];
}

const page = { "content-type": "text/html" };
const faults: Record<MockRequest["role"], MockFailure[]> = {
  submit: [
    ...Array<MockFailure>(5).fill({ kind: "response", status: 429, headers: { "retry-after": "0" } }),
    { kind: "response", status: 502, headers: page, body: "<h1>Bad Gateway</h1>", charged: true },
    { kind: "response", status: 503 },
    { kind: "response", headers: page, body: "<h1>Welcome</h1>", charged: true },
    { kind: "response", charged: true },
    { kind: "response", body: JSON.stringify({ code: 9999, msg: "refused" }) },
    { kind: "response", body: JSON.stringify({ code: 9000, msg: "no credits" }) },
    { kind: "reset", charged: true },
    { kind: "reset" },
    { kind: "reset-upload" },
    { kind: "hang", charged: true },
    { kind: "cut" },
    { kind: "close" },
    { kind: "delay", delayMs: 20 },
  ],
  status: [
    { kind: "response", status: 502, headers: page, body: "<h1>Bad Gateway</h1>" },
    { kind: "response", status: 429, headers: { "retry-after": "0" } },
    { kind: "response", headers: page, body: "<h1>Welcome</h1>" },
    { kind: "reset" },
    { kind: "cut" },
    { kind: "close" },
    { kind: "delay", delayMs: 20 },
  ],
  result: [
    { kind: "response", status: 500 },
    { kind: "response", status: 404 },
    { kind: "reset" },
    { kind: "cut" },
    { kind: "delay", delayMs: 20 },
  ],
  other: [],
};

/**
 * Makes images while about every third request fails, and holds what their owners were told against what was charged:
 * each charge has exactly one owner, who knows its task or was told that the outcome is unknown, and no owner has two.
 */
export async function soak({ generations, seed, concurrency, fetch }: SoakOptions): Promise<SoakReport> {
  let failures = 0;
  let isCalm = false;
  const server = await startMockServer({
    taskDurationMs: 0,
    fail({ role, ordinalOfRole }) {
      const [chance, choice] = randomPair(seed, `${role} ${ordinalOfRole}`);
      if (isCalm || chance > 0.3) return undefined;
      failures++;
      return faults[role][Math.floor(choice * faults[role].length)];
    },
  });
  const folder = await mkdtemp(join(tmpdir(), "soak-"));
  const client = createClient({ apiKey: "soak", baseUrl: server.url, submitTimeoutMs: 3000, fetch });
  try {
    const owners: Owner[] = [];
    const next = Array.from({ length: generations }, (_, index) => index).values();
    const work = async () => {
      for (const index of next) owners.push(await generateAndSave(client, `generation ${index}`, folder));
    };
    await Promise.all(Array.from({ length: concurrency }, work));
    isCalm = true;

    const problems = owners
      .filter(({ ending }) => ending.startsWith("!"))
      .map((owner) => JSON.stringify(owner));
    const byPrompt = new Map(owners.map((owner) => [owner.prompt, owner]));
    const charged = new Set<string>();
    for (const { taskid } of server.ledger) {
      const prompt = await readPrompt(client, taskid);
      const owner = byPrompt.get(prompt);
      if (charged.has(prompt)) problems.push(`${prompt} was charged twice`);
      charged.add(prompt);
      const knows = owner?.taskids.has(taskid) || owner?.ending === "unknown";
      if (!knows) problems.push(`nobody knows of task ${taskid}: ${prompt} ended as ${owner?.ending}`);
    }
    for (const { prompt, taskids } of owners) {
      if (taskids.size > 0 && !charged.has(prompt))
        problems.push(`${prompt} has a task that was not charged`);
      if (taskids.size > 1) problems.push(`${prompt} has two tasks`);
    }
    return {
      endings: countBy(owners.map(({ ending }) => ending)),
      submits: server.requests.filter(({ role }) => role === "submit").length,
      charges: server.ledger.length,
      failures,
      faults: problems,
    };
  } finally {
    await server.close();
    await rm(folder, { recursive: true });
  }
}

async function generateAndSave(client: Client, prompt: string, folder: string): Promise<Owner> {
  const taskids = new Set<string>();
  try {
    const task = await client.generate(
      "seedreamv5",
      { prompt, resolution: "8x8" },
      { pollIntervalMs: 20, timeoutMs: 20_000, onSubmitted: ({ taskid }) => void taskids.add(taskid) },
    );
    taskids.add(task.taskid);
    await saveImages(task, folder, { client });
    return { prompt, taskids, ending: "saved" };
  } catch (error) {
    if (!(error instanceof TensorsLabError)) return { prompt, taskids, ending: `! ${String(error)}` };
    if (error.taskid !== undefined) taskids.add(error.taskid);
    return { prompt, taskids, ending: error.outcome ?? `! ${error.name} without an outcome` };
  }
}

/** The input of a task, which says whose it is. */
async function readPrompt(client: Client, taskid: string): Promise<string> {
  const { raw } = await client.status(taskid);
  return String((raw as Record<string, unknown>)[fields.prompt]);
}

/** Two numbers from 0 to 1 that depend on nothing but the seed and the label (FNV-1a, mixed as xorshift does). */
function randomPair(seed: number, label: string): [number, number] {
  let state = 0x811c9dc5 ^ seed;
  for (const character of label) state = Math.imul(state ^ character.charCodeAt(0), 0x01000193);
  const draw = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  draw();
  return [draw(), draw()];
}

function countBy(values: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
