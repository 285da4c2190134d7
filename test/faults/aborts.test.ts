import { getEventListeners } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { ConnectionError, createClient } from "../../src/index.js";
import type { Client, ClientOptions, Fetch } from "../../src/index.js";
import type { MockFailure, MockServer } from "../../src/mock-server/index.js";
import { runModule } from "../support/run-module.js";
import { apiKey, failureOf } from "./support/failure.js";
import { startMockClient } from "./support/mock-client.js";
import { trackTimers } from "./support/timers.js";

const input = { prompt: "a red fox [mock:stuck]" };
const hang: MockFailure = { kind: "hang" };
const countListeners = ({ signal }: AbortController) => getEventListeners(signal, "abort").length;

/** Something that can be stopped, and how to tell that it has come to where it is to be stopped. */
interface Work {
  name: string;
  fail?: (role: string, ordinalOfRole: number) => MockFailure | undefined;
  options?: ClientOptions;
  start: (client: Client, taskid: string, signal: AbortSignal) => Promise<unknown>;
  /** Number of requests that the server then has, by role. */
  asked: [role: string, count: number];
  /** Between which milliseconds the one timer is that is then running. */
  sleeps?: [least: number, most: number];
}

const countOf = ({ requests }: MockServer, role: string) =>
  requests.filter((request) => request.role === role).length;

const works: Work[] = [
  {
    name: "a submit",
    fail: (role, ordinal) => (role === "submit" && ordinal > 1 ? hang : undefined),
    start: (client, _, signal) => client.submit("seedreamv5", input, { signal }),
    asked: ["submit", 2],
  },
  {
    name: "a submit that waits to be sent again",
    fail: (role, ordinal) =>
      role === "submit" && ordinal > 1
        ? { kind: "response", status: 429, headers: { "retry-after": "60" } }
        : undefined,
    start: (client, _, signal) => client.submit("seedreamv5", input, { signal }),
    asked: ["submit", 2],
    sleeps: [60_000, 60_500],
  },
  {
    name: "a wait during a poll",
    fail: (role) => (role === "status" ? hang : undefined),
    start: (client, taskid, signal) => client.wait(taskid, { signal }),
    asked: ["status", 1],
  },
  {
    name: "a wait between polls",
    start: (client, taskid, signal) => client.wait(taskid, { signal, pollIntervalMs: 60_000 }),
    asked: ["status", 1],
    sleeps: [45_000, 75_000],
  },
  {
    name: "a wait between polls that fail",
    fail: (role) => (role === "status" ? { kind: "response", status: 503 } : undefined),
    start: (client, taskid, signal) => client.wait(taskid, { signal, pollIntervalMs: 60_000 }),
    asked: ["status", 1],
    sleeps: [45_000, 75_000],
  },
  {
    name: "a read",
    fail: (role) => (role === "status" ? hang : undefined),
    start: (client, taskid, signal) => client.status(taskid, { signal }),
    asked: ["status", 1],
  },
  {
    name: "a read that waits to be tried again",
    fail: (role) =>
      role === "status" ? { kind: "response", status: 429, headers: { "retry-after": "20" } } : undefined,
    start: (client, taskid, signal) => client.status(taskid, { signal }),
    asked: ["status", 1],
    sleeps: [20_000, 20_500],
  },
  {
    name: "a generation",
    start: (client, _, signal) => client.generate("seedreamv5", input, { signal, pollIntervalMs: 60_000 }),
    asked: ["status", 1],
    sleeps: [45_000, 75_000],
  },
  {
    name: "a watch",
    start: async (client, taskid, signal) => {
      for await (const _ of client.watch(taskid, { signal, pollIntervalMs: 60_000 }));
    },
    asked: ["status", 1],
    sleeps: [45_000, 75_000],
  },
];

describe("an abort ends at once, with the signal's reason and nothing left behind:", () => {
  it.each(works)("$name", async ({ fail, options, start, asked: [role, count], sleeps }) => {
    const { server, client } = await startMockClient(
      { fail: ({ role, ordinalOfRole }) => fail?.(role, ordinalOfRole) },
      options,
    );
    const { taskid } = await client.submit("seedreamv5", input);
    const controller = new AbortController();
    const reason = new Error("that is enough");
    const runningTimers = trackTimers();

    let ending: unknown;
    start(client, taskid, controller.signal).catch((error: unknown) => {
      ending = error;
    });
    await vi.waitFor(
      () => {
        expect(countOf(server, role)).toBe(count);
        const delays = runningTimers().map((delay) => !sleeps || (delay >= sleeps[0] && delay <= sleeps[1]));
        expect(delays).toEqual(sleeps ? [true] : expect.arrayContaining([true]));
      },
      { interval: 5 },
    );
    expect(ending).toBeUndefined();
    expect(countListeners(controller)).toBe(1);

    controller.abort(reason);
    await new Promise(setImmediate); // one turn of the event loop, however long the polls are
    expect(ending).toBe(reason);
    expect(countListeners(controller)).toBe(0);
    expect(runningTimers()).toEqual([]);
  });

  it("a wait that has no room to poll, although nothing makes room", async () => {
    const { server, client } = await startMockClient({ fail: () => hang }, { maxConcurrentPolls: 1 });
    const [first, second] = [new AbortController(), new AbortController()];
    const endings: unknown[] = [];
    for (const { signal } of [first, second]) {
      client.wait("task-7", { signal }).catch((error: unknown) => endings.push(error));
    }
    await vi.waitFor(() => expect(server.requests.length).toBe(1), { interval: 5 });
    for (const [index, controller] of [second, first].entries()) {
      controller.abort(index);
      await new Promise(setImmediate);
      expect(endings.at(-1)).toBe(index);
      expect(countListeners(controller)).toBe(0);
    }
    expect(server.requests.length).toBe(1);
  });

  it("before anything was sent", async () => {
    const { server, client } = await startMockClient();
    const reason = new Error("that is enough");
    const signal = AbortSignal.abort(reason);
    const onSubmitted = vi.fn();
    await expect(client.generate("seedreamv5", input, { signal, onSubmitted })).rejects.toBe(reason);
    await expect(client.wait("task-7", { signal })).rejects.toBe(reason);
    await expect(client.status("task-7", { signal })).rejects.toBe(reason);
    await expect(client.watch("task-7", { signal }).next()).rejects.toBe(reason);
    expect(server.requests.length).toBe(0);
    expect(onSubmitted).not.toHaveBeenCalled();
  });

  it("after a submit that was accepted, whose id was handed out before", async () => {
    const { server, client } = await startMockClient();
    const controller = new AbortController();
    const reason = new Error("that is enough");
    const known: string[] = [];
    const generation = client.generate("seedreamv5", input, {
      signal: controller.signal,
      onSubmitted({ taskid }) {
        controller.abort(reason);
        known.push(taskid);
      },
    });
    await expect(generation).rejects.toBe(reason);
    expect(known).toEqual(server.ledger.map(({ taskid }) => taskid));
  });

  it("whatever kind of error the reason is", async () => {
    const { server, client } = await startMockClient({ fail: () => hang });
    for (const outcome of ["not-sent", "unknown"] as const) {
      const reason = new ConnectionError("that is enough", { outcome });
      const asItIs = { ...reason };
      const controller = new AbortController();
      const { signal } = controller;
      const ends = [client.submit("seedreamv5", input, { signal }), client.status("task-7", { signal })];
      const asked = server.requests.length + 2;
      await vi.waitFor(() => expect(server.requests.length).toBe(asked), { interval: 5 });
      controller.abort(reason);
      for (const end of ends) await expect(end).rejects.toBe(reason);
      expect({ ...reason }).toEqual(asItIs);
      expect(server.requests.length).toBe(asked);
    }
  });

  it("with the platform's own reasons", async () => {
    const { client } = await startMockClient();
    await expect(client.wait("task-7", { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: "AbortError",
    });
    const { taskid } = await client.submit("seedreamv5", input);
    await expect(client.wait(taskid, { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
      name: "TimeoutError",
    });
  });
});

describe("nothing is left behind", () => {
  it.each(["a success", "a failure", "a deadline", "a consumer that leaves"])("after %s", async (ending) => {
    const { client } = await startMockClient();
    const prompt = { "a success": "a fox", "a failure": "a fox [mock:task-failed]" }[ending] ?? input.prompt;
    const { taskid } = await client.submit("seedreamv5", { prompt });
    const controller = new AbortController();
    const runningTimers = trackTimers();
    const { signal } = controller;
    if (ending === "a success") await client.wait(taskid, { signal });
    else if (ending === "a consumer that leaves")
      for await (const _ of client.watch(taskid, { signal })) break;
    else await failureOf(client.wait(taskid, { signal, timeoutMs: 50 }));
    expect(countListeners(controller)).toBe(0);
    expect(runningTimers()).toEqual([]);
  });
});

describe("every request", () => {
  it("has a signal of its own and goes past every cache", async () => {
    const requests: RequestInit[] = [];
    const recordingFetch: Fetch = (url, init = {}) => {
      requests.push(init);
      return fetch(url, init);
    };
    const { client } = await startMockClient({ taskDurationMs: 500 }, { fetch: recordingFetch });
    const { signal } = new AbortController();
    await client.generate("seedreamv5", { prompt: "a fox" }, { signal, pollIntervalMs: 1 });
    expect(requests.length).toBeGreaterThan(2);
    expect(new Set([signal, ...requests.map((request) => request.signal)]).size).toBe(requests.length + 1);
    expect(requests.map(({ cache }) => cache)).toEqual(requests.map(() => "no-store"));
  });
});

describe("a process", () => {
  it("ends by itself after an abort, although a poll is still unanswered", async () => {
    const silent = createServer((socket) => socket.on("error", () => undefined).resume());
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void silent.close());
    const baseUrl = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const program = `
      import { createClient } from "./src/index.ts";
      const client = createClient({ apiKey: "any", baseUrl: ${JSON.stringify(baseUrl)} });
      const controller = new AbortController();
      const wait = client.wait("task-7", { signal: controller.signal });
      setTimeout(() => controller.abort(new Error("that is enough")), 50);
      await wait.catch((error) => console.log(error.message));`;
    expect(await runModule(program)).toBe("that is enough\n");
  });
});

describe("a client of a caller's own fetch that takes no notice of its signal", () => {
  it("stops all the same", async () => {
    const client = createClient({ apiKey, fetch: () => new Promise(() => undefined) });
    const error = await failureOf(client.submit("seedreamv5", input, { timeoutMs: 20 }));
    expect(error).toMatchObject({ name: "OutcomeUnknownError", outcome: "unknown" });
  });

  it.each(["a deadline", "an abort"])("sends nothing after %s that came first", async (end) => {
    const attempt = vi.fn<Fetch>(() => new Promise(() => undefined));
    let giveKey = (_: string): void => undefined;
    const key = new Promise<string>((resolve) => {
      giveKey = resolve;
    });
    const client = createClient({ apiKey: () => key, fetch: attempt });
    const controller = new AbortController();
    const options = end === "a deadline" ? { timeoutMs: 20 } : { signal: controller.signal };
    const submitting = client.submit("seedreamv5", input, options);
    const reason = new Error("that is enough");
    controller.abort(reason);
    if (end === "an abort") await expect(submitting).rejects.toBe(reason);
    else expect(await failureOf(submitting)).toMatchObject({ outcome: "not-sent" });
    giveKey(apiKey);
    await new Promise(setImmediate);
    expect(attempt).not.toHaveBeenCalled();
  });
});
