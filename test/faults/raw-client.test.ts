import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { ConfigurationError, ConnectionError, createClient, OutcomeUnknownError } from "../../src/index.js";
import type { Fetch } from "../../src/index.js";
import { refusingUrl } from "../support/closed-port.js";
import { apiKey, failureOf } from "./support/failure.js";
import { startMockClient } from "./support/mock-client.js";

const path = "/v1/images/seedreamv5";
const body = { prompt: "a red fox", batchsize: 2 };

describe("the raw client", () => {
  it("adds the key and encodes the form", async () => {
    const { server, client } = await startMockClient({ apiKeys: [apiKey] });
    const { data, response } = await client.api.POST(path, {
      body: { ...body, sourceImage: [new File(["bytes"], "photo.png", { type: "image/png" })] },
    });
    expect(response.status).toBe(200);
    expect(data?.data.taskid).toBe(server.ledger[0]?.taskid);
    expect(server.requests[0]).toMatchObject({
      fields: body,
      files: [{ field: "sourceImage", filename: "photo.png", contentType: "image/png", size: 5 }],
    });
  });

  it("judges nothing and checks nothing", async () => {
    const { client } = await startMockClient({ credits: 0 });
    expect((await client.api.POST(path, { body })).data?.code).toBe(9000);
    const { data } = await client.api.POST(path, { body: { colour: "red" } as never });
    expect(data).toMatchObject({ code: 9999 });
  });

  it("sends once, whatever comes of it", async () => {
    for (const status of [408, 429, 500, 503]) {
      const { server, client } = await startMockClient({ fail: () => ({ kind: "response", status }) });
      expect((await client.api.POST(path, { body })).response.status).toBe(status);
      expect(server.requests.length).toBe(1);
    }
    const { server, client } = await startMockClient({ fail: () => ({ kind: "reset", charged: true }) });
    const error = await failureOf(client.api.POST(path, { body }));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.outcome).toBe("unknown");
    expect([server.requests.length, server.ledger.length]).toEqual([1, 1]);
  });

  it("knows when nothing was sent, and does not try again", async () => {
    const attempt = vi.fn<Fetch>((url, init) => fetch(url, init));
    const client = createClient({ apiKey, baseUrl: await refusingUrl(), fetch: attempt });
    const error = await failureOf(client.api.POST(path, { body }));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.outcome).toBe("not-sent");
    expect(attempt).toHaveBeenCalledTimes(1);
  });

  it.each(["error", "follow", "manual"] as const)("follows no redirect, asked to %s", async (redirect) => {
    let visits = 0;
    const elsewhere = createServer((_, response) => {
      visits++;
      response.end("{}");
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void elsewhere.close());
    const location = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`;
    const { client } = await startMockClient({ fail: () => ({ kind: "redirect", location }) });
    expect(await failureOf(client.api.POST(path, { body, redirect }))).toBeInstanceOf(ConnectionError);
    expect(visits).toBe(0);
  });

  it("sends the key nowhere else, whoever asks it to", async () => {
    const attempt = vi.fn<Fetch>();
    const client = createClient({ apiKey, fetch: attempt });
    const elsewhere = client.api.POST(path, { body, baseUrl: "https://elsewhere.test" });
    expect(await failureOf(elsewhere)).toBeInstanceOf(ConfigurationError);

    client.api.use({
      onRequest: ({ request }) =>
        new Request("https://elsewhere.test/", { method: "POST", headers: request.headers, body: "x" }),
    });
    expect(await failureOf(client.api.POST(path, { body }))).toBeInstanceOf(ConfigurationError);
    const error = await failureOf(client.submit("seedreamv5", body));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error.outcome).toBe("not-sent");
    expect(attempt).not.toHaveBeenCalled();
  });

  it("ends with the signal's reason", async () => {
    const { client } = await startMockClient({ fail: () => ({ kind: "hang" }) });
    const reason = new Error("that is enough");
    const controller = new AbortController();
    const post = client.api.POST(path, { body, signal: controller.signal });
    setImmediate(() => controller.abort(reason));
    await expect(post).rejects.toBe(reason);
  });
});

describe("a middleware of the caller's", () => {
  it("that fails before anything was sent does not make a submit unknown, nor is it tried again", async () => {
    const { server, client } = await startMockClient();
    const onRequest = vi.fn(() => {
      throw new Error("no clock");
    });
    client.api.use({ onRequest });
    const error = await failureOf(client.submit("seedreamv5", body));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toMatchObject({ outcome: "not-sent", message: expect.stringContaining("no clock") });
    expect(onRequest).toHaveBeenCalledTimes(1);
    expect(server.requests.length).toBe(0);
  });

  it("that fails after it was sent leaves the outcome unknown, and it is not sent again", async () => {
    const { server, client } = await startMockClient();
    client.api.use({
      onResponse() {
        throw new Error("no disk");
      },
    });
    const error = await failureOf(client.submit("seedreamv5", body));
    expect(error).toBeInstanceOf(OutcomeUnknownError);
    expect([server.requests.length, server.ledger.length]).toEqual([1, 1]);
  });

  it("may change headers, also in a request of its own", async () => {
    const { server, client } = await startMockClient();
    client.api.use({
      onRequest({ request }) {
        request.headers.set("x-first", "1");
        return new Request(request, { headers: new Headers([...request.headers, ["x-second", "2"]]) });
      },
    });
    await client.submit("seedreamv5", body);
    expect(server.requests[0]).toMatchObject({
      fields: body,
      headers: { "x-first": "1", "x-second": "2", authorization: `Bearer ${apiKey}` },
    });
  });
});
