import { readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { TlsOptions } from "node:tls";
import { Worker } from "node:worker_threads";
import { Agent } from "undici";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ConnectionError, createClient, OutcomeUnknownError } from "../../src/index.js";
import type { ClientOptions, Fetch } from "../../src/index.js";
import { refusingUrl } from "../support/closed-port.js";
import { builtInFetch } from "./support/built-in-fetch.js";
import { apiKey, failureOf } from "./support/failure.js";
import { countRequests, httpAnswer, isWhole, startRawServer } from "./support/raw-server.js";

const accepted = { code: 1000, msg: "success", data: { taskid: "task-7" } };
const input = { prompt: "a red fox" };
const pem = (name: string) => readFileSync(new URL(`support/${name}.pem`, import.meta.url));
const certificate = { key: pem("key"), cert: pem("certificate") };

/** The runtime's own fetch with connections that are set up like this; counts how often it was asked. */
function fetchWith(connect: NonNullable<Agent.Options["connect"]>) {
  const dispatcher = new Agent({ connect });
  return vi.fn<Fetch>((url, init) => builtInFetch(url, { ...init, dispatcher } as RequestInit));
}

beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Submits and expects that it is certain that nothing was sent, however often it was tried. */
async function expectNeverSent(options: ClientOptions, attempts = 3) {
  const attempt = vi.fn<Fetch>(options.fetch ?? ((...request) => fetch(...request)));
  const client = createClient({ apiKey, ...options, fetch: attempt });
  const error = await failureOf(client.submit("seedreamv5", input));
  expect(error).toBeInstanceOf(ConnectionError);
  expect(error.outcome).toBe("not-sent");
  expect(error.taskid).toBeUndefined();
  expect(attempt).toHaveBeenCalledTimes(attempts);
}

describe("a submit that cannot reach the service is tried again, and is known not to be sent", () => {
  it("when the name is unknown", () => expectNeverSent({ baseUrl: "https://no-such-host.invalid" }));

  it("when the connection is refused", async () => {
    const server = await startRawServer(() => undefined);
    await server.close();
    await expectNeverSent({ baseUrl: `http://127.0.0.1:${server.port}` });
  });

  it("when every address of a name refuses", async () => {
    const server = await startRawServer(() => undefined);
    await server.close();
    await expectNeverSent({ baseUrl: `http://localhost:${server.port}` });
  });

  it("as often as it was told", async () =>
    expectNeverSent({ baseUrl: await refusingUrl(), submitRetries: 5 }, 6));

  it("when nobody takes the connection", async () => {
    // A listener that is blocked, and whose queue is filled, leaves every further handshake unanswered.
    const worker = new Worker(
      `const server = require("node:net").createServer();
       server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
         require("node:worker_threads").parentPort.postMessage(server.address().port);
         setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
       });`,
      { eval: true },
    );
    const port = await new Promise<number>((resolve) => worker.once("message", resolve));
    const queue = Array.from({ length: 8 }, () => connect(port, "127.0.0.1").on("error", () => undefined));
    await expectNeverSent(
      { baseUrl: `http://127.0.0.1:${port}`, submitRetries: 0, fetch: fetchWith({ timeout: 100 }) },
      1,
    );
    for (const socket of queue) socket.destroy();
    await worker.terminate();
  });

  const handshakes: [string, Fetch | undefined, TlsOptions | "text" | "hang up"][] = [
    ["has a certificate that nobody vouches for", undefined, certificate],
    ["has the certificate of another name", fetchWith({ ca: certificate.cert }), certificate],
    [
      "speaks an older TLS only",
      fetchWith({ ca: certificate.cert, servername: "service.test", minVersion: "TLSv1.3" }),
      { ...certificate, maxVersion: "TLSv1.2" },
    ],
    ["speaks no TLS", undefined, "text"],
    ["hangs up in the handshake", undefined, "hang up"],
  ];
  it.each(handshakes)("when the service %s", async (_, fetch, behaviour) => {
    const isTls = typeof behaviour === "object";
    const server = await startRawServer(
      (socket) => socket.end(behaviour === "text" ? "HTTP/1.1 400 Bad Request\r\n\r\n" : ""),
      isTls ? createTlsServer(behaviour) : createServer(),
      isTls ? "secureConnection" : "connection",
    );
    await expectNeverSent({ baseUrl: `https://127.0.0.1:${server.port}`, fetch });
    expect(countRequests(server)).toBe(0);
    await server.close();
  });
});

describe("a submit whose bytes may have arrived is never sent again", () => {
  /** Submits to a server that does `onRequest` with each whole request, and counts what arrives. */
  async function expectUnknown(onData: Parameters<typeof startRawServer>[0], options: ClientOptions = {}) {
    const server = await startRawServer(onData);
    const client = createClient({ apiKey, baseUrl: `http://127.0.0.1:${server.port}`, ...options });
    const error = await failureOf(client.submit("seedreamv5", input));
    expect(error).toBeInstanceOf(OutcomeUnknownError);
    expect(error.outcome).toBe("unknown");
    expect(countRequests(server)).toBe(1);
    await server.close();
  }

  it("when the connection ends instead of an answer", () => expectUnknown((socket) => socket.end()));

  it("when the connection is reset instead of an answer", () =>
    expectUnknown((socket) => socket.resetAndDestroy()));

  it("when the answer's head is cut off", () =>
    expectUnknown((socket, received) => isWhole(received) && socket.end("HTTP/1.1 200 OK\r\nConte")));

  it("when what comes is no HTTP", () =>
    expectUnknown((socket, received) => isWhole(received) && socket.end("SSH-2.0-OpenSSH_9.6\r\n")));

  it("when a 100 (Continue) comes that nobody asked for, at which undici ends the connection", () =>
    expectUnknown(
      (socket, received) =>
        isWhole(received) && socket.write(`HTTP/1.1 100 Continue\r\n\r\n${httpAnswer(accepted)}`),
    ));

  it("when a chunked answer is cut off", () =>
    expectUnknown(
      (socket, received) =>
        isWhole(received) && socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{"c'),
    ));

  it("when the proxy in front of it wants to know who asks (407), for which fetch gives no response", () =>
    expectUnknown((socket, received) => isWhole(received) && socket.write(httpAnswer({}, 407)), {
      fetch: builtInFetch,
    }));

  it("when TLS fails after the request was written", async () => {
    // In TLS 1.3 a server refuses a missing client certificate only after the client began to send.
    const server = await startRawServer(
      () => undefined,
      createTlsServer({ ...certificate, requestCert: true, rejectUnauthorized: true }),
      "secureConnection",
    );
    const attempt = fetchWith({ ca: certificate.cert, servername: "service.test" });
    const client = createClient({ apiKey, baseUrl: `https://127.0.0.1:${server.port}`, fetch: attempt });
    const error = await failureOf(client.submit("seedreamv5", input));
    expect(error).toBeInstanceOf(OutcomeUnknownError);
    expect(attempt).toHaveBeenCalledTimes(1);
    await server.close();
  });

  it("when a kept-alive connection is closed just as the request goes out", async () => {
    let answers = 0;
    const server = await startRawServer((socket, received) => {
      if (received.split("POST /").length - 1 > 1) socket.resetAndDestroy();
      else if (isWhole(received)) {
        answers++;
        socket.write(httpAnswer(accepted));
      }
    });
    const client = createClient({ apiKey, baseUrl: `http://127.0.0.1:${server.port}` });
    await client.submit("seedreamv5", input);
    await new Promise(setImmediate); // the connection is free a moment after its answer was read
    const error = await failureOf(client.submit("seedreamv5", input));
    expect(error).toBeInstanceOf(OutcomeUnknownError);
    expect(server.connections.length, "it went over the kept connection").toBe(1);
    expect([countRequests(server), answers]).toEqual([2, 1]);
    await server.close();
  });

  it("when HTTP 421 makes fetch itself ask again, which it does without the form", async () => {
    const server = await startRawServer(
      (socket, received) => isWhole(received) && socket.write(httpAnswer({}, 421)),
    );
    const baseUrl = `http://127.0.0.1:${server.port}`;
    const client = createClient({ apiKey, baseUrl, fetch: builtInFetch });
    expect(await failureOf(client.submit("seedreamv5", input))).toBeInstanceOf(OutcomeUnknownError);
    await vi.waitFor(() => expect(countRequests(server)).toBe(2), { timeout: 60_000 });
    const [, ...again] = server.connections.join("").split("POST /").slice(1);
    expect(again).toEqual([expect.stringMatching(/content-length: 0\r\n\r\n$/)]);
    await server.close();
  });

  it("when a fetch of the caller's gives no answer", async () => {
    const attempt = vi.fn(async () => undefined as unknown as Response);
    const client = createClient({ apiKey, fetch: attempt });
    const error = await failureOf(client.submit("seedreamv5", input));
    expect(error).toBeInstanceOf(OutcomeUnknownError);
    expect(attempt).toHaveBeenCalledTimes(1);
  });
});

describe("an interim response", () => {
  it.each(["102 Processing", "103 Early Hints\r\nLink: </style.css>; rel=preload", "199 Soon"])(
    "is passed over: %s",
    async (interim) => {
      const server = await startRawServer(
        (socket, received) =>
          isWhole(received) && socket.write(`HTTP/1.1 ${interim}\r\n\r\n${httpAnswer(accepted)}`),
      );
      const client = createClient({ apiKey, baseUrl: `http://127.0.0.1:${server.port}` });
      expect(await client.submit("seedreamv5", input)).toMatchObject(accepted.data);
      expect(countRequests(server)).toBe(1);
      await server.close();
    },
  );
});

describe("a connection that was closed while it was idle", () => {
  it("costs nothing: the next submit takes another one", async () => {
    let isClosed: Promise<unknown> | undefined;
    const server = await startRawServer((socket, received) => {
      if (!isWhole(received)) return;
      isClosed = new Promise((resolve) => socket.on("close", resolve));
      socket.end(httpAnswer(accepted));
    });
    const client = createClient({ apiKey, baseUrl: `http://127.0.0.1:${server.port}` });
    await client.submit("seedreamv5", input);
    await isClosed;
    await client.submit("seedreamv5", input);
    expect([countRequests(server), server.connections.length]).toEqual([2, 2]);
    await server.close();
  });
});
