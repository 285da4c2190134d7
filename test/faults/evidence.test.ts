import { createServer, request as httpRequest } from "node:http";
import { once } from "node:events";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { Agent, fetch as undiciFetch, interceptors, RetryAgent } from "undici";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { ConnectionError, createClient, OutcomeUnknownError } from "../../src/index.js";
import type { Fetch } from "../../src/index.js";
import { refusingUrl } from "../support/closed-port.js";
import { apiKey, failureOf } from "./support/failure.js";
import { startMockClient } from "./support/mock-client.js";

// A failure after a submit is "not-sent" only if that is certain about this very request. Each of these was charged.

const input = { prompt: "a red fox" };

/** Submits with a fetch of the caller's; expects that it was charged once, and that the outcome is unknown. */
async function expectUnknown(createFetch: (refusing: string, charge: Fetch) => Fetch): Promise<void> {
  const refusing = await refusingUrl();
  const { server } = await startMockClient();
  const client = createClient({
    apiKey,
    baseUrl: server.url,
    fetch: createFetch(refusing, (url, init) => fetch(url, init)),
  });
  const error = await failureOf(client.submit("seedreamv5", input));
  expect(error).toBeInstanceOf(OutcomeUnknownError);
  expect(error.outcome).toBe("unknown");
  expect([server.requests.length, server.ledger.length]).toEqual([1, 1]);
}

describe("a failure of something else proves nothing of the request", () => {
  it("an audit store that is down, after the response", () =>
    expectUnknown((refusing, charge) => async (url, init) => {
      const response = await charge(url, init);
      await fetch(refusing, { method: "POST", body: "audit" });
      return response;
    }));

  it("an audit store whose error is wrapped", () =>
    expectUnknown((refusing, charge) => async (url, init) => {
      await charge(url, init);
      const cause: unknown = await fetch(refusing).catch((reason: unknown) => reason);
      throw new Error("the audit failed", { cause });
    }));

  it("an audit store with a name that cannot be looked up", () =>
    expectUnknown((_, charge) => async (url, init) => {
      await charge(url, init);
      return fetch("http://no-such-host.invalid/");
    }));

  it("an audit store that gets a copy of the request's headers", () =>
    expectUnknown((refusing, charge) => async (url, init) => {
      await charge(url, init);
      return fetch(refusing, { method: "POST", headers: init?.headers ?? {}, body: "audit" });
    }));

  it("an error that only looks like one of a connection", () =>
    expectUnknown((_, charge) => async (url, init) => {
      await charge(url, init);
      throw Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED", syscall: "connect" });
    }));

  it("a mirror that is tried after the response was lost", () =>
    expectUnknown((refusing, charge) => async (url, init) => {
      await charge(url, init);
      return fetch(String(url).replace(/^http:\/\/[^/]+/, refusing), init);
    }));

  it("a mirror that is tried while the first request is still under way", () =>
    expectUnknown((refusing, charge) => async (url, init) => {
      const arrived = charge(url, { ...init });
      const mirror = fetch(String(url).replace(/^http:\/\/[^/]+/, refusing), init);
      await mirror.catch(() => undefined);
      await arrived;
      return mirror;
    }));

  it("another transport, which tells nobody of what it sends", () =>
    expectUnknown(() => async (url, init) => {
      const { host, hostname, port, pathname } = new URL(String(url));
      const { headers, body } = init as { headers: Headers; body: string };
      const lines = [...headers].map(([name, value]) => `${name}: ${value}\r\n`).join("");
      const length = `content-length: ${Buffer.byteLength(body)}\r\n`;
      const socket = connect(Number(port), hostname);
      socket.write(`POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\n${lines}${length}\r\n${body}`);
      await once(socket, "data");
      socket.destroy();
      throw Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED", syscall: "connect" });
    }));

  it("another transport that sent it before", () =>
    expectUnknown((refusing) => async (url, init) => {
      const { method = "", headers, body } = init as { method: string; headers: Headers; body: string };
      await new Promise((resolve, reject) => {
        const outgoing = httpRequest(String(url), { method, headers: Object.fromEntries(headers) }, resolve);
        outgoing.on("error", reject).end(body);
      });
      return fetch(String(url).replace(/^http:\/\/[^/]+/, refusing), init);
    }));

  it("an older copy of undici with a retrying dispatcher, whose second try is refused", async () => {
    let requests = 0;
    const server = createServer((request, response) => {
      request.resume().on("end", () => {
        requests++;
        server.close();
        response.socket?.resetAndDestroy();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const dispatcher = new RetryAgent(new Agent(), {
      methods: ["POST"],
      errorCodes: ["ECONNRESET", "UND_ERR_SOCKET"],
      maxRetries: 1,
      minTimeout: 1,
    });
    const client = createClient({
      apiKey,
      baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      fetch: (url, init) => fetch(url, { ...init, dispatcher } as RequestInit),
    });
    expect(await failureOf(client.submit("seedreamv5", input))).toBeInstanceOf(OutcomeUnknownError);
    expect(requests).toBe(1);
  });
});

describe("a connection that was refused proves that nothing was sent", () => {
  /** Submits where nobody listens, and expects that it was tried three times. */
  async function expectNotSent(wrapped: Fetch): Promise<void> {
    vi.spyOn(Math, "random").mockReturnValue(0);
    onTestFinished(() => void vi.restoreAllMocks());
    const attempt = vi.fn(wrapped);
    const client = createClient({ apiKey, baseUrl: await refusingUrl(), fetch: attempt });
    const error = await failureOf(client.submit("seedreamv5", input));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.outcome).toBe("not-sent");
    expect(attempt).toHaveBeenCalledTimes(3);
  }

  it("through a wrapper", () => expectNotSent((url, init) => fetch(url, init)));

  it("through a wrapper that wraps the error", () =>
    expectNotSent((url, init) =>
      fetch(url, init).catch((cause: unknown) => {
        throw new Error("could not be fetched", { cause });
      }),
    ));

  it("through the fetch of another copy of undici", () =>
    expectNotSent((url, init) => undiciFetch(url as string, init as never) as unknown as Promise<Response>));

  it("through a dispatcher that tries again by itself", () => {
    const dispatcher = new Agent().compose(
      interceptors.retry({ methods: ["POST"], errorCodes: ["ECONNREFUSED"], maxRetries: 2, minTimeout: 1 }),
    );
    return expectNotSent((url, init) => fetch(url, { ...init, dispatcher } as RequestInit));
  });

  it("also while another request is under way that arrives", async () => {
    const { client, server } = await startMockClient();
    const [submission] = await Promise.all([
      client.submit("seedreamv5", input),
      expectNotSent((url, init) => fetch(url, init)),
    ]);
    expect(server.ledger.map(({ taskid }) => taskid)).toEqual([submission.taskid]);
  });
});

describe("nothing is sent", () => {
  it("by a runtime without fetch", async () => {
    vi.stubGlobal("fetch", undefined);
    onTestFinished(() => void vi.unstubAllGlobals());
    const error = await failureOf(createClient({ apiKey }).submit("seedreamv5", input));
    expect(error).toMatchObject({ code: "CONFIGURATION", outcome: "not-sent" });
  });
});
