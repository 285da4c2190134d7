import { inspect } from "node:util";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createApi } from "../../src/api/index.js";
import type { Api } from "../../src/api/index.js";
import { createClient } from "../../src/index.js";
import { startMockServer } from "../../src/mock-server/index.js";
import type { MockServerOptions } from "../../src/mock-server/index.js";

// Every pattern of openapi-fetch's documentation of middleware, against the mock server.

type Middleware = Parameters<Api["use"]>[0];

const apiKey = "sk-middleware-0123456789";
const path = "/v1/images/seedreamv5";
const body = { prompt: "a red fox", batchsize: 2 };
const withFile = () => ({ ...body, sourceImage: [new File(["bytes"], "fox.png", { type: "image/png" })] });

async function start(options: MockServerOptions = {}, key: string | null = apiKey) {
  const server = await startMockServer({ taskDurationMs: 0, apiKeys: [apiKey], ...options });
  onTestFinished(() => server.close());
  return { server, api: createApi({ apiKey: key, baseUrl: server.url }) };
}

/** Adds a middleware to all calls, or to one: both must see the same. */
const ways = {
  "to all calls": (api: Api, middleware: Middleware) => {
    api.use(middleware);
    return api.POST(path, { body: withFile() });
  },
  "to one call": (api: Api, middleware: Middleware) =>
    api.POST(path, { body: withFile(), middleware: [middleware] }),
  "to one call by its method's name": (api: Api, middleware: Middleware) =>
    api.request("post", path, { body: withFile(), middleware: [middleware] }),
};

describe.each(Object.entries(ways))("a middleware that is added %s", (_, send) => {
  it("gets a platform Request whose members work", async () => {
    const { server, api } = await start();
    const seen: Record<string, unknown> = {};
    const { data } = await send(api, {
      async onRequest({ request }) {
        seen.isRequest = request instanceof Request;
        const form = await request.clone().formData();
        seen.prompt = form.get("prompt");
        seen.file = await (form.get("sourceImage") as File).text();
        seen.text = (await request.clone().text()).includes('name="batchsize"\r\n\r\n2');
        seen.bytes = (await request.clone().arrayBuffer()).byteLength;
        seen.bodyUsed = request.bodyUsed;
      },
    });
    expect(seen).toMatchObject({
      isRequest: true,
      prompt: "a red fox",
      file: "bytes",
      text: true,
      bodyUsed: false,
    });
    expect(server.requests[0]).toMatchObject({ fields: body, files: [{ filename: "fox.png", size: 5 }] });
    expect(Number(server.requests[0]?.headers["content-length"])).toBe(seen.bytes);
    expect(data?.data.taskid).toBe(server.ledger[0]?.taskid);
  });

  it("sees no key, however it looks at the request", async () => {
    const { server, api } = await start();
    const printed: string[] = [];
    const look = (request: Request) => {
      printed.push(inspect(request, { depth: 9, showHidden: true }), JSON.stringify([...request.headers]));
    };
    await send(api, {
      onRequest: ({ request }) => look(request),
      onResponse: ({ request }) => look(request),
    });
    expect(printed).toHaveLength(4);
    expect(printed.join()).not.toContain("0123456789");
    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${apiKey}`);
  });

  it("may change headers in place", async () => {
    const { server, api } = await start();
    await send(api, { onRequest: ({ request }) => request.headers.set("x-trace", "1") });
    expect(server.requests[0]).toMatchObject({ fields: body, headers: { "x-trace": "1" } });
  });

  it("may return a copy with other headers, and the form arrives whole", async () => {
    const { server, api } = await start();
    await send(api, {
      onRequest: ({ request }) =>
        new Request(request, { headers: { ...Object.fromEntries(request.headers), "x-trace": "2" } }),
    });
    expect(server.requests[0]).toMatchObject({
      fields: body,
      files: [{ filename: "fox.png", size: 5 }],
      headers: { "x-trace": "2", authorization: `Bearer ${apiKey}` },
    });
  });

  it("may bring a key of its own", async () => {
    const { server, api } = await start({}, null);
    await send(api, { onRequest: ({ request }) => request.headers.set("Authorization", `Bearer ${apiKey}`) });
    expect(server.ledger).toHaveLength(1);
  });

  it("may repeat a refused request once, from a clone, with a fresh key", async () => {
    const { server, api } = await start({ apiKeys: ["sk-fresh-987654321"] });
    const clones = new Map<string, Request>();
    const { response } = await send(api, {
      onRequest: ({ request, id }) => void clones.set(id, request.clone()),
      async onResponse({ response, id, options }) {
        if (response.status !== 401) return undefined;
        const again = clones.get(id)!;
        again.headers.set("Authorization", "Bearer sk-fresh-987654321");
        return options.fetch(again);
      },
    });
    expect(response.status).toBe(200);
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      `Bearer ${apiKey}`,
      "Bearer sk-fresh-987654321",
    ]);
    expect(server.requests[1]).toMatchObject({ fields: body, files: [{ filename: "fox.png", size: 5 }] });
    expect(server.ledger).toHaveLength(1);
  });

  it("may log bodies, of the request and of the response", async () => {
    const { api } = await start();
    const log: unknown[] = [];
    const { data } = await send(api, {
      async onRequest({ request }) {
        log.push((await request.clone().text()).length > 0);
      },
      async onResponse({ response }) {
        log.push(await response.clone().json());
      },
    });
    expect(log).toEqual([true, data]);
  });

  it("may answer from a cache, and nothing is sent", async () => {
    const { server, api } = await start();
    const cached = { code: 1000, msg: "cached", data: { taskid: "cached-1" } };
    const { data } = await send(api, { onRequest: () => Response.json(cached) });
    expect(data).toEqual(cached);
    expect(server.requests).toHaveLength(0);
  });

  it("may change the response", async () => {
    const { api } = await start();
    const { response } = await send(api, {
      onResponse: ({ response }) =>
        new Response(response.body, { status: response.status, headers: { "x-changed": "yes" } }),
    });
    expect(response.headers.get("x-changed")).toBe("yes");
  });

  it("may throw for every response that is not a success", async () => {
    const { api } = await start({ apiKeys: ["sk-another"] });
    const throwing = send(api, {
      onResponse({ response }) {
        if (!response.ok) throw new Error(`${response.url}: ${response.status}`);
      },
    });
    await expect(throwing).rejects.toThrow(/seedreamv5: 401$/);
  });

  it("may replace an error, or answer in its place", async () => {
    const { api } = await start({ fail: () => ({ kind: "reset" }) });
    const replaced = send(api, { onError: ({ error }) => new Error("oops", { cause: error }) });
    await expect(replaced).rejects.toMatchObject({ message: "oops", cause: { code: "CONNECTION" } });
    const answered = await send((await start({ fail: () => ({ kind: "reset" }) })).api, {
      onError: () => Response.json({ code: 9999, msg: "later" }, { status: 503 }),
    });
    expect(answered.error).toMatchObject({ msg: "later" });
  });

  it("may leave some paths alone", async () => {
    const { server, api } = await start();
    await send(api, {
      onRequest({ request, schemaPath }) {
        if (schemaPath !== path) request.headers.set("x-other", "1");
      },
    });
    expect(server.requests[0]?.headers).not.toHaveProperty("x-other");
  });
});

it("a middleware that was ejected sees nothing more", async () => {
  const { server, api } = await start();
  let calls = 0;
  const middleware: Middleware = { onRequest: () => void calls++ };
  api.use(middleware);
  await api.POST(path, { body });
  api.eject(middleware);
  await api.POST(path, { body });
  expect([calls, server.ledger.length]).toEqual([1, 2]);
});

it("a form that the caller encoded arrives as it is, also past a middleware", async () => {
  const { server, api } = await start();
  api.use({ onRequest: ({ request }) => request.headers.set("x-trace", "3") });
  const form = new FormData();
  form.append("prompt", "by hand");
  await api.POST(path, { body: form as never });
  expect(server.requests[0]).toMatchObject({ fields: { prompt: "by hand" }, headers: { "x-trace": "3" } });
});

it("is what a platform Request is built for: without one there is none", async () => {
  const { server, api } = await start();
  const client = createClient({ apiKey, baseUrl: server.url });
  let built = 0;
  vi.stubGlobal(
    "Request",
    class extends Request {
      constructor(...given: ConstructorParameters<typeof Request>) {
        super(...given);
        built++;
      }
    },
  );
  onTestFinished(() => void vi.unstubAllGlobals());
  await api.POST(path, { body: withFile() });
  await client.submit("seedreamv5", withFile());
  expect([built, server.ledger.length]).toEqual([0, 2]);
  api.use({ onRequest: () => undefined });
  client.api.use({ onRequest: () => undefined });
  await api.POST(path, { body: withFile() });
  await client.submit("seedreamv5", withFile());
  expect([built >= 2, server.ledger.length]).toEqual([true, 4]);
});
