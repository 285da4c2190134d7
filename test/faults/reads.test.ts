import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as library from "../../src/index.js";
import type { ClientOptions } from "../../src/index.js";
import type { MockFailure } from "../../src/mock-server/index.js";
import { apiKey, failureOf } from "./support/failure.js";
import { startMockClient } from "./support/mock-client.js";

const page = "<!doctype html><h1>Something went wrong</h1>";
const stated = (code: number, data?: unknown) => JSON.stringify({ code, msg: "so it is", data });
const answer = (status: number, body = "", headers = {}): MockFailure => ({
  kind: "response",
  status,
  body,
  headers,
});

const passing: [name: string, failure: MockFailure, gives: keyof typeof library][] = [
  ["a reset connection", { kind: "reset" }, "ConnectionError"],
  ["a reset upload", { kind: "reset-upload" }, "ConnectionError"],
  ["an answer that is cut off", { kind: "cut" }, "ConnectionError"],
  ["the first half of the JSON", { kind: "alter", alter: halve }, "UnexpectedResponseError"],
  ["a page at 200", answer(200, page), "UnexpectedResponseError"],
  ["nothing at 200", answer(200), "UnexpectedResponseError"],
  ["a redirect", { kind: "redirect", location: "http://127.0.0.1:9/" }, "ConnectionError"],
  ["2 MB of junk", { kind: "junk", bytes: 2e6 }, "ConnectionError"],
  ["408", answer(408), "UnexpectedResponseError"],
  ["429", answer(429), "RateLimitError"],
  ["429 with Retry-After", answer(429, "", { "retry-after": "0" }), "RateLimitError"],
  ["500", answer(500), "UnexpectedResponseError"],
  ["500 with the service's word", answer(500, stated(9999)), "ServiceError"],
  ["502 with a page", answer(502, page), "UnexpectedResponseError"],
  ["503", answer(503), "UnexpectedResponseError"],
  ["504", answer(504), "UnexpectedResponseError"],
];

const lasting: [name: string, failure: MockFailure, gives: keyof typeof library][] = [
  ["400", answer(400, page), "ServiceError"],
  ["401", answer(401), "AuthenticationError"],
  ["403", answer(403), "AuthenticationError"],
  ["404", answer(404, page), "ServiceError"],
  ["code 9999", answer(200, stated(9999)), "ServiceError"],
  ["code 9000", answer(200, stated(9000)), "InsufficientCreditsError"],
  ["an unknown code", answer(200, stated(1234)), "ServiceError"],
  ["JSON of another shape", answer(200, '{"status":"ok"}'), "UnexpectedResponseError"],
  [
    "a task without a code",
    answer(200, '{"data":{"taskid":"task-7","image_status":3}}'),
    "UnexpectedResponseError",
  ],
  [
    "a task whose code is no number",
    answer(200, '{"code":true,"data":{"taskid":"task-7","image_status":3}}'),
    "UnexpectedResponseError",
  ],
  ["a task without a status", answer(200, stated(1000, { taskid: "task-7" })), "UnexpectedResponseError"],
];

beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** A client that has submitted a task, whose reads fail as told by their ordinal. */
async function startReader(
  fail: (read: number) => MockFailure | undefined,
  options: ClientOptions = {},
  duration = 0,
) {
  const started = await startMockClient(
    {
      taskDurationMs: duration,
      fail: ({ role, ordinalOfRole }) => (role === "status" ? fail(ordinalOfRole) : undefined),
    },
    options,
  );
  const { taskid } = await started.client.submit("seedreamv5", { prompt: "a red fox" });
  return { ...started, taskid };
}

describe("a read", () => {
  it("takes null for what there is not", async () => {
    const data = {
      taskid: "task-7",
      image_status: 3,
      width: null,
      height: null,
      url: [null, "https://images.test/1"],
    };
    const { client } = await startReader(() => answer(200, stated(1000, data)));
    const { width, height, urls } = await client.status("task-7");
    expect({ width, height, urls }).toEqual({
      width: undefined,
      height: undefined,
      urls: ["https://images.test/1"],
    });
  });
});

describe("a read that meets what may pass is tried again", () => {
  it.each(passing)("%s, three times by default", async (_, failure) => {
    const { client, taskid, reads } = await startReader((read) => (read <= 3 ? failure : undefined));
    expect(await client.status(taskid)).toMatchObject({ taskid, status: "completed" });
    expect(reads()).toBe(4);
  });

  it.each(passing)("%s, until its tries are used up", async (_, failure, gives) => {
    const { client, taskid, reads, server } = await startReader(() => failure, { statusRetries: 1 });
    const error = await failureOf(client.status(taskid));
    expect(error).toBeInstanceOf(library[gives]);
    expect(error).toMatchObject({ outcome: "accepted", taskid });
    expect(reads()).toBe(2);
    expect(server.ledger.length).toBe(1);
  });

  it("a refused connection", async () => {
    const { client, taskid, server } = await startReader(() => undefined);
    await server.close();
    const error = await failureOf(client.status(taskid));
    expect(error).toBeInstanceOf(library.ConnectionError);
    expect(error).toMatchObject({ outcome: "accepted", taskid });
  });

  it("but not after its deadline, which is one for all its tries", async () => {
    const { client, taskid, reads } = await startReader((read) =>
      read === 1 ? { kind: "reset" } : { kind: "hang" },
    );
    const error = await failureOf(client.status(taskid, { timeoutMs: 300 }));
    expect(error).toBeInstanceOf(library.ConnectionError);
    expect(error).toMatchObject({ outcome: "accepted", taskid });
    expect(error.message).toMatch(/no response within 300 ms; task [\w-]+$/);
    expect(reads()).toBe(2);
  });

  it.each([429, 503])("but not if it has to wait longer than it may, after %i", async (status) => {
    const { client, taskid, reads } = await startReader(() => answer(status, "", { "retry-after": "31" }));
    const error = await failureOf(client.status(taskid));
    expect(error).toMatchObject({ outcome: "accepted", taskid, httpStatus: status, retryAfterMs: 31_000 });
    expect(reads()).toBe(1);
  });
});

describe("a read that meets what will not pass is not tried again", () => {
  it.each(lasting)("%s", async (_, failure, gives) => {
    const { client, taskid, reads } = await startReader(() => failure);
    const error = await failureOf(client.status(taskid));
    expect(error).toBeInstanceOf(library[gives]);
    expect(error).toMatchObject({ outcome: "accepted", taskid });
    expect(reads()).toBe(1);
  });
});

describe("a read that cannot be sent still names its task", () => {
  it("when the key cannot be had", async () => {
    const { server, taskid, reads } = await startReader(() => undefined);
    const client = library.createClient({
      apiKey: () => Promise.reject(new Error("the vault is shut")),
      baseUrl: server.url,
    });
    const error = await failureOf(client.wait(taskid));
    expect(error).toBeInstanceOf(library.ConfigurationError);
    expect(error).toMatchObject({ outcome: "accepted", taskid });
    expect(reads()).toBe(0);
  });

  it.each([
    { timeoutMs: 0 },
    { timeoutMs: NaN },
    { pollIntervalMs: -1 },
    { onStatus: "print" },
    { signal: new AbortController() },
    { timeout: 60_000 },
  ])("when an option is bad: %o", async (options) => {
    const client = library.createClient({ apiKey });
    const error = await failureOf(client.wait("task-7", options as never));
    expect(error).toBeInstanceOf(library.ConfigurationError);
    expect(error).toMatchObject({ outcome: "accepted", taskid: "task-7" });
  });
});

describe("a wait", () => {
  it("survives whatever may pass, as often as it comes", async () => {
    const failures = passing.flatMap(([, failure]) => [failure, failure]);
    const { client, taskid, reads } = await startReader((read) => failures[read - 1]);
    expect(await client.wait(taskid, { pollIntervalMs: 1 })).toMatchObject({ status: "completed" });
    expect(reads()).toBe(failures.length + 1);
  });

  it.each(lasting)("ends at the first %s", async (_, failure, gives) => {
    const { client, taskid, reads } = await startReader(
      (read) => (read === 2 ? failure : undefined),
      {},
      1e9,
    );
    const error = await failureOf(client.wait(taskid, { pollIntervalMs: 1 }));
    expect(error).toBeInstanceOf(library[gives]);
    expect(error).toMatchObject({ outcome: "accepted", taskid });
    expect(reads()).toBe(2);
  });

  it.each([429, 503])("does not poll sooner than the service asked for with %i", async (status) => {
    const { client, taskid, reads } = await startReader(() => answer(status, "", { "retry-after": "6" }));
    const error = await failureOf(client.wait(taskid, { pollIntervalMs: 1, timeoutMs: 300 }));
    expect(error).toBeInstanceOf(library.WaitTimeoutError);
    expect(error.cause).toMatchObject({ retryAfterMs: 6000 });
    expect(reads()).toBe(1);
  });

  it("waits out the seconds of Retry-After and goes on", async () => {
    const { client, taskid, reads } = await startReader((read) =>
      read === 1 ? answer(429, "", { "retry-after": "1" }) : undefined,
    );
    const before = performance.now();
    await client.wait(taskid, { pollIntervalMs: 1 });
    expect(performance.now() - before).toBeGreaterThan(990);
    expect(reads()).toBe(2);
  });

  it("that is given up says all that is needed to go on", async () => {
    let clock = 0;
    const { server, client } = await startMockClient({ taskDurationMs: 1000, now: () => clock });
    const error = await failureOf(
      // One poll, so that the deadline comes between polls and not during one.
      client.generate("seedreamv5", { prompt: "a red fox" }, { timeoutMs: 1000, pollIntervalMs: 60_000 }),
    );
    expect(error).toBeInstanceOf(library.WaitTimeoutError);
    expect(error).toMatchObject({ outcome: "accepted", task: { status: "queued" } });
    expect(error.cause).toBeUndefined();

    clock = 2000;
    const another = library.createClient({ apiKey, baseUrl: server.url });
    expect(await another.wait(error.taskid!)).toMatchObject({ status: "completed", taskid: error.taskid });
    expect(server.ledger.map(({ taskid }) => taskid)).toEqual([error.taskid]);
  });

  it("that is given up does not blame a failure that has passed", async () => {
    const { client, taskid } = await startReader(
      (read) => (read === 1 ? { kind: "reset" } : undefined),
      {},
      1e9,
    );
    const error = await failureOf(client.wait(taskid, { timeoutMs: 200, pollIntervalMs: 10 }));
    expect(error).toMatchObject({ name: "WaitTimeoutError", task: { status: "queued" } });
    expect(error.cause).toBeUndefined();
  });

  it("that never got an answer says so", async () => {
    const { client, taskid } = await startReader(() => ({ kind: "hang" }));
    const error = await failureOf(client.wait(taskid, { timeoutMs: 100 }));
    expect(error).toBeInstanceOf(library.WaitTimeoutError);
    expect(error).toMatchObject({
      outcome: "accepted",
      taskid,
      message: expect.stringMatching(/never read/),
    });
  });

  it("is given up in time although its turn to poll never comes", async () => {
    const { client, taskid, reads } = await startReader(() => ({ kind: "hang" }), { maxConcurrentPolls: 1 });
    const controller = new AbortController();
    const first = client.wait(taskid, { signal: controller.signal });
    const error = await failureOf(client.wait(taskid, { timeoutMs: 100 }));
    expect(error).toMatchObject({ name: "WaitTimeoutError", outcome: "accepted", taskid });
    expect(reads()).toBe(1);
    controller.abort();
    await expect(first).rejects.toThrow();
  });

  it("goes on over a read that hangs", async () => {
    const { client, taskid, reads } = await startReader(
      (read) => (read === 1 ? { kind: "hang" } : undefined),
      { statusTimeoutMs: 1000 },
    );
    expect(await client.wait(taskid, { pollIntervalMs: 1 })).toMatchObject({ status: "completed" });
    expect(reads()).toBe(2);
  });

  it("tolerates statuses that nobody knows", async () => {
    const odd = [17, "paused", "", -1, 3.5];
    const { client, taskid, reads } = await startReader((read) =>
      read <= odd.length
        ? {
            kind: "alter",
            alter: (body) =>
              body
                .toString()
                .replace(/"image_status":\d+/, `"image_status":${JSON.stringify(odd[read - 1])}`),
          }
        : undefined,
    );
    const seen: string[] = [];
    const onStatus = ({ status }: library.Task) => void seen.push(status);
    expect(await client.wait(taskid, { pollIntervalMs: 1, onStatus })).toMatchObject({ status: "completed" });
    expect(seen).toEqual(["unknown", "completed"]);
    expect(reads()).toBe(odd.length + 1);
  });

  it("takes no harm when the clock jumps", async () => {
    const { client } = await startMockClient({ now: () => 0 });
    const { taskid } = await client.submit("seedreamv5", { prompt: "a red fox [mock:stuck]" });
    const day = 24 * 60 * 60 * 1000;
    let jumps = 0;
    vi.spyOn(Date, "now").mockImplementation(() => (jumps++ % 2 ? 1 : -1) * jumps * day);
    const error = await failureOf(client.wait(taskid, { pollIntervalMs: 1, timeoutMs: 200 }));
    expect(error).toBeInstanceOf(library.WaitTimeoutError);
    expect(error).toMatchObject({ task: { status: "processing" } });
  });
});
function halve(body: Buffer): Buffer {
  return body.subarray(0, body.length / 2);
}
