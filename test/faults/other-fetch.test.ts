import { Readable } from "node:stream";
import { inspect } from "node:util";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createClient, isTensorsLabError, OutcomeUnknownError } from "../../src/index.js";
import type { Fetch } from "../../src/index.js";
import { apiKey, failureOf } from "./support/failure.js";
import { startMockClient } from "./support/mock-client.js";

// A fetch of the caller's: what it returns, and what it throws.

const input = { prompt: "a red fox" };

/** A fetch that sends the request, and returns something else than the platform's Response. */
const returning =
  (convert: (response: Response) => unknown): Fetch =>
  async (url, init) =>
    convert(await fetch(url, init)) as Response;

describe("a paid submit keeps its task with a response that is", () => {
  it.each<[string, (response: Response) => unknown]>([
    [
      "node-fetch's, with a Node stream",
      ({ status, headers, ok, body }) => ({ status, headers, ok, body: Readable.fromWeb(body as never) }),
    ],
    [
      "React Native's, with text alone",
      (response) => ({ status: 200, ok: true, text: () => response.text() }),
    ],
    ["a test double with json alone", (response) => ({ ok: true, json: () => response.json() })],
    ["a test double with a status and json", (response) => ({ status: 200, json: () => response.json() })],
    [
      "without headers",
      (response) => ({ status: 200, ok: true, body: response.body, text: () => response.text() }),
    ],
    [
      "axios's, with the body parsed in `data`",
      async (response) => ({ status: response.status, headers: {}, data: await response.json() }),
    ],
    ["ofetch's, which is the parsed body itself", (response) => response.json()],
    [
      "ofetch's raw one, whose body was read",
      async (response) => Object.assign(response, { _data: await response.json() }),
    ],
    [
      "with headers that hold numbers",
      (response) => ({ status: 200, headers: new Map([["retry-after", 5]]), json: () => response.json() }),
    ],
    [
      "frozen",
      (response) =>
        Object.freeze({ status: 200, ok: true, headers: response.headers, text: () => response.text() }),
    ],
  ])("%s", async (_, convert) => {
    const { server, client } = await startMockClient({}, { fetch: returning(convert) });
    const { taskid } = await client.submit("seedreamv5", input);
    expect(server.ledger.map((charge) => charge.taskid)).toEqual([taskid]);
    expect((await client.status(taskid)).taskid).toBe(taskid);
  });

  it("longer than it announces: it is given up once it is too long", async () => {
    for (const type of ["cors", "default"] as const) {
      let bytes = 0;
      const body = new ReadableStream({
        pull(controller) {
          controller.enqueue(new Uint8Array(65_536).fill(32));
          if ((bytes += 65_536) > 20_000_000) controller.close();
        },
      });
      // Compressed, as a browser gives it from another origin, or by a fetch that unpacks it itself.
      const response = new Response(body, { headers: { "content-length": "1000" } });
      Object.defineProperty(response, "type", { value: type });
      const client = createClient({ apiKey, fetch: async () => response });
      expect(await failureOf(client.submit("seedreamv5", input))).toBeInstanceOf(OutcomeUnknownError);
      expect(bytes).toBeLessThan(1_500_000);
    }
  });

  it("longer than a response may be: it is given up unread", async () => {
    const long = "x".repeat(2 * 1024 * 1024);
    for (const response of [
      { status: 200, text: async () => long },
      { ok: true, json: async () => [long] },
    ]) {
      const client = createClient({ apiKey, fetch: async () => response as unknown as Response });
      const error = await failureOf(client.submit("seedreamv5", input));
      expect(error).toBeInstanceOf(OutcomeUnknownError);
      expect(error.message.length).toBeLessThan(500);
    }
  });
});

describe("a refusal stands although its body is cut off", () => {
  const cutOff = (status: number) =>
    new Response(
      new ReadableStream({
        pull(controller) {
          controller.error(new Error("terminated"));
        },
      }),
      { status },
    );

  it.each([
    [400, "SERVICE", "rejected"],
    [401, "AUTHENTICATION", "rejected"],
    [422, "SERVICE", "rejected"],
    [408, "OUTCOME_UNKNOWN", "unknown"],
    [500, "OUTCOME_UNKNOWN", "unknown"],
    [200, "OUTCOME_UNKNOWN", "unknown"],
  ])("HTTP %i", async (status, code, outcome) => {
    const client = createClient({ apiKey, fetch: async () => cutOff(status), submitRetries: 0 });
    expect(await failureOf(client.submit("seedreamv5", input))).toMatchObject({ code, outcome });
  });
});

describe("an error that is somebody else's", () => {
  class AxiosError extends Error {
    override readonly name = "AxiosError";
    readonly code = "ERR_BAD";
    readonly status = 500;
    readonly config: unknown;
    constructor(message: string, config: unknown) {
      super(message);
      this.config = config;
    }
  }

  it("is the cause, with its class and plain fields, without the request that it holds", async () => {
    const client = createClient({
      apiKey,
      fetch: async (_, init) => {
        throw new AxiosError(`failed with ${new Headers(init?.headers).get("authorization")}`, { init });
      },
    });
    const { cause } = await failureOf(client.submit("seedreamv5", input));
    expect(cause).toBeInstanceOf(AxiosError);
    expect(cause).toMatchObject({
      name: "AxiosError",
      code: "ERR_BAD",
      status: 500,
      message: expect.stringContaining("[redacted]") as string,
    });
    expect(cause).not.toHaveProperty("config");
    expect(inspect(cause, { showHidden: true })).not.toContain(apiKey);
  });

  it("is thrown on unchanged if it is a framework's control flow", async () => {
    const control = Object.assign(new Error("needs a request"), { digest: "NEXT_PRERENDER_INTERRUPTED" });
    const client = createClient({ apiKey, fetch: () => Promise.reject(control) });
    await expect(client.submit("seedreamv5", input)).rejects.toBe(control);
    await expect(client.status("task-1")).rejects.toBe(control);
    await expect(client.wait("task-1")).rejects.toBe(control);
    client.api.use({
      onRequest() {
        throw control;
      },
    });
    await expect(client.submit("seedreamv5", input)).rejects.toBe(control);
  });
});

it("a build without a key is shown a fetch, for its framework to render the page later", async () => {
  const control = Object.assign(new Error("needs a request"), { digest: "DYNAMIC_SERVER_USAGE" });
  const seen: unknown[] = [];
  vi.stubEnv("TENSORSLAB_API_KEY", undefined);
  const patched = (...given: unknown[]) => {
    seen.push(given);
    return Promise.reject(control);
  };
  vi.stubGlobal("fetch", Object.assign(patched, { __nextPatched: true }));
  onTestFinished(() => {
    vi.unstubAllGlobals();
    vi.unstubAllEnvs();
  });
  await expect(createClient().submit("seedreamv5", input)).rejects.toBe(control);
  expect(seen).toEqual([["data:,", { cache: "no-store" }]]); // nothing for the service, and no input
});

it("a fetch of the caller's sees no abort after a success", async () => {
  const signals: AbortSignal[] = [];
  const { client } = await startMockClient(
    {},
    {
      fetch: (url, init) => {
        signals.push(init!.signal!);
        return fetch(url, init);
      },
    },
  );
  await client.generate("seedreamv5", input);
  expect(signals.length).toBeGreaterThan(1);
  expect(signals.map(({ aborted }) => aborted)).toEqual(signals.map(() => false));
});

describe("an error keeps its task", () => {
  it("in its message, in JSON and past a clone", async () => {
    const { client } = await startMockClient({
      fail: ({ role }) => (role === "status" ? { kind: "response", status: 401 } : undefined),
    });
    const { taskid } = await client.submit("seedreamv5", input);
    const error = await failureOf(client.wait(taskid));
    expect(error.message.endsWith(`task ${taskid}`)).toBe(true);
    expect(error.stack).toContain(`task ${taskid}`);
    expect(structuredClone(error).message).toContain(taskid);
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({
      name: "AuthenticationError",
      code: "AUTHENTICATION",
      outcome: "accepted",
      taskid,
      httpStatus: 401,
      message: error.message,
    });
  });

  it("and is known for one of ours, also by another copy of the package", async () => {
    const copy = "../../src/errors.js?copy";
    const other = (await import(copy)) as typeof import("../../src/errors.js");
    const error = new other.RateLimitError("slow down");
    expect(isTensorsLabError(error)).toBe(true);
    for (const value of [new Error("x"), null, undefined, "x", { code: "RATE_LIMIT" }]) {
      expect(isTensorsLabError(value)).toBe(false);
    }
  });
});
