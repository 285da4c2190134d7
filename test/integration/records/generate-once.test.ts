import { watch as watchFolder } from "node:fs";
import { beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { createClient, createMemoryStore, readRecord } from "../../../src/index.js";
import type { RecordStore } from "../../../src/index.js";
import { startMockServer } from "../../../src/mock-server/index.js";
import type { MockFailure, MockRequest, MockServer } from "../../../src/mock-server/index.js";
import { createFolderStore } from "../../../src/node/index.js";
import { makeFolder } from "../../support/generate.js";
import { buildWorker, startWorker } from "./workers.js";
import type { StoreMoment } from "./workers.js";

let program: string;
beforeAll(async () => {
  program = await buildWorker();
});

type OnRequest = (request: MockRequest) => MockFailure | undefined;

/** A server, the records, and what they come to. */
async function start(kind: string) {
  const watch: { onRequest: OnRequest } = { onRequest: () => undefined };
  const server = await startMockServer({ taskDurationMs: 0, fail: (request) => watch.onRequest(request) });
  onTestFinished(() => server.close());
  const folder = kind === "folder" ? await makeFolder() : undefined;
  const records: RecordStore = folder === undefined ? createMemoryStore() : createFolderStore(folder);
  return { server, watch, folder, records };
}

/** The keys that were paid twice, and the charges that nobody knows of: no record names them, nor says that one may exist. */
async function account(server: MockServer, records: RecordStore, keys: string[]) {
  const client = createClient({ apiKey: "any-key", baseUrl: server.url });
  const states: Record<string, number> = {};
  const known = new Set<string>();
  const uncertain = new Set<string>();
  for (const key of keys) {
    const record = await readRecord(records, key);
    const state = record?.state ?? "none";
    states[state] = (states[state] ?? 0) + 1;
    if (record?.taskid !== undefined) known.add(record.taskid);
    if (state === "unknown" || state === "intent") uncertain.add(key);
  }
  const charges = await Promise.all(
    server.ledger.map(async ({ taskid }) => {
      const { raw } = await client.status(taskid);
      return { taskid, key: (raw as { prompt?: string }).prompt! }; // the prompt is the key
    }),
  );
  const paid = charges.map(({ key }) => key);
  return {
    states,
    charges: charges.length,
    keysPaidTwice: new Set(paid.filter((key, index) => paid.indexOf(key) !== index)).size,
    chargesWithoutOwner: charges.filter(({ taskid, key }) => !known.has(taskid) && !uncertain.has(key))
      .length,
  };
}

describe.each(["memory", "folder"])("generateOnce with the %s store", (kind) => {
  test("in processes killed at every point and at random pays no key twice and loses no charge", async () => {
    const { server, watch, folder, records } = await start(kind);
    const storeMoments: [StoreMoment, string | undefined][] = [
      ["before claim", "intent"],
      ["after claim", "intent"],
      ["before write", "accepted"],
      ["after write", "accepted"],
      ["before write", "completed"],
      ["after write", "completed"],
    ];
    // The moments of a request, of the store, or of its folder; and any moment.
    const moments = [
      "submit arrives",
      "submit is charged",
      "submit is refused",
      "status arrives",
      ...(kind === "memory"
        ? storeMoments.map((moment) => moment.join(" "))
        : [1, 2, 3, 4, 5, 6, 7, 8].map((at) => `file ${at}`)),
      ...[40, 80, 120, 160, 200, 250].map((delayMs) => `random ${delayMs}`),
    ];
    const keys: string[] = [];
    let kills = 0;
    for (let round = 0; kills < 60; round++) {
      const moment = moments[round % moments.length]!;
      keys.push(`key-${round}`, `key-${round}-b`);
      const open = [];
      for (const key of keys) {
        const record = await readRecord(records, key);
        if (record === undefined || !["completed", "intent", "unknown"].includes(record.state))
          open.push(key);
      }
      let hit = 1 + (round % 2);
      const kill = () => void (--hit === 0 && worker.process.kill("SIGKILL"));
      watch.onRequest = ({ role }) => {
        if (moment === `${role} arrives`) kill();
        if (role === "submit" && moment === "submit is charged") {
          setTimeout(kill, 20);
          return { kind: "hang", charged: true };
        }
        if (role === "submit" && moment === "submit is refused") {
          setTimeout(kill, 5);
          return { kind: "response", status: 429 };
        }
        return undefined;
      };
      const worker = startWorker(
        program,
        { baseUrl: server.url, keys: open, folder },
        records,
        (at, state) => {
          if (`${at} ${state}` === moment) kill();
        },
      );
      const [name, value] = moment.split(" ");
      const watcher = folder !== undefined && name === "file" ? watchFolder(folder) : undefined;
      let changes = 0;
      watcher?.on("change", () => void (++changes === Number(value) && worker.process.kill("SIGKILL")));
      if (name === "random") {
        worker.process.once("spawn", () =>
          setTimeout(() => worker.process.kill("SIGKILL"), Number(value) * (1 + Math.random())),
        );
      }
      await worker.ended;
      watcher?.close();
      if (worker.process.signalCode === "SIGKILL") kills++;
    }
    watch.onRequest = () => undefined;
    const last = startWorker(program, { baseUrl: server.url, keys, folder }, records);
    expect(await last.ended).toBeDefined();
    const report = await account(server, records, keys);
    console.log(`${kind} store: ${kills} kills, ${keys.length} keys: ${JSON.stringify(report)}`);
    expect(report).toMatchObject({ keysPaidTwice: 0, chargesWithoutOwner: 0 });
    const { completed = 0, intent = 0, unknown = 0 } = report.states;
    expect(completed + intent + unknown).toBe(keys.length);
    expect(completed).toBeGreaterThan(keys.length / 3);
  }, 900_000);

  test("in processes started twice at once pays each key once", async () => {
    const { server, folder, records } = await start(kind);
    const keys = Array.from({ length: 20 }, (_, index) => `key-${index}`);
    const work = { baseUrl: server.url, keys, folder };
    const workers = [startWorker(program, work, records), startWorker(program, work, records)];
    const endings = await Promise.all(workers.map(({ ended }) => ended));
    const report = await account(server, records, keys);
    console.log(`${kind} store, twice at once: ${JSON.stringify(report)}`);
    const { states, ...money } = report;
    expect(money).toEqual({ charges: keys.length, keysPaidTwice: 0, chargesWithoutOwner: 0 });
    expect(states).toEqual({ completed: keys.length });
    for (const key of keys) {
      const { taskid } = (await readRecord(records, key))!;
      for (const ending of endings) expect([taskid, "RECORD_BUSY"]).toContain(ending![key]);
      expect(endings.map((ending) => ending![key])).toContain(taskid);
    }
  }, 300_000);

  test("in processes frozen beyond every deadline and woken pays nothing twice", async () => {
    const { server, watch, folder, records } = await start(kind);
    const frozenAt = [
      "submit arrives",
      "submit is charged",
      "status arrives",
      ...(kind === "memory"
        ? ["before claim intent", "before write accepted"]
        : ["file 1", "file 2", "file 3", "file 4"]),
    ];
    const workers = new Map<string, ReturnType<typeof startWorker>>();
    const isFrozen = new Set<string>();
    const freeze = (key: string) => {
      if (isFrozen.has(key)) return;
      workers.get(key)?.process.kill("SIGSTOP");
      isFrozen.add(key);
    };
    for (const moment of frozenAt) {
      const key = moment;
      const watcher = folder !== undefined && moment.startsWith("file") ? watchFolder(folder) : undefined;
      let changes = 0;
      watcher?.on("change", () => void (++changes === Number(moment.split(" ")[1]) && freeze(key)));
      watch.onRequest = ({ role }) => {
        if (isFrozen.has(key)) return undefined;
        if (moment === `${role} arrives`) freeze(key);
        if (role === "submit" && moment === "submit is charged") {
          freeze(key);
          return { kind: "hang", charged: true };
        }
        return undefined;
      };
      const worker = startWorker(
        program,
        { baseUrl: server.url, keys: [key], folder },
        records,
        (at, state) => {
          if (`${at} ${state}` === moment) freeze(key);
        },
      );
      workers.set(key, worker);
      await vi.waitUntil(() => isFrozen.has(key) || worker.process.exitCode !== null, { timeout: 60_000 });
      watcher?.close();
    }
    watch.onRequest = () => undefined;
    // Past the deadline of every submit and the expiry of every intent.
    const until = Date.now() + 34_000;
    await vi.waitUntil(() => Date.now() > until, { timeout: 120_000, interval: 1000 });
    const other = startWorker(program, { baseUrl: server.url, keys: [...workers.keys()], folder }, records);
    const seen = await other.ended;
    for (const { process } of workers.values()) process.kill("SIGCONT");
    await Promise.all([...workers.values()].map(({ ended }) => ended));
    const report = await account(server, records, frozenAt);
    console.log(
      `${kind} store, frozen at ${frozenAt.join(", ")}: others saw ${JSON.stringify(seen)}: ${JSON.stringify(report)}`,
    );
    expect(report).toMatchObject({ keysPaidTwice: 0, chargesWithoutOwner: 0 });
  }, 300_000);
});
