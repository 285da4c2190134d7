import { createServer } from "node:http";
import type { RequestListener, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { operations } from "../../generated/operations.js";
import { ConfigurationError, createClient, createProxyHandler } from "../../src/index.js";
import type { Fetch, ProxyHandler, ProxyOptions, TensorsLabError } from "../../src/index.js";
import { startMockServer } from "../../src/mock-server/index.js";
import { toNodeHandler } from "../../src/node/index.js";
import { createReplayGuard } from "../../src/proxy/replay-guard.js";
import { accepted, startCaptureServer } from "../support/capture-server.js";

const key = "sk-of-the-server-0123456789";
const submitPath = operations["POST /v1/images/seedreamv5"].path;
const authorize = () => "visitor-1";

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

/** Runs a handler behind real HTTP. */
const serve = (handler: ProxyHandler) => startServer(toNodeHandler(handler));

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
    expect(await answer.json()).toMatchObject({
      ...accepted,
      data: { taskid: expect.stringMatching(/^task-1\./) },
    });
    expect(received).toBe(8 * chunk.byteLength);
  });

  it.each(["", "/api/images", "/api/v1.0/my_images~x-y", "/v1/images"])(
    "may stand behind the prefix %j",
    async (prefix) => {
      const upstream = await startUpstream();
      const handler = makeHandler(`${upstream.url}/gateway/`, { authorizeRead: () => true });
      const body = JSON.stringify({ taskid: "task-1" });
      for (const { path, method } of Object.values(operations))
        expect((await handler(post(prefix + path, { method, body }))).status).toBe(200);
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
    expect(await answer.json()).toEqual({ msg: "this is not an operation of the service" });
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

  it.each([false, undefined, null, 1, "", {}, Promise.resolve(false)])(
    "lets nothing pass but a visitor's id: %s",
    async (verdict) => {
      const upstream = await startUpstream();
      const handler = makeHandler(upstream.url, { authorize: () => verdict as false });
      const answer = await handler(post(submitPath));
      expect([answer.status, upstream.connections()]).toEqual([403, 0]);
    },
  );

  it("must name the visitor: true is a fault of the program", async () => {
    const handler = makeHandler("http://127.0.0.1:1", { authorize: () => true as unknown as string });
    await expect(handler(post(submitPath))).rejects.toThrow("must return the visitor's id, not true");
  });

  it("is asked first, with the visitor's request, also about what is no operation", async () => {
    const asked: (string | null)[] = [];
    const handler = makeHandler("http://127.0.0.1:1", {
      authorize: async ({ url, headers }): Promise<false> => {
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
      authorize: async (request) => request.text(),
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
      "content-type": "text/plain; charset=utf-8",
      "x-content-type-options": "nosniff",
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

  it("keeps the task of a visitor, whatever is nested beside it", async () => {
    const deep = "[".repeat(200_000) + "]".repeat(200_000);
    const body = `{"code":1000,"msg":"OK","data":{"taskid":"task-1","deep":${deep}}}`;
    const upstream = await startUpstream(() => ({ body }));
    const answer = await makeHandler(upstream.url)(post(submitPath));
    expect(await answer.json()).toEqual({ data: { taskid: expect.stringMatching(/^task-1\../) as string } });
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
    const answer = await makeHandler(upstream, { submitTimeoutMs: 500 })(post(submitPath)); // long enough to arrive
    expect(answer.status).toBe(504);
    await ended;
  });

  it.each([
    [{ apiKey: () => Promise.reject(new Error("no vault")) }, "The function `apiKey` failed"],
    [{ apiKey: undefined }, "No API key: set TENSORSLAB_API_KEY"],
    [{ apiKey: null }, "`taskIdSecret` is needed"],
  ])(
    "is 500 when the proxy is not set up: the operator and the page hear that nothing was sent (%j)",
    async (more, reason) => {
      vi.stubEnv("TENSORSLAB_API_KEY", undefined);
      onTestFinished(() => void vi.unstubAllEnvs());
      const upstream = await startUpstream();
      const errors: Error[] = [];
      const handler = makeHandler(upstream.url, { ...more, onError: (error) => errors.push(error) });
      const error = await failureBehind(handler);
      expect([error.httpStatus, error.outcome, upstream.connections()]).toEqual([500, "not-sent", 0]);
      expect(error.message).toContain(reason);
      expect(errors[0]).toBeInstanceOf(ConfigurationError);
    },
  );

  it("is text that no browser takes for a page, unless it is JSON", async () => {
    const page = "<script>steal()</script>";
    for (const [body, type] of [
      [page, "text/plain; charset=utf-8"],
      [`"${page}"`, "application/json"],
    ] as const) {
      const upstream = await startUpstream(() => ({ headers: { "content-type": "text/html" }, body }));
      const answer = await makeHandler(upstream.url)(post(submitPath));
      expect([answer.headers.get("content-type"), answer.headers.get("x-content-type-options")]).toEqual([
        type,
        "nosniff",
      ]);
      expect(await answer.text()).toBe(body);
    }
  });

  it("has no key in its headers either", async () => {
    const upstream = await startUpstream(() => ({
      status: 429,
      headers: { "retry-after": key },
      body: "{}",
    }));
    const answer = await makeHandler(upstream.url)(post(submitPath));
    expect(answer.headers.get("retry-after")).toBe("[redacted]");
  });
});

/** The error that a page's client ends with, which sends a submit once. */
async function failureBehind(
  handler: ProxyHandler,
  headers: Record<string, string> = {},
): Promise<TensorsLabError> {
  const fetch: Fetch = (url, init) => {
    const request = new Request(url, init);
    for (const [name, value] of Object.entries(headers)) request.headers.set(name, value);
    return handler(request);
  };
  const client = createClient({ apiKey: null, baseUrl: "https://page.example/api", fetch, submitRetries: 0 });
  return client.submit("seedreamv5", { prompt: "a fox" }).then(
    () => expect.fail("it was accepted"),
    (error: TensorsLabError) => error,
  );
}

describe("the outcome, as the page's client hears it", () => {
  it("is not-sent when the proxy could not connect", async () => {
    const gone = await startCaptureServer();
    await gone.close();
    expect(await failureBehind(makeHandler(gone.url))).toMatchObject({
      name: "ConnectionError",
      outcome: "not-sent",
      httpStatus: 502,
    });
  });

  it("is unknown when the connection broke, and when no response came in time", async () => {
    const broken = await startServer((message) => message.resume().on("end", () => message.socket.destroy()));
    expect(await failureBehind(makeHandler(broken))).toMatchObject({ outcome: "unknown" });
    const silent = await startServer(() => {});
    const error = await failureBehind(makeHandler(silent, { submitTimeoutMs: 500 }));
    expect(error).toMatchObject({ outcome: "unknown" });
  });

  it("is rejected when the visitor is not authorized, which says nothing of the key", async () => {
    const error = await failureBehind(makeHandler("http://127.0.0.1:1", { authorize: () => false }));
    expect(error).toMatchObject({ name: "AuthenticationError", outcome: "rejected", httpStatus: 403 });
    expect(error.message).toMatch(/the proxy responded with HTTP 403: not authorized$/);
    expect(error.message).not.toContain("key");
  });

  it("is not what a service says of itself, when there is no proxy", async () => {
    const headers = { "tensorslab-images-outcome": "not-sent" };
    const upstream = await startUpstream(() => ({ status: 502, headers, body: "" }));
    const client = createClient({ apiKey: key, baseUrl: upstream.url });
    await expect(client.submit("seedreamv5", { prompt: "a fox" })).rejects.toMatchObject({
      outcome: "unknown",
    });
    expect(upstream.requests).toHaveLength(1);
    // Nor does the proxy pass it on.
    expect(await failureBehind(makeHandler(upstream.url))).toMatchObject({ outcome: "unknown" });
  });
});

describe("a task", () => {
  const readPath = operations["POST /v1/images/infobytaskid"].path;
  const as = (visitor: string | undefined) => (visitor === undefined ? {} : { "x-visitor": visitor });
  const authorizeByHeader = ({ headers }: Request) => headers.get("x-visitor") ?? false;
  const read = (taskid: unknown, visitor: string) =>
    post(readPath, { body: JSON.stringify({ taskid }), headers: as(visitor) });

  async function startGallery(more: Partial<ProxyOptions> = {}) {
    const upstream = await startMockServer({ taskDurationMs: 0, apiKeys: [key] });
    onTestFinished(() => upstream.close());
    const handler = makeHandler(upstream.url, { authorize: authorizeByHeader, ...more });
    const fetch: Fetch = (url, init) => {
      const request = new Request(url, init);
      request.headers.set("x-visitor", "anna");
      return handler(request);
    };
    const client = createClient({ apiKey: null, baseUrl: "https://page.example", fetch });
    const { taskid } = await client.submit("seedreamv5", { prompt: "a fox" });
    const reads = () => upstream.requests.filter(({ role }) => role === "status").length;
    return { client, handler, taskid, bare: taskid.slice(0, taskid.lastIndexOf(".")), reads, upstream };
  }

  it("is read by its own visitor, by the id that was given to him", async () => {
    const { client, taskid, bare } = await startGallery();
    expect(taskid).toMatch(/\.[\w-]{43}$/);
    const task = await client.wait(taskid, { pollIntervalMs: 5 });
    expect([task.taskid, task.status]).toEqual([taskid, "completed"]);
    expect(bare).not.toContain(".");
  });

  it("is read by nobody else, whatever he makes of the id", async () => {
    const { handler, taskid, bare, reads } = await startGallery();
    const signature = taskid.slice(bare.length + 1);
    const attempts: [unknown, string][] = [
      [taskid, "bert"],
      [bare, "anna"],
      [bare, "bert"],
      [`${bare}.`, "anna"],
      [`${bare}.${"A".repeat(43)}`, "anna"],
      [`x${taskid}`, "anna"],
      [`${taskid} `, "anna"],
      [`.${signature}`, "anna"],
      [`${bare}.${signature.toLowerCase()}`, "anna"],
      [taskid.slice(0, -1), "anna"],
      [taskid, `anna","${bare}`],
    ];
    for (const [id, visitor] of attempts) {
      const answer = await handler(read(id, visitor));
      expect([id, answer.status]).toEqual([id, 404]);
    }
    for (const wrong of [1, null, { id: taskid }, [taskid], ""]) {
      expect((await handler(read(wrong, "anna"))).status).toBe(400);
    }
    for (const body of ["", "no JSON", "null", JSON.stringify({ taskid, pad: "x".repeat(100_000) })]) {
      expect((await handler(post(readPath, { body, headers: as("anna") }))).status).toBe(400);
    }
    expect(reads()).toBe(0);
  });

  it("is read by others if authorizeRead says so, with the id that they used", async () => {
    const asked: unknown[] = [];
    const { handler, taskid, bare } = await startGallery({
      authorizeRead: ({ taskid, visitor }) => asked.push([taskid, visitor]) > 0 && visitor === "bert",
    });
    const answer = await handler(read(taskid, "bert"));
    expect(((await answer.json()) as { data: { taskid: string } }).data.taskid).toBe(taskid);
    expect((await handler(read(taskid, "carl"))).status).toBe(404);
    expect(asked).toEqual([
      [bare, "bert"],
      [bare, "carl"],
    ]);
  });

  it("stays readable under another key by a secret of its own, and is unknown without", async () => {
    const taskIdSecret = "a secret of the proxy's own";
    for (const [more, status] of [
      [{ taskIdSecret }, 200],
      [{}, 404],
    ] as const) {
      const { taskid, upstream } = await startGallery(more);
      const rotated = makeHandler(upstream.url, {
        apiKey: () => "sk-another-key-0123456789",
        authorize: authorizeByHeader,
        ...more,
      });
      const answer = await rotated(read(taskid, "anna"));
      expect(answer.status === 404 ? 404 : 200).toBe(status);
    }
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

describe("the memory of what was forwarded", () => {
  const submitAs = (visitor: string, boundary: string, path: string = submitPath) =>
    post(path, {
      headers: { "content-type": `multipart/form-data; boundary=${boundary}`, "x-visitor": visitor },
    });
  const newBoundary = () => `form-${crypto.randomUUID().replaceAll("-", "")}`;
  const authorizeByHeader = ({ headers }: Request) => headers.get("x-visitor") ?? false;

  it("cannot be flushed by requests that are never forwarded", async () => {
    const upstream = await startUpstream();
    const handler = makeHandler(upstream.url, { authorize: authorizeByHeader });
    const boundary = newBoundary();
    expect((await handler(submitAs("anna", boundary))).status).toBe(200);
    for (let count = 0; count < 12_000; count++) {
      const answer = await handler(submitAs(count % 2 ? "anna" : "", newBoundary(), "/nothing"));
      expect([403, 404]).toContain(answer.status);
    }
    expect((await handler(submitAs("anna", boundary))).status).toBe(502);
    expect(upstream.requests).toHaveLength(1);
  });

  it("is each visitor's own: nobody can block what another one sends", async () => {
    const upstream = await startUpstream();
    const handler = makeHandler(upstream.url, { authorize: authorizeByHeader });
    const boundary = newBoundary();
    const statuses: number[] = [];
    for (const visitor of ["bert", "anna", "bert"]) {
      statuses.push((await handler(submitAs(visitor, boundary))).status);
    }
    expect([statuses, upstream.requests.length]).toEqual([[200, 200, 502], 2]);
  });

  it("does not hold what was certainly not paid for", async () => {
    let status = 429;
    const upstream = await startUpstream(() => ({ status, body: status === 429 ? "{}" : accepted }));
    const handler = makeHandler(upstream.url, { authorize: authorizeByHeader });
    const boundary = newBoundary();
    expect((await handler(submitAs("anna", boundary))).status).toBe(429);
    status = 200;
    expect((await handler(submitAs("anna", boundary))).status).toBe(200);
    expect((await handler(submitAs("anna", boundary))).status).toBe(502);
  });

  it("lasts an hour", () => {
    let now = 0;
    const guard = createReplayGuard(() => now);
    const type = `multipart/form-data; boundary=${newBoundary()}`;
    expect(guard.admit("anna", type)).toBeDefined();
    now = 60 * 60 * 1000 - 1;
    expect(guard.admit("anna", type)).toBeUndefined();
    now++;
    expect(guard.admit("anna", type)).toBeDefined();
  });
});

describe("a limit of the rate", () => {
  it("is each visitor's, and says when to come back", async () => {
    const upstream = await startUpstream();
    const used: unknown[] = [];
    const handler = makeHandler(upstream.url, {
      authorize: () => "anna",
      limitRate: ({ visitor, isSubmit }) => (used.push([visitor, isSubmit]) > 1 ? 1500 : undefined),
    });
    expect((await handler(post(submitPath))).status).toBe(200);
    const error = await failureBehind(handler);
    expect(error).toMatchObject({ name: "RateLimitError", outcome: "rejected", retryAfterMs: 2000 });
    expect(used).toEqual([
      ["anna", true],
      ["anna", true],
    ]);
    expect(upstream.requests).toHaveLength(1);
  });

  it("may have no end, and must be a number", async () => {
    const upstream = await startUpstream();
    const limit = (limitRate: () => unknown) =>
      makeHandler(upstream.url, { authorize: () => "anna", limitRate: limitRate as () => number });
    const response = await limit(() => Infinity)(post(submitPath));
    expect([response.status, response.headers.get("retry-after")]).toEqual([429, null]);
    for (const wrong of [NaN, "1500"]) {
      await expect(limit(() => wrong)(post(submitPath))).rejects.toThrow("`limitRate` must return a number");
    }
    expect(upstream.requests).toHaveLength(0);
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
