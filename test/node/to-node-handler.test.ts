import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { connect as connectHttp2, createServer as createHttp2Server } from "node:http2";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import express from "express";
import { describe, expect, it, onTestFinished } from "vitest";
import { createClient, createProxyHandler } from "../../src/index.js";
import { startMockServer } from "../../src/mock-server/index.js";
import { createFetch, toNodeHandler } from "../../src/node/index.js";

const apiKey = "sk-of-the-server-0123456789";

async function listen(listener: RequestListener) {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { port, url: `http://127.0.0.1:${port}` };
}

async function startProxy() {
  const service = await startMockServer({ taskDurationMs: 0, apiKeys: [apiKey] });
  onTestFinished(() => service.close());
  const handler = createProxyHandler({ apiKey, baseUrl: service.url, authorize: () => "visitor-1" });
  return { service, handle: toNodeHandler(handler) };
}

/** Sends bytes as they are; returns all that comes back until the server ends the connection. */
async function sendRaw(port: number, bytes: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  const received = text(socket).catch(() => "");
  socket.end(Buffer.from(bytes, "latin1"));
  return received;
}

describe("whatever a raw socket sends", () => {
  it("is answered or hung up on, and the server lives", async () => {
    const { service, handle } = await startProxy();
    const { port, url } = await listen(handle);
    const targets = [
      "/",
      "//",
      "///",
      "*",
      "",
      "http://",
      "http://[",
      "http://x y/",
      "/%",
      "/%00",
      "/\\",
      "?",
      "#",
      "/?#",
      "\x80\xff",
      "://",
      "//evil.test/v1",
      "https://evil.test/v1/images/infobytaskid",
      "javascript:alert(1)",
      `/${"a".repeat(20_000)}`,
    ];
    const methods = [
      "GET",
      "POST",
      "TRACE",
      "CONNECT",
      "OPTIONS",
      "HEAD",
      "PURGE",
      "PRI",
      "get",
      "",
      "\0",
      "TRACK",
    ];
    const heads = [
      "",
      "Host: a\r\n",
      "Host: [\r\n",
      "Host: evil/..\r\nX: \x80\r\n",
      "Content-Length: -1\r\n",
      "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
      "Transfer-Encoding: what\r\n",
      "Expect: 100-continue\r\n",
      "Upgrade: websocket\r\nConnection: Upgrade\r\n",
      "Host: a\r\nHost: b\r\n",
      "bad header\r\n",
    ];
    for (const target of targets) {
      for (const method of methods)
        await sendRaw(port, `${method} ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    }
    for (const head of heads) {
      for (const method of methods)
        await sendRaw(port, `${method} /x HTTP/1.1\r\n${head}Connection: close\r\n\r\nbody`);
    }
    for (const garbage of [
      "",
      "\r\n\r\n",
      "\0".repeat(1000),
      "GET / HTTP/9.9\r\n\r\n",
      "\x16\x03\x01\x02\x00",
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ]) {
      await sendRaw(port, garbage);
    }
    expect(service.requests).toEqual([]);
    expect(await sendRaw(port, "TRACE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).toMatch(
      /^HTTP\/1\.1 4\d\d /,
    );
    expect(await sendRaw(port, "GET // HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).toMatch(
      /^HTTP\/1\.1 404 /,
    );
    const client = createClient({ apiKey: null, baseUrl: `${url}/api` });
    expect((await client.generate("seedreamv5", { prompt: "a fox" }, { pollIntervalMs: 5 })).status).toBe(
      "completed",
    );
  });

  it("may end in the middle of a body, which ends the request to the service", async () => {
    const { service, handle } = await startProxy();
    const { port } = await listen(handle);
    await sendRaw(
      port,
      "POST /v1/images/seedreamv5 HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 9999\r\n\r\n--x\r\n",
    );
    expect(service.ledger).toEqual([]);
  });
});

describe("behind Express", () => {
  it("with express.json() in front, a generation works all the same", async () => {
    const { service, handle } = await startProxy();
    const app = express();
    app.use(express.json());
    app.use("/api/images", handle);
    const { url } = await listen(app);
    const client = createClient({ apiKey: null, baseUrl: `${url}/api/images` });
    const sourceImage = [new File([new Uint8Array(100_000)], "a.png", { type: "image/png" })];
    const task = await client.generate("seedreamv5", { prompt: "a fox", sourceImage }, { pollIntervalMs: 5 });
    expect(task.urls).toHaveLength(1);
    expect(service.requests[0]?.files[0]?.size).toBe(100_000);
  });

  it("with a parser in front that has read the body, the fault is said at once, and nothing was sent", async () => {
    const { service, handle } = await startProxy();
    const app = express();
    app.use(express.raw({ type: "*/*" }));
    app.use("/api/images", handle);
    const { url } = await listen(app);
    const client = createClient({ apiKey: null, baseUrl: `${url}/api/images`, submitRetries: 0 });
    await expect(client.submit("seedreamv5", { prompt: "a fox" })).rejects.toMatchObject({
      outcome: "not-sent",
      message: expect.stringContaining("add the handler in front of what parses bodies") as string,
    });
    expect(service.requests).toEqual([]);
  });

  it("what the handler throws goes to next, else to onError and as HTTP 500", async () => {
    const failure = new Error("no database");
    const throwing = () => Promise.reject(failure);
    const app = express();
    app.use(toNodeHandler(throwing));
    const seen: unknown[] = [];
    app.use((error: unknown, _: IncomingMessage, response: ServerResponse, _next: unknown) => {
      seen.push(error);
      response.writeHead(418).end();
    });
    expect((await fetch((await listen(app)).url)).status).toBe(418);
    const { url } = await listen(toNodeHandler(throwing, { onError: (error) => seen.push(error) }));
    const response = await fetch(url);
    expect([response.status, await response.json()]).toEqual([500, { msg: "the server failed" }]);
    expect((await fetch((await listen(toNodeHandler(throwing))).url)).status).toBe(500);
    expect(seen).toEqual([failure, failure]);
  });
});

it("hands over method, URL, headers and body, and gives back status, headers, cookies and bytes", async () => {
  const { url } = await listen(
    toNodeHandler(async (request) => {
      const headers = new Headers({
        "x-path": new URL(request.url).pathname,
        "x-host": new URL(request.url).host,
      });
      headers.append("set-cookie", "a=1");
      headers.append("set-cookie", "b=2");
      return new Response(`${request.method} ${request.headers.get("x-own")} ${await request.text()}`, {
        status: 203,
        headers,
      });
    }),
  );
  const response = await fetch(`${url}/a/b?c`, { method: "PUT", body: "bödy", headers: { "x-own": "1" } });
  expect([response.status, await response.text()]).toEqual([203, "PUT 1 bödy"]);
  expect([response.headers.get("x-path"), response.headers.get("x-host")]).toEqual([
    "/a/b",
    new URL(url).host,
  ]);
  expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
});

it("tells the handler that the visitor left, and not when all went well", async () => {
  const signals: AbortSignal[] = [];
  let arrived = () => {};
  const { url } = await listen(
    toNodeHandler(async ({ signal, method }) => {
      signals.push(signal);
      if (method === "GET") return new Response("done");
      arrived();
      await once(signal, "abort");
      return new Response("too late");
    }),
  );
  await (await fetch(url)).text();
  const visitor = new AbortController();
  const handling = new Promise<void>((resolve) => (arrived = resolve));
  const request = fetch(url, { method: "POST", body: "x", signal: visitor.signal }).catch(() => undefined);
  await handling;
  visitor.abort();
  await request;
  while (!signals[1]!.aborted) await new Promise(setImmediate);
  expect(signals.map(({ aborted }) => aborted)).toEqual([false, true]);
});

it("asks the handler nothing for a visitor who left before", async () => {
  let arrived = () => {};
  const arrival = new Promise<void>((resolve) => (arrived = resolve));
  let calls = 0;
  const handle = toNodeHandler(() => {
    calls++;
    return new Response("too late");
  });
  const passedOn = new Promise<void>((resolve) => {
    void listen(async (incoming, outgoing) => {
      const body: unknown = JSON.parse(await text(incoming)); // as a parser in front does
      arrived();
      await once(outgoing, "close");
      handle(Object.assign(incoming, { body }), outgoing);
      resolve();
    }).then(({ port }) => {
      const visitor = connect(port, "127.0.0.1");
      visitor.write(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
      );
      return arrival.then(() => visitor.destroy());
    });
  });
  await passedOn;
  await new Promise(setImmediate);
  expect(calls).toBe(0);
});

describe("a visitor who is still sending", () => {
  /** Sends a form of so many bytes to the end, and then a second request; returns the status of each response. */
  async function sendAll(port: number, bytes: number): Promise<string[]> {
    const socket = connect(port, "127.0.0.1");
    const received = text(socket);
    const head =
      "POST /v1/images/seedreamv5 HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=x";
    socket.write(`${head}\r\nContent-Length: ${bytes}\r\n\r\n`);
    const piece = Buffer.alloc(65_536);
    for (let sent = 0; sent < bytes; sent += piece.length) {
      if (!socket.write(piece.subarray(0, bytes - sent))) await once(socket, "drain");
    }
    socket.end("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    return [...(await received).matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status!);
  }

  const bytes = 20_000_000; // more than the buffers of a connection hold

  it("gets the response of a handler that reads nothing, and keeps the connection", async () => {
    const { port } = await listen(toNodeHandler(() => new Response("no", { status: 403 })));
    expect(await sendAll(port, bytes)).toEqual(["403", "403"]);
  });

  it("gets the response of a handler that stops reading while more is on its way", async () => {
    const { port } = await listen(
      toNodeHandler(async ({ body }) => {
        const reader = body?.getReader();
        await reader?.read();
        void reader?.read();
        await reader?.cancel();
        return new Response("too large", { status: 413 });
      }),
    );
    expect(await sendAll(port, bytes)).toEqual(["413", "413"]);
  });

  it("gets what the service says before it has read the form, which the proxy's process survives", async () => {
    const service = await listen((incoming, outgoing) => {
      incoming.once("data", () => outgoing.writeHead(413).end('{"msg":"too large"}'));
    });
    const handler = createProxyHandler({
      apiKey,
      baseUrl: service.url,
      fetch: createFetch(),
      authorize: () => "visitor-1",
    });
    const { port } = await listen(toNodeHandler(handler));
    for (let round = 0; round < 5; round++) expect(await sendAll(port, bytes)).toEqual(["413", "404"]);
  });

  it("makes a handler fail that reads on after its response", async () => {
    let reading: Promise<string> | undefined;
    const { port } = await listen(
      toNodeHandler((request) => {
        reading ??= request.text();
        reading.catch(() => {});
        return new Response("later");
      }),
    );
    expect(await sendAll(port, bytes)).toEqual(["200", "200"]);
    await expect(reading).rejects.toThrow("the response was sent before the body was read");
  });
});

describe("over HTTP/2", () => {
  /** Sends a form of so many bytes; returns the status, the text, and how many bytes could be written. */
  async function send(handler: (request: Request) => Promise<Response> | Response, bytes: number) {
    const server = createHttp2Server(toNodeHandler(handler) as never).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    onTestFinished(() => {
      session.destroy();
      server.close();
    });
    const stream = session.request({ ":method": "POST", ":path": "/a/b" });
    const responded = once(stream, "response") as Promise<[Record<string, unknown>]>;
    const closed = new Promise((resolve) => stream.on("error", resolve).on("close", resolve));
    const received = text(stream).catch(String);
    const piece = Buffer.alloc(65_536);
    for (let sent = 0; sent < bytes && !stream.destroyed; sent += piece.length) {
      if (!stream.write(piece.subarray(0, bytes - sent))) {
        await Promise.race([new Promise((resolve) => stream.once("drain", resolve)), closed]);
      }
    }
    if (!stream.destroyed) stream.end();
    const [headers] = await responded;
    return { port, status: headers[":status"], text: await received };
  }

  it("the handler has the host of the request, and its body", async () => {
    const { port, ...response } = await send(
      ({ url, headers }) => Response.json([url, headers.get("host")]),
      0,
    );
    expect(JSON.parse(response.text)).toEqual([`http://127.0.0.1:${port}/a/b`, `127.0.0.1:${port}`]);
    const { text: length } = await send(
      async (request) => new Response(String((await request.arrayBuffer()).byteLength)),
      20_000_000,
    );
    expect(length).toBe("20000000");
  });

  it("a visitor who is still sending gets the response", async () => {
    const refuse = () => new Response("no", { status: 403 });
    expect(await send(refuse, 20_000_000)).toMatchObject({ status: 403, text: "no" });
    const stop = async ({ body }: Request) => {
      const reader = body?.getReader();
      await reader?.read();
      await reader?.cancel();
      return new Response("too large", { status: 413 });
    };
    expect(await send(stop, 20_000_000)).toMatchObject({ status: 413, text: "too large" });
    const forget = async ({ body }: Request) => {
      await body?.getReader().read();
      return new Response("busy", { status: 503 });
    };
    expect(await send(forget, 20_000_000)).toMatchObject({ status: 503, text: "busy" });
  });
});
