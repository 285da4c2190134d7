import { connect } from "node:net";
import type { Socket } from "node:net";
import { getGlobalDispatcher, ProxyAgent, setGlobalDispatcher } from "undici";
import { describe, expect, it, onTestFinished } from "vitest";
import { ConnectionError, createClient, OutcomeUnknownError } from "../../src/index.js";
import { startMockServer } from "../../src/mock-server/index.js";
import { runModule } from "../support/run-module.js";
import { apiKey, failureOf } from "./support/failure.js";
import { startMockClient } from "./support/mock-client.js";
import { startRawServer } from "./support/raw-server.js";

const input = { prompt: "a red fox" };

/** A proxy that opens tunnels, or does what `onConnect` does instead. */
async function startProxy(onConnect: (socket: Socket, target: string) => void = openTunnel) {
  const asked = new Set<Socket>();
  const proxy = await startRawServer((socket, received) => {
    const target = /^CONNECT (\S+) HTTP\/1\.1\r\n/.exec(received)?.[1];
    if (target === undefined || asked.has(socket) || !received.includes("\r\n\r\n")) return;
    asked.add(socket);
    socket.removeAllListeners("data");
    onConnect(socket, target);
  });
  onTestFinished(() => proxy.close());
  const agent = new ProxyAgent(`http://127.0.0.1:${proxy.port}`);
  onTestFinished(() => agent.destroy());
  return { agent, proxy };
}

function openTunnel(socket: Socket, target: string): void {
  const [host = "", port = ""] = target.split(":");
  const onward = connect(Number(port), host, () =>
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n"),
  );
  onward.on("error", () => socket.destroy()).on("close", () => socket.destroy());
  socket.on("close", () => onward.destroy());
  onward.pipe(socket).pipe(onward);
}

/** Makes the runtime's own fetch go through a dispatcher until the test ends, as an application would. */
function useGlobally(agent: ProxyAgent): void {
  const before = getGlobalDispatcher();
  setGlobalDispatcher(agent);
  onTestFinished(() => setGlobalDispatcher(before));
}

describe("through the runtime's own proxy", () => {
  it("a task is submitted and followed, and the client knows nothing of it", async () => {
    const { agent, proxy } = await startProxy();
    useGlobally(agent);
    const { server, client } = await startMockClient();
    const task = await client.generate("seedreamv5", input);
    expect(task.status).toBe("completed");
    expect(server.ledger.length).toBe(1);
    expect(proxy.connections.join("")).toMatch(/^CONNECT 127\.0\.0\.1:\d+/);
  });

  it("or through one that only this client goes through", async () => {
    const { agent, proxy } = await startProxy();
    const { client } = await startMockClient(
      {},
      { fetch: (url, init) => fetch(url, { ...init, dispatcher: agent } as RequestInit) },
    );
    await client.generate("seedreamv5", input);
    expect(proxy.connections.length).toBeGreaterThan(0);
  });

  it("a proxy that refuses the connection proves that nothing was sent", async () => {
    const { agent, proxy } = await startProxy();
    useGlobally(agent);
    await proxy.close();
    const client = createClient({ apiKey, baseUrl: "http://127.0.0.1:4000", submitRetries: 0 });
    const error = await failureOf(client.submit("seedreamv5", input));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.outcome).toBe("not-sent");
  });

  it("a proxy that opens no tunnel proves nothing, and the submit is not sent again", async () => {
    const { agent, proxy } = await startProxy((socket) => socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n"));
    useGlobally(agent);
    const client = createClient({ apiKey, baseUrl: "http://127.0.0.1:4000" });
    const error = await failureOf(client.submit("seedreamv5", input));
    expect(error).toBeInstanceOf(OutcomeUnknownError);
    expect(proxy.connections.length).toBe(1);
    expect(proxy.connections.join("")).not.toContain(apiKey);
  });

  it("a tunnel that breaks leaves the outcome unknown, and the submit is not sent again", async () => {
    const { agent, proxy } = await startProxy((socket, target) => {
      openTunnel(socket, target);
      socket.once("data", () => setImmediate(() => socket.resetAndDestroy()));
    });
    useGlobally(agent);
    const { server, client } = await startMockClient({ fail: () => ({ kind: "hang", charged: true }) });
    const error = await failureOf(client.submit("seedreamv5", input));
    expect(error).toBeInstanceOf(OutcomeUnknownError);
    expect(proxy.connections.length).toBe(1);
    expect(server.requests.length).toBeLessThanOrEqual(1);
  });
});

describe("HTTP_PROXY and its like", () => {
  it("mean what the runtime makes of them: the client itself does not read them", async () => {
    const { proxy } = await startProxy();
    const server = await startMockServer({ taskDurationMs: 0 });
    onTestFinished(() => server.close());
    const program = `
      import { createClient } from "./src/index.ts";
      const client = createClient({ apiKey: "any", baseUrl: ${JSON.stringify(server.url)} });
      console.log((await client.generate("seedreamv5", { prompt: "a red fox" })).status);`;
    const url = `http://127.0.0.1:${proxy.port}`;
    const env = { ...process.env, HTTP_PROXY: url, http_proxy: url, NO_PROXY: "" };
    expect(await runModule(program, env)).toBe("completed\n");
    expect(proxy.connections.length).toBe(0);
  });
});
