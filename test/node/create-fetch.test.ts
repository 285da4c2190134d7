import { createHash } from "node:crypto";
import dns from "node:dns";
import { getEventListeners } from "node:events";
import { readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { createServer as createSecureServer } from "node:https";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { join } from "node:path";
import { inspect } from "node:util";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, onTestFinished, vi } from "vitest";
import { publicAddressesOnly } from "../../src/fetch-agreement.js";
import { ConfigurationError, createClient, downloadImage } from "../../src/index.js";
import type { ClientOptions, Fetch, TensorsLabError } from "../../src/index.js";
import { startMockServer } from "../../src/mock-server/index.js";
import { createFetch, fileFromPath, saveImages } from "../../src/node/index.js";
import type { CreateFetchOptions } from "../../src/node/index.js";
import { httpAnswer, startRawServer } from "../faults/support/raw-server.js";
import type { RawServer } from "../faults/support/raw-server.js";
import { startCaptureServer } from "../support/capture-server.js";
import { runModule } from "../support/run-module.js";
import { png, test } from "./fixtures.js";

const apiKey = "sk-of-the-tests-0123456789";
const input = { prompt: "a red fox" };
const pem = (name: string) => readFileSync(new URL(`../faults/support/${name}.pem`, import.meta.url));

/** A fetch that is closed with the test; proxies are what the test says, not what its machine has. */
function openFetch(options: CreateFetchOptions = { proxy: null }) {
  const fetch = createFetch(options);
  onTestFinished(() => fetch.close());
  return fetch;
}

async function startCapture(...parameters: Parameters<typeof startCaptureServer>) {
  const server = await startCaptureServer(...parameters);
  onTestFinished(() => server.close());
  return server;
}

async function startMock(...parameters: Parameters<typeof startMockServer>) {
  const server = await startMockServer({ taskDurationMs: 0, ...parameters[0] });
  onTestFinished(() => server.close());
  return server;
}

async function startRaw(onData: (socket: Socket, received: string) => void): Promise<RawServer> {
  const server = await startRawServer(onData);
  onTestFinished(() => server.close());
  return server;
}

/** So many bytes, each a function of its place. */
function bytesOf(length: number, at: (index: number) => number): Buffer<ArrayBuffer> {
  const bytes = Buffer.alloc(length);
  for (let index = 0; index < length; index++) bytes[index] = at(index);
  return bytes;
}

/** The error of a submit that is sent once. */
async function submitFailure(
  options: ClientOptions,
  given: { prompt: string; sourceImage?: File[] } = input,
): Promise<TensorsLabError> {
  const client = createClient({ apiKey, submitRetries: 0, ...options });
  return client.submit("seedreamv5", given).then(
    () => expect.fail("it was accepted"),
    (error: TensorsLabError) => error,
  );
}

describe("a generation", () => {
  test("works from submit to files on disk, in which every byte is as it was", async ({ folder }) => {
    const upload = bytesOf(5_000_001, (index) => index * 31);
    await writeFile(join(folder, "fox.png"), upload);
    const server = await startMock();
    const client = createClient({ apiKey, baseUrl: server.url, fetch: openFetch() });
    const sourceImage = [await fileFromPath(join(folder, "fox.png")), new Blob([upload.subarray(1)])];
    const task = await client.generate("seedreamv5", { ...input, sourceImage }, { pollIntervalMs: 5 });
    const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
    expect(server.requests[0]?.files.map(({ size }) => size)).toEqual([5_000_001, 5_000_000]);
    const [path] = await saveImages(task, folder, { client });
    expect(digest(await readFile(path!))).toBe(
      digest(new Uint8Array(await (await fetch(task.urls[0]!)).arrayBuffer())),
    );
  });

  test("sends the bytes of files from disk unchanged, however slowly they are taken", async ({ folder }) => {
    const bytes = bytesOf(3_333_333, (index) => (index * index) >> 7);
    await writeFile(join(folder, "a.png"), bytes);
    const server = await startCapture();
    const file = await fileFromPath(join(folder, "a.png"));
    await openFetch()(server.url, { method: "POST", body: file });
    const [request] = server.requests;
    expect(request?.headers["content-length"]).toBe("3333333");
    expect(request?.body.equals(bytes)).toBe(true);
  });

  test("sends the files of a form unchanged to a slow reader, though their buffers take turns", async ({
    folder,
  }) => {
    const pieces: Buffer[] = [];
    const server = createServer((socket) => {
      socket
        .on("error", () => undefined)
        .on("data", (piece) => {
          pieces.push(piece);
          socket.pause(); // so that what the system holds for the socket is full, and pieces wait in the sender
          setImmediate(() => setImmediate(() => socket.resume()));
          if (piece.toString("latin1").endsWith("--\r\n"))
            socket.write(httpAnswer({ code: 9999, msg: "no" }));
        });
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    onTestFinished(() => void server.close());
    const contents = [7, 11].map((factor) => bytesOf(16_000_001, (index) => (index * factor) % 251));
    const sourceImage = await Promise.all(
      contents.map(async (bytes, index) => {
        await writeFile(join(folder, `${index}.png`), bytes);
        return fileFromPath(join(folder, `${index}.png`));
      }),
    );
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const error = await submitFailure({ baseUrl, fetch: openFetch() }, { ...input, sourceImage });
    expect(error.outcome).toBe("rejected");
    const body = Buffer.concat(pieces);
    for (const bytes of contents) expect(body.includes(bytes)).toBe(true);
  });

  test("announces what every fetch does, and nothing that was not asked for", async () => {
    const server = await startCapture();
    const fetch = openFetch();
    await fetch(`${server.url}/a?b=c#d`, { method: "PUT", body: "text", headers: { "X-Own": "1" } });
    await fetch(server.url, { method: "POST", body: new URLSearchParams({ a: "ü" }) });
    await fetch(server.url, { method: "POST", body: new Uint8Array([1, 2, 3]).subarray(1) });
    await fetch(new Request(server.url, { method: "POST", body: new Blob(["blob"], { type: "image/png" }) }));
    await fetch(server.url);
    await fetch(server.url, { method: "delete" });
    async function* pieces() {
      await Promise.resolve();
      yield new Uint8Array([65]);
    }
    await fetch(server.url, { method: "POST", body: pieces() as never });
    expect(server.requests.map(({ method, path, body }) => [method, path, body.toString("latin1")])).toEqual([
      ["PUT", "/a?b=c", "text"],
      ["POST", "/", "a=%C3%BC"],
      ["POST", "/", "\u0002\u0003"],
      ["POST", "/", "blob"],
      ["GET", "/", ""],
      ["DELETE", "/", ""],
      ["POST", "/", "A"],
    ]);
    expect(server.requests[0]?.headers).toEqual({
      host: new URL(server.url).host,
      connection: "keep-alive",
      accept: "*/*",
      "user-agent": "node",
      "content-type": "text/plain;charset=UTF-8",
      "content-length": "4",
      "x-own": "1",
    });
    expect(server.requests[1]?.headers["content-type"]).toBe(
      "application/x-www-form-urlencoded;charset=UTF-8",
    );
    expect(server.requests[1]?.headers["content-length"]).toBe("8");
    expect(server.requests.at(-1)?.headers).not.toHaveProperty("content-type");
  });
});

describe("a response", () => {
  const headers = { "content-type": "application/json", "x-one": "1" };

  test("has every member of a Response", async () => {
    const server = await startCapture(() => ({ status: 201, headers, body: '{"a":"ü"}' }));
    const fetch = openFetch();
    const response = await fetch(`${server.url}/x`);
    expect(response).toBeInstanceOf(Response);
    const { status, ok, statusText, url, redirected, type, bodyUsed } = response;
    expect([status, ok, statusText, url, redirected, type, bodyUsed]).toEqual([
      201,
      true,
      "Created",
      `${server.url}/x`,
      false,
      "basic",
      false,
    ]);
    expect(response.headers).toBeInstanceOf(Headers);
    expect([...response.headers]).toContainEqual(["x-one", "1"]);
    const copy = response.clone();
    expect(await response.json()).toEqual({ a: "ü" });
    expect([response.bodyUsed, copy.bodyUsed]).toEqual([true, false]);
    expect(await copy.text()).toBe('{"a":"ü"}');

    const get = () => fetch(server.url);
    expect(await (await get()).text()).toBe('{"a":"ü"}');
    expect((await (await get()).arrayBuffer()).byteLength).toBe(10);
    expect(await (await get()).bytes()).toBeInstanceOf(Uint8Array);
    expect((await (await get()).blob()).type).toBe("application/json");
    const read: Uint8Array[] = [];
    for await (const chunk of (await get()).body!) read.push(chunk);
    expect(Buffer.concat(read).toString()).toBe('{"a":"ü"}');
    const passedOn = await get();
    expect(await new Response(passedOn.body, passedOn).json()).toEqual({ a: "ü" });
    expect(inspect(await get())).toContain("201");
  });

  test("is read once", async () => {
    const server = await startCapture();
    const fetch = openFetch();
    for (const read of ["text", "json", "arrayBuffer", "clone"] as const) {
      const response = await fetch(server.url);
      await response.text();
      expect(response.bodyUsed).toBe(true);
      await expect(async () => response[read]()).rejects.toThrow(TypeError);
    }
  });

  test("without a body, with several cookies, or with an encoding that nobody asked for is read all the same", async ({
    serve,
  }) => {
    const { origin } = await serve(({ url }, response) => {
      if (url === "/none") response.writeHead(204).end();
      else if (url === "/cookies") response.setHeader("set-cookie", ["a=1", "b=2"]).end();
      else if (url === "/gzip") response.setHeader("content-encoding", "gzip").end(gzipSync("zipped"));
      else response.setHeader("content-encoding", "br").end("no such bytes");
    });
    const fetch = openFetch();
    const none = await fetch(`${origin}/none`);
    expect([none.status, none.body, await none.text()]).toEqual([204, null, ""]);
    const { headers } = await fetch(`${origin}/cookies`);
    expect([headers.get("Set-Cookie"), headers.has("set-cookie")]).toEqual(["a=1, b=2", true]);
    expect([headers.get("x-none"), headers.has("X-None")]).toEqual([null, false]);
    expect(headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect([...new Headers(headers).getSetCookie(), ...headers.keys()]).toEqual(
      expect.arrayContaining(["a=1", "b=2", "content-length"]),
    );
    headers.set("set-cookie", "c=3");
    expect([headers.get("set-cookie"), headers.has("Set-Cookie")]).toEqual(["c=3", true]);
    expect(await (await fetch(`${origin}/gzip`)).text()).toBe("zipped");
    await expect((await fetch(`${origin}/br`)).text()).rejects.toThrow();
  });

  test("that is a redirect is an error, unless it was asked for", async () => {
    const elsewhere = await startCapture();
    const server = await startCapture(() => ({ status: 307, headers: { location: elsewhere.url } }));
    const fetch = openFetch();
    for (const redirect of ["error", "follow", undefined] as const) {
      await expect(fetch(server.url, redirect && { redirect })).rejects.toThrow("fetch failed");
    }
    const response = await fetch(server.url, { redirect: "manual" });
    expect([response.status, response.headers.get("location")]).toEqual([307, elsewhere.url]);
    expect(elsewhere.connections()).toBe(0);
  });

  test("waits for its reader: an endless one takes no memory", async ({ serve }) => {
    let sent = 0;
    const { origin, firstAnswerEnded } = await serve((_, response) => {
      const send = () => {
        sent += 65536;
        if (response.write(Buffer.alloc(65536))) setImmediate(send);
        else response.once("drain", send);
      };
      send();
    });
    const response = await openFetch()(origin);
    const reader = response.body!.getReader();
    await reader.read();
    const before = sent;
    for (let quiet = 0, last = before; quiet < 20; quiet = sent === last ? quiet + 1 : 0) {
      last = sent;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(sent).toBeLessThan(32 * 1024 * 1024); // what two sockets hold
    await reader.cancel();
    expect(await firstAnswerEnded).toBe(false);
  });

  test("passes through every kind of middleware", async () => {
    const server = await startMock();
    const client = createClient({ apiKey, baseUrl: server.url, fetch: openFetch() });
    const seen: unknown[] = [];
    client.api.use({
      async onRequest({ request }) {
        seen.push(await request.clone().text());
      },
      async onResponse({ response }) {
        seen.push(response instanceof Response, ((await response.clone().json()) as { code: number }).code);
        return new Response(response.body, { ...response, headers: response.headers });
      },
    });
    await client.submit("seedreamv5", input);
    expect(seen).toEqual([expect.stringContaining("a red fox"), true, 1000]);
  });
});

describe("a request that nothing came of", () => {
  test("is known not to be sent: a name that is unknown, a connection that is refused", async () => {
    const gone = await startRaw(() => undefined);
    await gone.close();
    for (const baseUrl of ["https://no-such-host.invalid", `http://127.0.0.1:${gone.port}`]) {
      expect(await submitFailure({ baseUrl, fetch: openFetch() })).toMatchObject({ outcome: "not-sent" });
    }
  });

  test("is known not to be sent: a certificate that nobody vouches for, until `ca` does", async () => {
    let charged = 0;
    const server = createSecureServer({ key: pem("key"), cert: pem("certificate") }, (_, response) => {
      charged++;
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ code: 1000, msg: "success", data: { taskid: "task-1" } }));
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    onTestFinished(() => void server.close());
    const baseUrl = `https://service.test:${(server.address() as AddressInfo).port}`;
    const proxy = `http://127.0.0.1:${(await startProxy()).port}`; // which knows where that name leads
    const error = await submitFailure({ baseUrl, fetch: openFetch({ proxy }) });
    expect([error.outcome, charged]).toEqual(["not-sent", 0]);

    const fetch = openFetch({ proxy, ca: pem("certificate").toString() });
    const client = createClient({ apiKey, baseUrl, fetch });
    expect((await client.submit("seedreamv5", input)).taskid).toBe("task-1");
    expect(charged).toBe(1);
  });

  test("is known not to be sent: a handshake that does not end within `connectTimeoutMs`", async () => {
    const { port } = await startRaw(() => undefined);
    const fetch = openFetch({ proxy: null, connectTimeoutMs: 100 });
    const error = await submitFailure({ baseUrl: `https://127.0.0.1:${port}`, fetch });
    expect(error.outcome).toBe("not-sent");
    expect(error.message).toContain("Connect Timeout");
  });

  test("is unknown once its bytes have gone out, and is not sent again", async () => {
    const server = await startRaw((socket, received) => {
      if (received.includes("\r\n\r\n")) socket.resetAndDestroy();
    });
    const client = createClient({ apiKey, baseUrl: `http://127.0.0.1:${server.port}`, fetch: openFetch() });
    await expect(client.submit("seedreamv5", input)).rejects.toMatchObject({ outcome: "unknown" });
    expect(server.connections).toHaveLength(1);
  });
});

/** A proxy that opens tunnels, or does what `onConnect` does instead; it keeps what it was asked. */
async function startProxy(
  onConnect: (socket: Socket, target: string) => void = openTunnel,
): Promise<RawServer> {
  const asked = new Set<Socket>();
  return startRaw((socket, received) => {
    const target = /^CONNECT (\S+) HTTP\/1\.1\r\n/.exec(received)?.[1];
    if (target === undefined || asked.has(socket) || !received.includes("\r\n\r\n")) return;
    asked.add(socket);
    socket.removeAllListeners("data");
    onConnect(socket, target);
  });
}

function openTunnel(socket: Socket, target: string): void {
  const onward: Socket = connect(Number(target.split(":")[1]), "127.0.0.1", () =>
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n"),
  );
  onward.on("error", () => socket.destroy()).on("close", () => socket.destroy());
  socket.on("close", () => onward.destroy());
  onward.pipe(socket).pipe(onward);
}

describe("through a proxy", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test("of the environment, in either case, with names that only it knows", async () => {
    const server = await startMock();
    const { port } = new URL(server.url);
    for (const name of ["HTTP_PROXY", "http_proxy"]) {
      const proxy = await startProxy();
      vi.stubEnv(name, `http://127.0.0.1:${proxy.port}`);
      const fetch = openFetch({});
      expect((await fetch(`http://only.proxy.test:${port}/nothing`)).status).toBe(404);
      expect(proxy.connections[0]).toMatch(`CONNECT only.proxy.test:${port} HTTP/1.1`);
      vi.unstubAllEnvs();
    }
  });

  test("a whole generation passes, downloads included, and the proxy never sees the key", async ({
    folder,
  }) => {
    const server = await startMock();
    const proxy = await startProxy();
    const fetch = openFetch({ proxy: `http://127.0.0.1:${proxy.port}` });
    const client = createClient({ apiKey, baseUrl: server.url, fetch });
    const task = await client.generate("seedreamv5", input, { pollIntervalMs: 5 });
    await saveImages(task, folder, { client });
    const targets = proxy.connections.map((sent) => /^CONNECT \S+:(\d+) /.exec(sent)?.[1]);
    expect(new Set(targets)).toEqual(new Set([new URL(server.url).port, new URL(task.urls[0]!).port]));
    expect(proxy.connections.join("")).not.toContain(apiKey);
  });

  test.for([
    ["127.0.0.1", true],
    ["*", true],
    ["example.com, 127.0.0.1:PORT", true],
    ["0.0.1", true],
    ["10.0.0.0/8, 127.0.0.0/8", true],
    ["127.0.0.1:1", false],
    ["example.com", false],
    ["10.0.0.0/8 126.0.0.0/8 ::/0 127.0.0.1/33 example.com/8 /8", false],
    ["", false],
  ] as const)("but not what NO_PROXY names: %s", async ([list, isDirect]) => {
    const server = await startCapture();
    const proxy = await startProxy();
    vi.stubEnv("HTTP_PROXY", `127.0.0.1:${proxy.port}`);
    vi.stubEnv("NO_PROXY", list.replace("PORT", new URL(server.url).port));
    await openFetch({})(server.url);
    expect([proxy.connections.length, server.requests.length]).toEqual([isDirect ? 0 : 1, 1]);
  });

  test.for<[string, (socket: Socket) => void]>([
    ["refuses", (socket: Socket) => void socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n")],
    [
      "asks for a password",
      (socket: Socket) => void socket.end("HTTP/1.1 407 Who\r\ncontent-length: 0\r\n\r\n"),
    ],
    ["hangs up", (socket: Socket) => void socket.destroy()],
  ])("that %s nothing was sent, and its password is in no error", async ([, onConnect]) => {
    const proxy = await startProxy(onConnect);
    const fetch = openFetch({ proxy: `http://visitor:pass%20word@127.0.0.1:${proxy.port}` });
    const error = await submitFailure({
      baseUrl: "http://127.0.0.1:9",
      fetch,
      submitTimeoutMs: 20_000,
    });
    expect(error).toMatchObject({ code: "CONNECTION", outcome: "not-sent" });
    const header = Buffer.from("visitor:pass word").toString("base64");
    expect(proxy.connections[0]).toContain(`proxy-authorization: Basic ${header}`);
    expect(proxy.connections).toHaveLength(1);
    const printed = inspect(error, { depth: 20, showHidden: true });
    for (const secret of ["pass word", "pass%20word", header]) expect(printed).not.toContain(secret);
  });

  test.for([
    ["a6%6qgx%", "a6%6qgx%"], // as it was typed
    ["p%C3%A4ss%40%25", "päss@%"],
  ] as const)("has its password as it is meant: %s", async ([written, meant]) => {
    const proxy = await startProxy(
      (socket) => void socket.end("HTTP/1.1 407 Who\r\ncontent-length: 0\r\n\r\n"),
    );
    vi.stubEnv("HTTP_PROXY", `http://visitor:${written}@127.0.0.1:${proxy.port}`);
    await submitFailure({ baseUrl: "http://127.0.0.1:9", fetch: openFetch({}) });
    const header = Buffer.from(`visitor:${meant}`).toString("base64");
    expect(proxy.connections[0]).toContain(`proxy-authorization: Basic ${header}`);
  });

  test("that never opens the tunnel nothing was sent, once `connectTimeoutMs` is over", async () => {
    const proxy = await startProxy(() => undefined);
    const fetch = createFetch({ proxy: `http://127.0.0.1:${proxy.port}`, connectTimeoutMs: 100 });
    const error = await submitFailure({ baseUrl: "http://127.0.0.1:9", fetch, submitTimeoutMs: 30_000 });
    expect(error).toMatchObject({ code: "CONNECTION", outcome: "not-sent" });
    await fetch.close(); // which waits for nothing
  });

  test("that is not there nothing was sent", async () => {
    const proxy = await startProxy();
    await proxy.close();
    const fetch = openFetch({ proxy: `http://visitor:secret@127.0.0.1:${proxy.port}` });
    const error = await submitFailure({ baseUrl: "http://127.0.0.1:9", fetch });
    expect(error.outcome).toBe("not-sent");
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain("secret");
  });

  test.for(["127.0.0.1", "[::1]"])(
    "on https at %s gets no server name, which an address is not",
    async (host) => {
      const proxy = createSecureServer({ key: pem("key"), cert: pem("certificate") });
      await new Promise<void>((resolve) => proxy.listen(0, host.replace(/[[\]]/g, ""), resolve));
      onTestFinished(() => void proxy.close());
      const warnings: Error[] = [];
      const note = (warning: Error) => void warnings.push(warning);
      process.on("warning", note);
      onTestFinished(() => void process.off("warning", note));
      const uri = `https://${host}:${(proxy.address() as AddressInfo).port}`;
      const fetch = openFetch({ proxy: uri, ca: pem("certificate").toString() });
      const error = await submitFailure({ baseUrl: "https://service.test", fetch });
      // The proxy's certificate is that of a name: it is compared with the address.
      expect([error.outcome, error.message]).toEqual(["not-sent", expect.stringContaining("IP: ")]);
      await new Promise(setImmediate); // warnings are told in the next turn
      expect(warnings).toEqual([]);
    },
  );

  test("that the environment names wrongly nothing was sent, and its password is not quoted", async () => {
    const server = await startMock();
    for (const proxy of ["socks5://visitor:secret@127.0.0.1:1", "http://visitor:secret@[", "secret secret"]) {
      vi.stubEnv("HTTP_PROXY", proxy);
      const error = await submitFailure({ baseUrl: server.url, fetch: openFetch({}) });
      expect(error).toMatchObject({ code: "CONFIGURATION", outcome: "not-sent" });
      expect(error.message).toMatch(/^HTTP_PROXY must be the URL of an http or https proxy/);
      expect(inspect(error, { depth: 20, showHidden: true })).not.toContain("secret");
    }
    expect(server.requests).toHaveLength(0);
  });

  test.for(["socks5://127.0.0.1:1", "not a url with secret"])("%s is refused, and not quoted", (proxy) => {
    expect(() => createFetch({ proxy })).toThrow("`proxy` must be the URL of an http or https proxy");
  });
});

describe("a stop", () => {
  test("ends a request before, while and after it is sent, with its reason and no listener left", async ({
    serve,
  }) => {
    const server = await serve((_, response) => void response.write(png()));
    const fetch = openFetch({ proxy: null, connections: 1 });
    await expect(fetch(server.origin, { signal: AbortSignal.abort("stop") })).rejects.toBe("stop");
    expect(server.requests).toHaveLength(0);

    const first = new AbortController();
    const response = await fetch(server.origin, { signal: first.signal });
    const queued = new AbortController();
    const waiting = fetch(server.origin, { signal: queued.signal });
    queued.abort("queued");
    await expect(waiting).rejects.toBe("queued");
    const reading = response.text();
    first.abort("reading");
    await expect(reading).rejects.toBe("reading");
    expect(await server.firstAnswerEnded).toBe(false);
    for (const { signal } of [first, queued]) expect(getEventListeners(signal, "abort")).toEqual([]);

    // The one that was given up while it waited for the connection was never sent.
    const last = await fetch(`${server.origin}/last`);
    await last.body?.cancel();
    expect(server.requests.map(({ url }) => url)).toEqual(["/", "/last"]);
  });

  test("of a client ends the connection: by a signal, by a deadline, and although a middleware came late", async () => {
    const ended = new Set<Socket>();
    const server = await startRaw((socket) => void socket.on("close", () => ended.add(socket)));
    const settings = { baseUrl: `http://127.0.0.1:${server.port}`, fetch: openFetch() };
    const client = createClient({ ...settings, apiKey });
    const late = createClient({
      ...settings,
      async apiKey() {
        await Promise.resolve(); // after the request was begun, and before it is sent
        late.api.use({ onRequest: () => undefined });
        return apiKey;
      },
    });
    const stop = new AbortController();
    setTimeout(() => stop.abort("stop"), 500);
    await expect(client.submit("seedreamv5", input, { signal: stop.signal })).rejects.toBe("stop");
    for (const each of [client, late, late]) {
      const submitted = each.submit("seedreamv5", input, { timeoutMs: 500 });
      await expect(submitted).rejects.toMatchObject({ outcome: "unknown" });
    }
    await vi.waitFor(() => expect(ended.size).toBe(4));
    expect(server.connections.filter((received) => received.includes("a red fox"))).toHaveLength(4);
  });

  test("by a deadline proves that a submit was not sent which waited for a connection until then", async () => {
    const accepted = httpAnswer({ code: 1000, msg: "OK", data: { taskid: "a" } });
    const server = await startRaw((socket, received) => {
      if (received.includes("the last")) socket.end(accepted);
    });
    const fetch = openFetch({ proxy: null, connections: 1 });
    const settings = { apiKey, baseUrl: `http://127.0.0.1:${server.port}` };
    const client = createClient({ ...settings, fetch });
    const wrapped = createClient({ ...settings, fetch: (...parameters) => fetch(...parameters) });
    const submitLate = (by: typeof client) =>
      by.submit("seedreamv5", { prompt: "late" }, { timeoutMs: 50 }).catch((error: TensorsLabError) => error);
    const unsent = {
      code: "CONNECTION",
      outcome: "not-sent",
      message: expect.stringMatching(/: nothing could be sent within 50 ms$/) as string,
    };
    const stop = new AbortController();
    const first = client.submit("seedreamv5", { prompt: "the first" }, { signal: stop.signal });
    await vi.waitFor(() => expect(server.connections.join("")).toContain("the first"));
    expect(await submitLate(client)).toMatchObject(unsent);
    expect(await submitLate(wrapped)).toMatchObject({ outcome: "unknown" }); // it might send it again
    stop.abort("stop");
    await expect(first).rejects.toBe("stop");
    expect(await client.submit("seedreamv5", { prompt: "the last" })).toMatchObject({ taskid: "a" });
    expect(server.connections.join("")).not.toContain("late");

    const silent = { apiKey, baseUrl: `https://127.0.0.1:${server.port}` };
    const shaking = createClient({ ...silent, fetch: openFetch({ proxy: null, connectTimeoutMs: 500 }) });
    expect(await submitLate(shaking)).toMatchObject(unsent);
    shaking.api.use({ onRequest: () => undefined }); // gets a platform's request, whose signal cannot be asked
    expect(await submitLate(shaking)).toMatchObject({ outcome: "unknown" });
  });

  test("of many requests may come from one signal, without a warning of Node's", async () => {
    const server = await startCapture();
    const warnings: string[] = [];
    const note = ({ message }: Error) => void warnings.push(message);
    process.on("warning", note);
    onTestFinished(() => void process.off("warning", note));
    const fetch = openFetch();
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 20 }, async () => (await fetch(server.url, { signal })).text()));
    await new Promise(setImmediate); // warnings are told in the next turn
    expect(warnings.filter((each) => each.includes("AbortSignal"))).toEqual([]);
  });

  test("does not come after a success", async () => {
    const server = await startCapture();
    const { signal } = new AbortController();
    await (await openFetch()(server.url, { signal })).text();
    expect(signal.aborted).toBe(false);
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});

describe("results", () => {
  /** Answers as the resolver of a hostile network does: the name of a public host is bound to addresses of its choice. */
  function bindTo(...addresses: string[]): void {
    const lookup = vi.spyOn(dns, "lookup") as unknown as ReturnType<typeof vi.fn>;
    lookup.mockImplementation((_name: string, options: { all?: boolean }, callback: LookupCallback) => {
      const found = addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
      if (options.all) callback(null, found);
      else callback(null, found[0]!.address, found[0]!.family);
    });
    onTestFinished(() => lookup.mockRestore());
  }
  type LookupCallback = (error: null, found: unknown, family?: number) => void;

  test.for(["127.0.0.1", "::1", "169.254.169.254", "::ffff:10.0.0.1", "fe80::1%lo", "0.0.0.0"])(
    "are never fetched from %s, whatever name leads there, and whatever connection is kept",
    async (address, { serve }) => {
      const server = await serve((_, response) => response.end(png()));
      const url = `http://images.test:${new URL(server.origin).port}/`;
      const fetch = openFetch();
      bindTo("127.0.0.1");
      expect((await fetch(url)).ok).toBe(true); // as a call of the API would be
      bindTo(address, "127.0.0.1");
      const failure = await fetch(url, { [publicAddressesOnly]: true } as RequestInit).then(
        () => expect.fail("it was fetched"),
        (error: Error) => error.cause,
      );
      expect(failure).toMatchObject({ code: "ERR_PRIVATE_ADDRESS" });
      expect(server.requests).toHaveLength(1);
    },
  );

  test("whose name leads to a private address are refused where the connection is made", async ({
    serve,
  }) => {
    const server = await serve((_, response) => response.end(png()));
    const { port } = new URL(server.origin);
    bindTo("127.0.0.1");
    const client = createClient({ apiKey: null, baseUrl: "https://api.test", fetch: openFetch() });
    const url = `https://images.test:${port}/1`;
    const error = await downloadImage(url, { client }).then(
      () => expect.fail("it was downloaded"),
      (error: TensorsLabError) => error,
    );
    expect(error.message).toMatch(/a private address is not fetched/);
    expect(server.requests).toHaveLength(0);
    const trusting = { fetch: client.results.fetch, allowPrivateResults: true };
    expect((await downloadImage(server.origin, trusting)).size).toBe(1000);
  });
});

describe("the end", () => {
  const program = (body: string) => `
    import { createFetch } from "./src/node/index.ts";
    const fetch = createFetch();
    ${body}`;

  test("of a process does not wait for connections that are kept", async () => {
    const server = await startCapture();
    const body = `console.log((await (await fetch(${JSON.stringify(server.url)})).json()).code);`;
    expect(await runModule(program(body))).toBe("1000\n");
  });

  test("comes with close or with await using, after the requests that are under way", async () => {
    let respond = () => {};
    const server = await startRaw((socket) => {
      respond = () => void socket.write(httpAnswer({ a: 1 }));
    });
    const fetch = createFetch({ proxy: null });
    const response = fetch(`http://127.0.0.1:${server.port}`);
    while (server.connections.length === 0) await new Promise(setImmediate);
    const closing = fetch[Symbol.asyncDispose]();
    while (!server.connections[0]) await new Promise(setImmediate);
    respond();
    expect(await (await response).json()).toEqual({ a: 1 });
    await closing;
    await fetch.close(); // again
    await expect(fetch("http://127.0.0.1:9")).rejects.toThrow("This fetch is closed");
  });

  test("is known to a client: nothing is sent by a fetch that is closed, and nothing is tried again", async () => {
    const server = await startMock();
    const closed = createFetch({ proxy: null });
    await closed.close();
    const attempt = vi.fn(closed);
    const client = createClient({ apiKey, baseUrl: server.url, fetch: attempt });
    const failure = (work: Promise<unknown>) =>
      work.then(
        () => expect.fail("it worked"),
        (error: unknown) => error,
      );
    expect(await failure(client.submit("seedreamv5", input))).toMatchObject({
      code: "CONFIGURATION",
      outcome: "not-sent",
      message: "This fetch is closed: nothing can be sent after `close()`",
    });
    const read = {
      code: "CONNECTION",
      outcome: "accepted",
      message: expect.stringContaining("is closed") as string,
    };
    expect(await failure(client.status("t1"))).toMatchObject(read);
    expect(await failure(client.wait("t1"))).toMatchObject(read);
    expect(await failure(downloadImage("https://images.test/1.png", { client }))).toMatchObject({
      code: "DOWNLOAD",
    });
    expect(attempt).toHaveBeenCalledTimes(4);
  });

  test("proves nothing of a request that went out by another way", async () => {
    const closed = createFetch({ proxy: null });
    await closed.close();
    for (const audit of [{ method: "POST", body: "audit" }, undefined]) {
      const server = await startMock();
      const client = createClient({
        apiKey,
        baseUrl: server.url,
        async fetch(url, init) {
          await fetch(url, init);
          return closed(String(url), audit ?? init); // an audit, or the same request once more
        },
      });
      const error = await client.submit("seedreamv5", input).catch((reason: unknown) => reason);
      expect([error, server.ledger.length]).toMatchObject([{ outcome: "unknown" }, 1]);
    }
  });

  test("proves nothing through a function that has taken over its fields", async () => {
    const gone = await startRaw(() => undefined);
    await gone.close();
    const refused = openFetch();
    for (const take of [
      (own: Fetch) => Object.assign(own, refused),
      (own: Fetch) => Object.defineProperties(own, Object.getOwnPropertyDescriptors(refused)),
      (own: Fetch) => new Proxy(refused, { apply: async (_, __, given) => own(...(given as [string])) }),
    ]) {
      const server = await startMock();
      const around: Fetch = async (url, init) => {
        await fetch(url, init);
        return refused(`http://127.0.0.1:${gone.port}`, init);
      };
      const client = createClient({ apiKey, baseUrl: server.url, fetch: take(around) });
      const error = await client.submit("seedreamv5", input).catch((reason: unknown) => reason);
      expect([error, server.ledger.length]).toMatchObject([{ outcome: "unknown" }, 1]);
    }
  });
});

describe("undici that cannot be used", () => {
  test("is said of each request, of which nothing was sent", async () => {
    const broken = new Error("the module is broken"); // the same one each time, as it is with modules
    const fetch = openFetch({ loadUndici: () => Promise.reject(broken) });
    const settings = { baseUrl: "http://127.0.0.1:9", fetch };
    for (const error of await Promise.all([submitFailure(settings), submitFailure(settings)])) {
      expect(error).toMatchObject({
        code: "CONFIGURATION",
        outcome: "not-sent",
        message: "undici cannot be used: the module is broken",
      });
    }
  });
});

const certificate = readFileSync(new URL("../faults/support/certificate.pem", import.meta.url), "utf8");

test.for<[unknown, string]>([
  [
    { conections: 5 },
    "Unknown option `conections`. Available: connections, proxy, ca, connectTimeoutMs, loadUndici",
  ],
  [{ connections: 0 }, "`connections` must be a whole number of at least 1"],
  [{ connections: 1.5 }, "`connections` must be a whole number of at least 1"],
  [{ connections: "5" }, "`connections` must be a whole number of at least 1"],
  [{ connectTimeoutMs: -1 }, "`connectTimeoutMs` must be a number of milliseconds above 0"],
  [{ connectTimeoutMs: "5" }, "`connectTimeoutMs` must be a number of milliseconds above 0"],
  [{ loadUndici: 5 }, "`loadUndici` must be a function"],
  [{ proxy: false }, "`proxy` must be the URL of an http or https proxy"],
  [{ ca: "no certificate" }, "`ca` must be certificates in PEM form"],
  [{ ca: certificate.slice(0, 300) }, "`ca` must be certificates in PEM form"],
  [
    { ca: [certificate, `${certificate}${certificate.slice(0, 300)}`] },
    "`ca` must be certificates in PEM form",
  ],
  [{ ca: certificate.replace(/\n.{20}/, "\n") }, "`ca` must be certificates in PEM form"],
])("%# is refused", ([options, message]) => {
  expect(() => createFetch(options as CreateFetchOptions)).toThrow(new ConfigurationError(message));
});

test("a bundle of certificates is taken with what is written between them", () => {
  const ca = ["a company's", certificate, "and another one's", certificate.replaceAll("\n", "\r\n")].join(
    "\n",
  );
  expect(() => openFetch({ proxy: null, ca })).not.toThrow();
});
