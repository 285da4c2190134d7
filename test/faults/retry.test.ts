import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { createClient } from "../../src/index.js";
import type { Fetch } from "../../src/index.js";
import { RateLimitError } from "../../src/errors.js";
import { startMockServer } from "../../src/mock-server/index.js";
import { parseRetryAfter, retryDelayMs } from "../../src/reliability/retry.js";

afterEach(() => {
  vi.restoreAllMocks();
});

const day = 24 * 60 * 60 * 1000;

describe("the delay before another try", () => {
  it("grows exponentially to eight seconds, with full jitter", () => {
    const delays = () => Array.from({ length: 7 }, (_, failures) => retryDelayMs(undefined, failures));
    vi.spyOn(Math, "random").mockReturnValue(0);
    expect(delays()).toEqual([0, 0, 0, 0, 0, 0, 0]);
    vi.spyOn(Math, "random").mockReturnValue(0.5);
    expect(delays()).toEqual([250, 500, 1000, 2000, 4000, 4000, 4000]);
  });

  it("is never shorter than what the service asked for", () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    expect(retryDelayMs(new RateLimitError("429", { retryAfterMs: 3000 }), 0)).toBe(3000);
    vi.spyOn(Math, "random").mockReturnValue(0.5);
    expect(retryDelayMs(new RateLimitError("429", { retryAfterMs: 3000 }), 0)).toBe(3250);
  });
});

describe("a process that is frozen before another try until the deadline has passed", () => {
  it.each([
    ["submit", "rejected"],
    ["status", "accepted"],
  ] as const)("sends nothing more: %s", async (role, outcome) => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const server = await startMockServer({
      fail: (request) =>
        request.role === role
          ? { kind: "response", status: 429, headers: { "retry-after": "0.3" } }
          : undefined,
    });
    onTestFinished(() => server.close());
    const freeze = () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
    const freezingFetch: Fetch = async (request, init) => {
      const response = await fetch(request, init);
      setTimeout(freeze, 50); // by then it waits for the time that the service asked for
      return response;
    };
    const timeoutMs = 1000;
    const client = createClient({ apiKey: "any-key", baseUrl: server.url, fetch: freezingFetch });
    const ended =
      role === "submit"
        ? client.submit("seedreamv5", { prompt: "a fox" }, { timeoutMs })
        : client.status("task-7", { timeoutMs });
    await expect(ended).rejects.toMatchObject({ name: "RateLimitError", outcome });
    expect(server.requests).toHaveLength(1);
  });
});

describe("Retry-After", () => {
  it.each([
    ["120", 120_000],
    [" 3 ", 3000],
    ["0.5", 500],
    ["0", 0],
    ["30, 120", 120_000],
    ["86401", day],
    ["9".repeat(400), day],
    ["Sun, 06 Nov 1994 08:50:00 GMT", 23_000],
    ["Sunday, 06-Nov-94 08:50:00 GMT", 23_000],
    ["Sun Nov  6 08:50:00 1994", 23_000],
    ["Sun, 06 Nov 1994 08:00:00 GMT", 0],
    ["Sun, 06 Nov 2994 08:00:00 GMT", day],
    ["", undefined],
    ["-5", undefined],
    ["soon", undefined],
    ["1.2.3", undefined],
    ["5, soon", undefined],
    ["at 08:50 in 1994", undefined],
    ["in 5 minutes", undefined],
    ["1e3", undefined],
    ["Infinity", undefined],
    ["06 Foo 1994 GMT", undefined],
  ])("of %j", (value, expected) => {
    // A local clock that is wrong by years does not matter.
    vi.spyOn(Date, "now").mockReturnValue(0);
    const headers = new Headers({ "retry-after": value, date: "Sun, 06 Nov 1994 08:49:37 GMT" });
    expect(parseRetryAfter(headers)).toBe(expected);
  });

  it("as a date goes by the local clock if the answer has none", () => {
    vi.spyOn(Date, "now").mockReturnValue(Date.UTC(1994, 10, 6, 8, 49, 37));
    expect(parseRetryAfter(new Headers({ "retry-after": "Sun, 06 Nov 1994 08:50:00 GMT" }))).toBe(23_000);
  });

  it("may be missing", () => expect(parseRetryAfter(new Headers())).toBeUndefined());
});
