import { createServer } from "node:http";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import { operations } from "../../generated/operations.js";
import { ConfigurationError, createClient, createProxyHandler } from "../../src/index.js";
import type { ProxyHandler, ProxyOptions } from "../../src/index.js";
import { startMockServer } from "../../src/mock-server/index.js";
import { accepted, startCaptureServer } from "../support/capture-server.js";

const key = "sk-of-the-server-0123456789";
const submitPath = operations["POST /v1/images/seedreamv5"].path;
const authorize = () => true;

/** A server on a real socket; what it does with a request is the test's. */
async function startServer(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function startUpstream(...parameters: Parameters<typeof startCaptureServer>) {
  const server = await startCaptureServer(...parameters);
  onTestFinished(() => server.close());
  return server;
}

const makeHandler = (baseUrl: string, more: Partial<ProxyOptions> = {}) =>
  createProxyHandler({ apiKey: key, baseUrl, authorize, ...more });

/** Runs a handler behind real HTTP, as a framework would. */
const serve = (handler: ProxyHandler) =>
  startServer((message, response) => {
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    void respond(message, gone.signal).then(
      async (answer) => {
        response.writeHead(answer.status, Object.fromEntries(answer.headers));
        response.end(await answer.text());
      },
      (error: Error) => response.writeHead(500).end(error.message),
    );
    function respond({ url, method, headers }: IncomingMessage, signal: AbortSignal) {
      const hasBody = method !== "GET" && method !== "HEAD";
      const init = { method, headers, signal, ...(hasBody && { body: message, duplex: "half" }) };
      return handler(new Request(new URL(url!, "http://localhost"), init as unknown as RequestInit));
    }
  });

const post = (path: string, init: RequestInit = {}) =>
  new Request(`http://visitor.example${path}`, { method: "POST", body: "{}", ...init });

describe("what passes", () => {
  it("is a whole generation of a client without a key, files and all", async () => {
    const upstream = await startMockServer({ taskDurationMs: 0, apiKeys: [key] });
    onTestFinished(() => upstream.close());
    const url = await serve(makeHandler(upstream.url));
    const client = createClient({ apiKey: null, baseUrl: `${url}/api/images` });
    const sourceImage = [new File(["one"], "one.png"), new File(["two"], "two.png")];
    const { urls } = await client.generate("seedreamv5", { prompt: "a fox", sourceImage });
    expect(urls).toHaveLength(1);
    const [submit] = upstream.requests;
    expect(submit?.files.map(({ filename, size }) => [filename, size])).toEqual([
      ["one.png", 3],
      ["two.png", 3],
    ]);
  });

  it("carries the key, the type and the length, and nothing else of the visitor", async () => {
    const upstream = await startUpstream();
    const url = await serve(makeHandler(upstream.url));
    await fetch(`${url}${submitPath}?x=1`, {
      method: "POST",
      body: "0123456789",
      headers: {
        "content-type": "multipart/form-data; boundary=x",
        authorization: "Bearer visitor",
        cookie: "session=visitor",
        origin: "http://visitor.example",
        referer: "http://visitor.example/secret",
        "x-forwarded-for": "203.0.113.7",
        "x-anything": "visitor",
        "user-agent": "visitor",
        "accept-language": "visitor",
      },
    });
    const [request] = upstream.requests;
    expect(request?.path).toBe(submitPath);
    expect(request?.headers).toMatchObject({
      authorization: `Bearer ${key}`,
      "content-type": "multipart/form-data; boundary=x",
      "content-length": "10",
    });
    expect(request?.headers).not.toHaveProperty("transfer-encoding");
    const sent = JSON.stringify(request).replace(request!.headers.host!, "");
    expect(sent).not.toMatch(/visitor|203\.0\.113\.7|x=1/);
    expect(request?.body.toString()).toBe("0123456789");
  });

  it("is streamed: the service reads the beginning before the visitor has sent the end", async () => {
    let beginningArrived = () => {};
    const arrived = new Promise<void>((resolve) => (beginningArrived = resolve));
    let received = 0;
    const upstream = await startServer(async (message, response) => {
      message.once("data", beginningArrived);
      received = (await buffer(message)).byteLength;
      response.end(JSON.stringify(accepted));
    });
    const chunk = new Uint8Array(64 * 1024);
    let chunks = 0;
    const body = new ReadableStream({
      async pull(controller) {
        if (chunks === 1) await arrived;
        if (chunks++ < 8) controller.enqueue(chunk);
        else controller.close();
      },
    });
    const request = post(submitPath, { body, duplex: "half" } as RequestInit);
    const answer = await makeHandler(upstream)(request);
    expect(await answer.json()).toEqual(accepted);
    expect(received).toBe(8 * chunk.byteLength);
  });

  it.each(["", "/api/images", "/api/v1.0/my_images~x-y", "/v1/images"])(
    "may stand behind the prefix %j",
    async (prefix) => {
      const upstream = await startUpstream();
      const handler = makeHandler(`${upstream.url}/gateway/`);
      for (const { path, method } of Object.values(operations))
        expect((await handler(post(prefix + path, { method }))).status).toBe(200);
      const paths = upstream.requests.map(({ path }) => path);
      expect(paths).toEqual(Object.values(operations).map(({ path }) => `/gateway${path}`));
    },
  );
});

describe("what does not pass", () => {
  it.each([
    "/",
    "/v1/images",
    "/v1/images/other",
    "/v1/images/seedreamv5/",
    "/v1/images/seedreamv5/../account",
    "/v1/images/seedreamv5%2F..%2Faccount",
    "/v1/images/SEEDREAMV5",
    "/v1/images/seedreamv%35",
    "/v1%2Fimages%2Fseedreamv5",
    "/v1//images/seedreamv5",
    "/v1\\images/account",
    "/x%2f..%2f/v1/images/seedreamv5",
    "/x%5c/v1/images/seedreamv5",
    "//v1/images/seedreamv5",
    "/a//v1/images/seedreamv5",
    "/x;y/v1/images/seedreamv5",
    "/prefixv1/images/seedreamv5",
    "/?/v1/images/seedreamv5",
    "/#/v1/images/seedreamv5",
  ])("is %s, which is no operation", async (path) => {
    const upstream = await startUpstream();
    const answer = await makeHandler(upstream.url)(
      new Request(`http://visitor.example${path}`, { method: "POST" }),
    );
    expect([answer.status, upstream.connections()]).toEqual([404, 0]);
    expect(await answer.json()).toEqual({ msg: "this is no operation of the service" });
  });

  it.each(["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "get"])("is %s", async (method) => {
    const upstream = await startUpstream();
    const answer = await makeHandler(upstream.url)(new Request(`http://x.example${submitPath}`, { method }));
    expect([answer.status, answer.headers.get("allow"), upstream.connections()]).toEqual([405, "POST", 0]);
  });
});

describe("authorize", () => {
  it("is required", () => {
    for (const wrong of [undefined, null, true, "yes"]) {
      const options = { apiKey: key, authorize: wrong } as unknown as ProxyOptions;
      expect(() => createProxyHandler(options)).toThrow(ConfigurationError);
    }
    const handlerOfNothing = createProxyHandler as unknown as (options?: ProxyOptions) => ProxyHandler;
    expect(() => handlerOfNothing()).toThrow(ConfigurationError);
  });

  it.each([false, undefined, null, 1, "true", {}, Promise.resolve(false)])(
    "lets nothing pass but true: %s",
    async (verdict) => {
      const upstream = await startUpstream();
      const handler = makeHandler(upstream.url, { authorize: () => verdict as boolean });
      const answer = await handler(post(submitPath));
      expect([answer.status, upstream.connections()]).toEqual([403, 0]);
    },
  );

  it("is asked first, with the visitor's request, also about what is no operation", async () => {
    const asked: (string | null)[] = [];
    const handler = makeHandler("http://127.0.0.1:1", {
      authorize: async ({ url, headers }) => {
        asked.push(url, headers.get("cookie"));
        return false;
      },
    });
    const answer = await handler(post("/nothing", { headers: { cookie: "session=1" } }));
    expect([answer.status, asked]).toEqual([403, ["http://visitor.example/nothing", "session=1"]]);
  });

  it("may answer itself", async () => {
    const upstream = await startUpstream();
    const own = new Response("sign in", { status: 401 });
    const handler = makeHandler(upstream.url, { authorize: async () => own });
    expect(await handler(post(submitPath))).toBe(own);
    expect(upstream.connections()).toBe(0);
  });

  it("throws what it throws, and lets nothing pass", async () => {
    const upstream = await startUpstream();
    const failure = new Error("no database");
    const handler = makeHandler(upstream.url, { authorize: () => Promise.reject(failure) });
    await expect(handler(post(submitPath))).rejects.toBe(failure);
    expect(upstream.connections()).toBe(0);
  });

  it("must not read the body", async () => {
    const upstream = await startUpstream();
    const handler = makeHandler(upstream.url, {
      authorize: async (request) => (await request.text()) !== "",
    });
    await expect(handler(post(submitPath))).rejects.toThrow(/read a clone/);
    expect(upstream.connections()).toBe(0);
  });
});

describe("what comes back", () => {
  it("is status, type, Retry-After and text, never to be cached", async () => {
    const headers = {
      "content-type": "text/plain",
      "retry-after": "7",
      "set-cookie": "a=b",
      "x-internal": "1",
    };
    const upstream = await startUpstream(() => ({ status: 429, headers, body: "slow down" }));
    const answer = await makeHandler(upstream.url)(post(submitPath));
    expect(answer.status).toBe(429);
    expect(Object.fromEntries(answer.headers)).toEqual({
      "content-type": "text/plain",
      "retry-after": "7",
      "cache-control": "no-store",
    });
    expect(await answer.text()).toBe("slow down");
    expect(upstream.requests).toHaveLength(1); // and is not asked again
  });

  it("never holds the key, not even if the service repeats it", async () => {
    const upstream = await startUpstream(({ headers }) => ({ body: JSON.stringify(headers) }));
    const answer = await makeHandler(upstream.url)(post(submitPath));
    expect(await answer.text()).toContain("[redacted]");
    expect(upstream.requests[0]?.headers.authorization).toContain(key);
    expect(await (await makeHandler(upstream.url)(post(submitPath))).text()).not.toContain(key);
  });

  it("is 502 when the service cannot be reached", async () => {
    const handler = makeHandler("http://127.0.0.1:1");
    const answer = await handler(post(submitPath));
    expect(answer.status).toBe(502);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(await answer.text()).toMatch(/^\{"msg":"[a-z ,]+"\}$/);
  });

  it("is 502 when the answer is cut off, and when it leads elsewhere", async () => {
    const cut = await startServer((message, response) => {
      response.writeHead(200, { "content-length": "100" }).write("{", () => message.socket.destroy());
    });
    expect((await makeHandler(cut)(post(submitPath))).status).toBe(502);

    const elsewhere = await startUpstream();
    const upstream = await startUpstream(() => ({ status: 307, headers: { location: elsewhere.url } }));
    expect((await makeHandler(upstream.url)(post(submitPath))).status).toBe(502);
    expect(elsewhere.connections()).toBe(0);
  });

  it.each([
    ["before any answer", () => {}],
    ["amid the answer", (response: ServerResponse) => response.writeHead(200).write("{")],
  ])("is 504 when the deadline passes %s, and the request is ended", async (_, begin) => {
    let wasEnded = () => {};
    const ended = new Promise<void>((resolve) => (wasEnded = resolve));
    const upstream = await startServer((message, response) => {
      message.socket.on("close", wasEnded);
      begin(response);
    });
    const answer = await makeHandler(upstream, { submitTimeoutMs: 50 })(post(submitPath));
    expect(answer.status).toBe(504);
    await ended;
  });

  it("is an error of the handler when there is no key after all", async () => {
    const upstream = await startUpstream();
    const apiKey = () => Promise.reject(new Error("no vault"));
    await expect(makeHandler(upstream.url, { apiKey })(post(submitPath))).rejects.toThrow(ConfigurationError);
    expect(upstream.connections()).toBe(0);
  });
});

describe("a request that a browser repeats by itself", () => {
  const repeated = (boundary: string) => () =>
    post(submitPath, { headers: { "content-type": `multipart/form-data; boundary=${boundary}` } });

  it("is not passed on again, and its outcome is unknown", async () => {
    const upstream = await startUpstream();
    const handler = makeHandler(upstream.url);
    const request = repeated(`form-${crypto.randomUUID().replaceAll("-", "")}`);
    expect((await handler(request())).status).toBe(200);
    const answer = await handler(request());
    expect([answer.status, upstream.requests.length]).toEqual([502, 1]);

    const client = createClient({ apiKey: null, baseUrl: "https://example.com", fetch: async () => answer });
    await expect(client.submit("seedreamv5", { prompt: "a fox" })).rejects.toMatchObject({
      outcome: "unknown",
    });
  });

  it("is told from another one of the same client, and from one whose boundary is always the same", async () => {
    const upstream = await startUpstream();
    const handler = makeHandler(upstream.url);
    for (const boundary of [crypto.randomUUID(), crypto.randomUUID(), "same", "same"])
      expect((await handler(repeated(boundary)())).status).toBe(200);
    expect(upstream.requests).toHaveLength(4);
  });
});

describe("a visitor who leaves", () => {
  it("ends the request to the service", async () => {
    const visitor = new AbortController();
    let wasEnded = () => {};
    const ended = new Promise<void>((resolve) => (wasEnded = resolve));
    const upstream = await startServer((message) => {
      message.socket.on("close", wasEnded);
      message.resume().on("end", () => visitor.abort());
    });
    const url = await serve(makeHandler(upstream));
    const request = fetch(`${url}${submitPath}`, { method: "POST", body: "{}", signal: visitor.signal });
    await expect(request).rejects.toThrow(/abort/);
    await ended;
  });

  it("is answered without an error, which would only fill the log", async () => {
    const upstream = await startUpstream();
    const answer = await makeHandler(upstream.url)(post(submitPath, { signal: AbortSignal.abort() }));
    expect([answer.status, upstream.requests]).toEqual([499, []]);
  });
});

it("has the options of a client, and checks them", () => {
  expect(() => makeHandler("ftp://example.com")).toThrow(ConfigurationError);
  expect(() => makeHandler("https://example.com", { submitTimeoutMs: -1 })).toThrow(ConfigurationError);
  expect(() => makeHandler("https://example.com", { apiKey: "" })).toThrow(ConfigurationError);
  const misspelt = { athorize: authorize } as unknown as Partial<ProxyOptions>;
  expect(() => makeHandler("https://example.com", misspelt)).toThrow(ConfigurationError);
});
