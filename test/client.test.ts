import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { createClient } from "../src/index.js";
import type { Client, ClientOptions, Task } from "../src/index.js";
import { startMockServer } from "../src/mock-server/index.js";
import { accepted, startCaptureServer } from "./support/capture-server.js";
import type { CapturedRequest, CaptureServer } from "./support/capture-server.js";
import { readForm } from "./support/form.js";
import { imageHeads } from "./support/images.js";

const submitPath = "/v1/images/seedreamv5";
const statusPath = "/v1/images/infobytaskid";
const prompt = "a red fox";

let server: CaptureServer;

beforeEach(async () => void (server = await startCaptureServer(answer)));
afterEach(() => server.close());

/** Redirects to where a prompt says; else takes every submit, and has each task finished. */
function answer({ path, body }: CapturedRequest): {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
} {
  const [, location] = /\[to (\S+)\]/.exec(String(body)) ?? [];
  if (location) return { status: 307, headers: { location } };
  if (path.endsWith(submitPath)) return { body: accepted };
  return {
    body: {
      code: 1000,
      msg: "success",
      data: { taskid: "task-1", image_status: 3, url: ["https://x.example/1"] },
    },
  };
}

const makeClient = (options: ClientOptions = {}): Client =>
  createClient({ apiKey: "key-1", baseUrl: server.url, ...options });

async function startOther(): Promise<CaptureServer> {
  const other = await startCaptureServer();
  onTestFinished(() => other.close());
  return other;
}

const firstRequest = (): CapturedRequest => {
  expect(server.requests).toHaveLength(1);
  return server.requests[0]!;
};

describe("the raw client", () => {
  test("adds the key and encodes forms", async () => {
    const { api } = makeClient();
    const body = { prompt, batchsize: 2, sourceImage: [new File([imageHeads.png], "fox.png")] };
    const { data, response } = await api.POST(submitPath, { body });
    expect(data).toEqual(accepted);
    expect(response.status).toBe(200);
    expect(firstRequest().headers.authorization).toBe("Bearer key-1");
    expect(await readForm(firstRequest())).toEqual([
      { name: "prompt", text: prompt },
      { name: "batchsize", text: "2" },
      { name: "sourceImage", filename: "fox.png", type: "image/png", bytes: Buffer.from(imageHeads.png) },
    ]);
  });

  test("takes a body without a prototype, and skips what is undefined", async () => {
    const fields = { prompt, category: undefined };
    const body = Object.assign(Object.create(null) as typeof fields, fields);
    await makeClient().api.POST(submitPath, { body: body as { prompt: string } });
    expect(await readForm(firstRequest())).toEqual([{ name: "prompt", text: prompt }]);
  });

  test("takes a body of a class", async () => {
    class Fields {
      prompt = prompt;
    }
    await makeClient().api.POST(submitPath, { body: new Fields() });
    expect(await readForm(firstRequest())).toEqual([{ name: "prompt", text: prompt }]);
  });

  test("sends JSON where the document says so", async () => {
    await makeClient().api.POST(statusPath, { body: { taskid: "task-1" } });
    expect(firstRequest().headers["content-type"]).toBe("application/json");
    expect(String(firstRequest().body)).toBe('{"taskid":"task-1"}');
  });

  test("sends a form of the caller's own as it is", async () => {
    const body = new FormData();
    body.append("prompt", prompt);
    await makeClient().api.POST(submitPath, { body: body as never });
    expect(await readForm(firstRequest())).toEqual([{ name: "prompt", text: prompt }]);
  });

  test("checks nothing, and sends once whatever is answered", async () => {
    const refusing = await startCaptureServer(() => ({ status: 503, body: { code: 9999, msg: "later" } }));
    onTestFinished(() => refusing.close());
    const { api } = makeClient({ baseUrl: refusing.url });
    const { error, response } = await api.POST(submitPath, { body: { prompt: "", batchsize: 99 } });
    expect(response.status).toBe(503);
    expect(error).toEqual({ code: 9999, msg: "later" });
    expect(refusing.requests).toHaveLength(1);
  });

  test.each(["same", "other"])("follows no redirect to the %s origin", async (where) => {
    const other = await startOther();
    const target = where === "same" ? server.url + statusPath : other.url + submitPath;
    const sending = makeClient().api.POST(submitPath, { body: { prompt: `[to ${target}]` } });
    await expect(sending).rejects.toMatchObject({ code: "CONNECTION" });
    expect(server.requests).toHaveLength(1);
    expect(other.connections()).toBe(0);
  });

  test("follows none even if asked to", async () => {
    const other = await startOther();
    const body = { prompt: `[to ${other.url}${submitPath}]` };
    const sending = makeClient().api.POST(submitPath, { body, redirect: "follow" });
    await expect(sending).rejects.toMatchObject({ code: "CONNECTION" });
    expect(other.connections()).toBe(0);
  });
});

describe("the key goes to the API's origin and nowhere else", () => {
  const refused = { code: "CONFIGURATION", outcome: "not-sent" };

  test("another base URL for one call is refused, and the same origin is not", async () => {
    const other = await startOther();
    const { api } = makeClient();
    const body = { prompt };
    await expect(api.POST(submitPath, { body, baseUrl: other.url })).rejects.toMatchObject(refused);
    expect(other.connections()).toBe(0);
    await api.POST(submitPath, { body, baseUrl: `${server.url}/prefix` });
    expect(firstRequest()).toMatchObject({ path: `/prefix${submitPath}` });
  });

  test("a path that leads elsewhere is refused", async () => {
    const { api } = createClient({ apiKey: "key-1", baseUrl: "http://localhost" });
    const elsewhere = `@${new URL(server.url).host}${submitPath}` as typeof submitPath;
    await expect(api.POST(elsewhere, { body: { prompt } })).rejects.toMatchObject(refused);
    expect(server.connections()).toBe(0);
  });

  test("a middleware that sends the request elsewhere is stopped", async () => {
    const other = await startOther();
    const client = makeClient();
    client.api.use({ onRequest: ({ request }) => new Request(other.url, { ...request }) });
    await expect(client.api.POST(submitPath, { body: { prompt } })).rejects.toMatchObject(refused);
    await expect(client.submit("seedreamv5", { prompt })).rejects.toMatchObject(refused);
    expect(other.connections()).toBe(0);
  });
});

describe("middleware", () => {
  test("may change headers in place", async () => {
    const client = makeClient();
    client.api.use({ onRequest: ({ request }) => request.headers.set("X-Trace", "trace-1") });
    await client.submit("seedreamv5", { prompt });
    expect(firstRequest().headers).toMatchObject({ "x-trace": "trace-1", authorization: "Bearer key-1" });
    expect(await readForm(firstRequest())).toEqual([{ name: "prompt", text: prompt }]);
  });

  test.each([
    ["text", {}],
    ["a file", { sourceImage: [imageHeads.png] }],
  ])("may return a request of its own, with %s in it", async (_, more) => {
    const client = makeClient();
    client.api.use({
      onRequest({ request }) {
        const headers = new Headers(request.headers);
        headers.set("X-Trace", "trace-1");
        return new Request(request, { headers });
      },
    });
    expect(await client.submit("seedreamv5", { prompt, ...more })).toMatchObject({ taskid: "task-1" });
    expect(firstRequest().headers).toMatchObject({ "x-trace": "trace-1", authorization: "Bearer key-1" });
    expect((await readForm(firstRequest()))[0]).toEqual({ name: "prompt", text: prompt });
  });

  test("sees the answer, and may give another", async () => {
    const client = makeClient();
    const statuses: number[] = [];
    const other = { code: 1000, msg: "success", data: { taskid: "task-2" } };
    client.api.use({
      onResponse({ response }) {
        statuses.push(response.status);
        return Response.json(other);
      },
    });
    expect(await client.submit("seedreamv5", { prompt })).toMatchObject({ taskid: "task-2" });
    expect(statuses).toEqual([200]);
  });

  test("may read a copy of the answer later on, though the signal of the request has ended with it", async () => {
    const client = makeClient();
    const copies: Response[] = [];
    const signals: AbortSignal[] = [];
    client.api.use({
      onRequest: ({ request }) => void signals.push(request.signal),
      onResponse: ({ response }) => void copies.push(response.clone()),
    });
    await client.submit("seedreamv5", { prompt });
    expect(await copies[0]!.json()).toEqual(accepted);
    // Until it ends, fetch on Node keeps the request: some 25 MB in 10,000 waits.
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  test("may answer instead of the service", async () => {
    const client = makeClient();
    client.api.use({ onRequest: () => Response.json(accepted) });
    expect(await client.submit("seedreamv5", { prompt })).toMatchObject({ taskid: "task-1" });
    expect(server.connections()).toBe(0);
  });
});

describe("the client", () => {
  test("asks a function for the key before each request", async () => {
    const apiKey = vi.fn<() => Promise<string>>();
    apiKey.mockResolvedValueOnce("key-1").mockResolvedValueOnce("key-2");
    const client = makeClient({ apiKey });
    await client.generate("seedreamv5", { prompt });
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      "Bearer key-1",
      "Bearer key-2",
    ]);
  });

  test("sends nothing if the function fails", async () => {
    const cause = new Error("the vault is closed");
    const client = makeClient({ apiKey: () => Promise.reject(cause) });
    await expect(client.submit("seedreamv5", { prompt })).rejects.toMatchObject({
      code: "CONFIGURATION",
      outcome: "not-sent",
    });
    expect(server.connections()).toBe(0);
  });

  test("sends no key if there is to be none", async () => {
    await makeClient({ apiKey: null }).submit("seedreamv5", { prompt });
    expect(firstRequest().headers).not.toHaveProperty("authorization");
  });

  test.each(["seedreamv6", "constructor", "__proto__", undefined])(
    "knows no model %o, and says which",
    async (model) => {
      const submitting = makeClient().submit(model as "seedreamv5", { prompt });
      await expect(submitting).rejects.toMatchObject({
        code: "CONFIGURATION",
        message: expect.stringMatching(
          /Unknown model `.*`\. ?(Did you mean `\w+`\?|Available: .*seedreamv5)/,
        ) as string,
      });
      expect(server.connections()).toBe(0);
    },
  );

  test.each([
    ["timeoutMs", 0],
    ["timeoutMs", NaN],
    ["timeoutMs", "1000"],
    ["pollIntervalMs", -1],
    ["onSubmitted", "log"],
    ["onStatus", {}],
    ["signal", {}],
  ])("refuses the option %s: %o before anything is paid for", async (name, value) => {
    const generating = makeClient().generate("seedreamv5", { prompt }, { [name]: value });
    await expect(generating).rejects.toMatchObject({
      code: "CONFIGURATION",
      message: expect.stringContaining(name) as string,
    });
    expect(server.connections()).toBe(0);
  });

  test("two clients share nothing", async () => {
    const [first, second] = [makeClient(), makeClient({ apiKey: "key-2" })];
    first.api.use({ onRequest: ({ request }) => request.headers.set("X-Trace", "first") });
    await Promise.all([first.submit("seedreamv5", { prompt }), second.submit("seedreamv5", { prompt })]);
    const heads = server.requests.map(({ headers }) => [headers.authorization, headers["x-trace"]]);
    expect(heads.sort()).toEqual([
      ["Bearer key-1", "first"],
      ["Bearer key-2", undefined],
    ]);
  });

  test("its methods need no object in front of them", async () => {
    const { submit, status, wait, watch, generate } = makeClient();
    const { taskid } = await submit("seedreamv5", { prompt });
    const seen: Task[] = [await status(taskid), await wait(taskid), await generate("seedreamv5", { prompt })];
    for await (const task of watch(taskid)) seen.push(task);
    expect(seen.map(({ status }) => status)).toEqual(["completed", "completed", "completed", "completed"]);
  });
});

describe("a generation", () => {
  test("tells of its submit, then of each status, and waits for those who are told", async () => {
    let now = 0;
    const mock = await startMockServer({ taskDurationMs: 1000, now: () => now });
    onTestFinished(() => mock.close());
    const told: string[] = [];
    const tell = async (what: string) => {
      const { length } = mock.requests;
      await new Promise((resolve) => setImmediate(resolve));
      expect(mock.requests).toHaveLength(length); // nothing goes on meanwhile
      told.push(what);
      now += 500;
    };
    const task = await makeClient({ baseUrl: mock.url }).generate(
      "seedreamv5",
      { prompt, batchsize: 2 },
      {
        pollIntervalMs: 1,
        onSubmitted: ({ taskid }) => tell(taskid),
        onStatus: ({ status }) => tell(status),
      },
    );
    expect(told).toEqual([task.taskid, "processing", "completed"]);
    expect(task).toMatchObject({ status: "completed", width: 2048, height: 2048 });
    expect(task.urls).toHaveLength(2);
    expect(mock.ledger).toMatchObject([{ taskid: task.taskid, images: 2 }]);
  });

  test("that was finished at once is not read", async () => {
    const mock = await startMockServer({ taskDurationMs: 60_000 });
    onTestFinished(() => mock.close());
    const statuses: string[] = [];
    const task = await makeClient({ baseUrl: mock.url }).generate(
      "seedreamv5",
      { prompt: "a red fox [mock:instant]" },
      { onStatus: ({ status }) => void statuses.push(status) },
    );
    expect(task).toMatchObject({ status: "completed", taskid: mock.ledger[0]?.taskid });
    expect(task.urls).toHaveLength(1);
    expect(statuses).toEqual(["completed"]);
    expect(mock.requests.map(({ role }) => role)).toEqual(["submit"]);
  });

  test("of several images is read, even if the first one came at once", async () => {
    const mock = await startMockServer({ taskDurationMs: 0 });
    onTestFinished(() => mock.close());
    const input = { prompt: "a red fox [mock:instant]", batchsize: 3 };
    const task = await makeClient({ baseUrl: mock.url }).generate("seedreamv5", input);
    expect(task.urls).toHaveLength(3);
  });
});
