import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzipSync, gzipSync } from "node:zlib";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { createClient } from "../../../src/index.js";
import { mockMarkers } from "../../../src/mock-server/index.js";
import type { MockServer } from "../../../src/mock-server/index.js";
import document from "../../../src/mock-server/control/openapi.json" with { type: "json" };
import { readPng } from "../png.js";
import { makeImages, readTask, start, submit, submitPath, toForm } from "../wire.js";
import { startWithPage } from "./page.js";

const run = promisify(execFile);
const ajv = new Ajv({ strict: false });
const secret = "sk-a-long-and-secret-key";

describe("who may ask", () => {
  it.each([
    ["a foreign host", { host: "evil.example" }],
    ["a host that was pointed at this machine", { host: "127.0.0.1.evil.example:80" }],
    ["a host with something before it", { host: "evil@127.0.0.1" }],
    ["another origin", { origin: "http://evil.example" }],
    ["another port's origin", { origin: "http://127.0.0.1:1" }],
    ["an origin that hides itself", { origin: "null" }],
    ["another site", { "sec-fetch-site": "cross-site" }],
    ["another site's frame", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" }],
  ])("not %s", async (_, headers) => {
    const { server, ask } = await startWithPage();
    for (const [method, path] of [
      ["GET", "/api/state"],
      ["GET", "/api/requests"],
      ["GET", "/api/events"],
      ["POST", "/api/reset"],
      ["POST", `/try${submitPath}`],
    ] as const) {
      const { status, json } = await ask(method, path, method === "POST" ? {} : undefined, headers);
      expect([method, path, status, typeof json.error]).toEqual([method, path, 403, "string"]);
    }
    expect(server.requests).toEqual([]);
  });

  it("every name of this machine, the public one, and a program without an origin", async () => {
    const { server, ask } = await startWithPage({ publicUrl: "http://mock:8080" });
    const { host } = new URL(server.pageUrl!);
    for (const headers of [
      {},
      { host: "localhost:9" },
      { host: "[::1]:9" },
      { host: "mock:1234" },
      { host, origin: `http://${host}`, "sec-fetch-site": "same-origin" },
    ]) {
      expect((await ask("GET", "/api/state", undefined, headers)).status).toBe(200);
    }
  });

  it("everybody, on the port of the service", async () => {
    const { server } = await startWithPage();
    const response = await fetch(server.url + submitPath, {
      method: "POST",
      headers: { authorization: "Bearer k", origin: "http://evil.example" },
      body: toForm({ prompt: "a fox" }),
    });
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(await response.json()).toMatchObject({ code: 1000 });
  });

  it("is not asked without a page", async () => {
    const server = await start();
    expect(server.pageUrl).toBeUndefined();
  });
});

describe("the page", () => {
  it("is one file of at most 35 kB, gzipped, with nothing from elsewhere", async () => {
    const { ask } = await startWithPage();
    const plain = await ask("GET", "/");
    const packed = await ask("GET", "/", undefined, { "accept-encoding": "gzip" });
    expect(gunzipSync(packed.body).equals(plain.body)).toBe(true);
    console.log(`the page: ${packed.body.length} bytes, gzipped`);
    expect(gzipSync(plain.body, { level: 9 }).length).toBeLessThanOrEqual(35_000);
    expect(plain.body.toString()).not.toMatch(/(src|href)="?https?:/);
    expect(plain.headers["content-security-policy"]).toContain("default-src 'none'; script-src 'sha256-");
  });

  it("is closed with the server, its open events included", async () => {
    const { server } = await startWithPage();
    const events = await fetch(`${server.pageUrl}/api/events`);
    const reader = events.body!.getReader();
    await reader.read();
    await server.close();
    await expect(
      reader.read().then((chunk) => (chunk.done ? Promise.reject(new Error("ended")) : reader.read())),
    ).rejects.toThrow();
    await expect(fetch(server.pageUrl!)).rejects.toThrow();
  });
});

describe("the control API", () => {
  /** Every reply matches the document that the API has of itself. */
  async function checked(
    ask: Awaited<ReturnType<typeof startWithPage>>["ask"],
    method: string,
    path: string,
    body?: unknown,
  ) {
    const reply = await ask(method, path, body);
    const template = Object.keys(document.paths).find((known) =>
      new RegExp(`^${known.replace(/\{\w+\}/g, "[^/]+")}$`).test(path.split("?")[0]!),
    )!;
    const operations = document.paths[template as "/api/state"] as Record<string, { responses: object }>;
    const responses = operations[method.toLowerCase()]!.responses as Record<
      string,
      { content?: Record<string, { schema: object }> }
    >;
    const { content } = responses[reply.status] ?? responses.default!;
    const schema = content?.["application/json"]?.schema;
    if (schema) {
      const check = ajv.compile({ ...schema, components: document.components });
      expect([check(reply.json), check.errors]).toEqual([true, null]);
    }
    return reply;
  }

  it("shows requests and tasks, and no key", async () => {
    const { server, ask } = await startWithPage();
    const client = createClient({ apiKey: secret, baseUrl: server.url });
    const picture = new File(
      [await (await fetch((await makeImages(server, { prompt: "a hare" }))[0]!)).arrayBuffer()],
      "hare.png",
      { type: "image/png" },
    );
    const task = await client.generate("seedreamv5", {
      prompt: `a fox, and by mistake ${secret}`,
      sourceImage: [picture],
      batchsize: 2,
    });
    await fetch(task.urls[0]!).then((response) => response.arrayBuffer());
    const { json: list } = await checked(ask, "GET", "/api/requests");
    expect(list.requests.map(({ role }: { role: string }) => role)).toEqual([
      "result",
      "status",
      "submit",
      "result",
      "status",
      "submit",
    ]);
    const [, , sent] = list.requests;
    expect(sent).toMatchObject({
      ordinal: 4,
      charged: 2,
      files: 1,
      ok: true,
      status: 200,
      taskid: task.taskid,
    });
    const { json: details } = await checked(ask, "GET", "/api/requests/4");
    expect(details.headers.find(([name]: [string]) => name.toLowerCase() === "authorization")[1]).toBe(
      "Bearer [redacted]",
    );
    expect(details.parts).toMatchObject([
      { name: "prompt", text: expect.stringContaining("a fox") },
      {
        name: "sourceImage",
        filename: "hare.png",
        picture: "image/png",
        size: picture.size,
        sha256: server.requests[3]!.files[0]!.sha256,
      },
      { name: "batchsize", text: "2" },
    ]);
    const { json: tasks } = await checked(ask, "GET", "/api/tasks");
    expect(tasks.tasks[0]).toMatchObject({
      taskid: task.taskid,
      submit: 4,
      status: "completed",
      images: 2,
      reads: 1,
      downloads: 1,
    });
    const { json: ledger } = await checked(ask, "GET", "/api/ledger");
    expect(ledger.charges).toEqual(server.ledger);
    const bodies = await ask("GET", "/api/requests/4/body");
    expect(bodies.body.length).toBe(server.requests[3]!.bodyBytes);
    for (const reply of [list, details, tasks, ledger]) expect(JSON.stringify(reply)).not.toContain(secret);
    expect(bodies.body.includes(secret)).toBe(false);
    const part = await ask("GET", "/api/requests/4/parts/1");
    expect(createHash("sha256").update(part.body).digest("hex")).toBe(server.requests[3]!.files[0]!.sha256);
  });

  it("says which rules of the document a request breaks", async () => {
    const { server, ask } = await startWithPage();
    await submit(server, { batchsize: "99", colour: "red" });
    const { json } = await checked(ask, "GET", "/api/requests/1");
    expect(json).toMatchObject({ ok: false, charged: 0, issues: 3 });
    const rules: Record<string, [text: string, advice: RegExp]> = {
      batchsize: ["maximum: 15", /^Send batchsize as integer from 1 to 15\.$/],
      colour: ["additionalProperties: false", /^Leave colour out, or use one of category, prompt, /],
      prompt: ["required: [prompt]", /^Add prompt/],
    };
    for (const { field, rule } of json.problems) {
      const [file, line] = rule.place.split(":");
      const text = await readFile(new URL(`../../../${file}`, import.meta.url), "utf8");
      expect(text.split("\n")[line - 1]?.trim()).toBe(rules[field]![0]);
      expect(rule).toMatchObject({ text: rules[field]![0], advice: expect.stringMatching(rules[field]![1]) });
    }
    expect(json.problems.map(({ field }: { field: string }) => field).sort()).toEqual([
      "batchsize",
      "colour",
      "prompt",
    ]);
  });

  it("says it of a rule that has words of its own", async () => {
    const { server, ask } = await startWithPage();
    await submit(server, { prompt: "  " });
    const { json } = await checked(ask, "GET", "/api/requests/1");
    const { rule } = json.problems[0];
    const [file, line] = rule.place.split(":");
    const text = await readFile(new URL(`../../../${file}`, import.meta.url), "utf8");
    expect(rule.text).toMatch(/^pattern: /);
    expect(text.split("\n")[line - 1]).toContain("pattern:");
  });

  it("draws the images of a task at any size, which is no request to the service", async () => {
    const { server, ask } = await startWithPage({ imageSize: 64 });
    const { data } = await submit(server, { prompt: "a fox", resolution: "16:9" });
    const small = await ask("GET", `/api/tasks/${data?.taskid}/images/0?side=16`);
    expect(readPng(small.body)).toMatchObject({ width: 16, height: 9 });
    expect((await ask("GET", `/api/tasks/${data?.taskid}/images/1`)).status).toBe(404);
    expect(server.requests).toHaveLength(1);
  });

  it("makes the next requests fail, each as often as it was told", async () => {
    const { server, ask } = await startWithPage();
    await checked(ask, "POST", "/api/faults", { role: "submit", failure: { kind: "reset", charged: true } });
    await checked(ask, "POST", "/api/faults", {
      role: "status",
      failure: { kind: "response", status: 502 },
      times: 2,
    });
    await expect(submit(server, { prompt: "a fox" })).rejects.toThrow();
    expect(server.ledger).toHaveLength(1);
    const { taskid } = server.ledger[0]!;
    await expect(readTask(server, taskid)).rejects.toThrow();
    await expect(readTask(server, taskid)).rejects.toThrow();
    expect(await readTask(server, taskid)).toMatchObject({ code: 1000 });
    expect((await checked(ask, "GET", "/api/faults")).json).toEqual({ faults: [] });
  });

  it.each(Object.keys(mockMarkers))("does what the marker %s does", async (marker) => {
    const optionsOf = (time = 0) => ({ imageSize: 32, taskDurationMs: 100, now: () => (time += 60) }); // completed at the second look
    const { server, ask } = await startWithPage(optionsOf());
    const other = await start(optionsOf());
    await checked(ask, "POST", "/api/faults", { marker });
    const [byFault, byMarker] = await Promise.all([
      outcomeOf(server, "a fox", marker),
      outcomeOf(other, `a fox [mock:${marker}]`, marker),
    ]);
    expect((await ask("GET", "/api/faults")).json.faults).toEqual([]);
    const isSlowOnly = marker === "slow-download";
    if (!isSlowOnly) expect(await outcomeOf(server, "a fox", marker)).not.toEqual(byFault);
    expect(byFault).toEqual(byMarker);
  });

  it("keeps a fault until it is removed", async () => {
    const { server, ask } = await startWithPage();
    const { json } = await checked(ask, "POST", "/api/faults", {
      role: "any",
      failure: { kind: "response", status: 503 },
      times: null,
    });
    for (let count = 0; count < 3; count++)
      await expect(submit(server, { prompt: "a fox" })).rejects.toThrow();
    expect((await checked(ask, "DELETE", `/api/faults/${json.id}`)).status).toBe(204);
    expect((await checked(ask, "DELETE", `/api/faults/${json.id}`)).status).toBe(404);
    expect(await submit(server, { prompt: "a fox" })).toMatchObject({ code: 1000 });
  });

  it.each([
    [{}, "either a `failure` or a `marker`"],
    [[], "must be an object"],
    [{ role: "submit", marker: "reset", failure: { kind: "reset" } }, "either"],
    [{ marker: "toString" }, "`marker` must be one of"],
    [{ marker: "reset", role: "status" }, "`role` must be submit"],
    [{ failure: { kind: "reset" } }, "`role` must be one of"],
    [{ role: "submit", failure: { kind: "alter" } }, "`failure.kind` must be one of"],
    [{ role: "submit", failure: { kind: "__proto__" } }, "`failure.kind` must be one of"],
    [{ role: "submit", failure: { kind: "reset", status: 1 } }, "unknown field `failure.status`"],
    [{ role: "submit", failure: { kind: "response", status: 101 } }, "HTTP status"],
    [{ role: "submit", failure: { kind: "response", headers: { "a b": "c" } } }, "valid headers"],
    [{ role: "submit", failure: { kind: "response", headers: { a: "b\r\nc: d" } } }, "valid headers"],
    [{ role: "submit", failure: { kind: "redirect" } }, "`failure.location` is required"],
    [{ role: "submit", failure: { kind: "delay", delayMs: 1e99 } }, "`failure.delayMs` must be"],
    [{ role: "submit", failure: { kind: "drip", bytesPerSecond: 0 } }, "`failure.bytesPerSecond` must be"],
    [{ role: "submit", failure: "reset" }, "`failure` must be an object"],
    [
      { role: "submit", failure: { kind: "redirect", location: "a\r\nb" } },
      "`failure.location` must be a text",
    ],
    [
      { role: "submit", failure: { kind: "junk", bytes: 9, contentType: 1 } },
      "`failure.contentType` must be",
    ],
    [{ role: "submit", failure: { kind: "response", body: 1 } }, "`failure.body` must be a text"],
    [{ role: "submit", failure: { kind: "response", headers: [] } }, "valid headers"],
    [{ role: "submit", failure: { kind: "reset", charged: 1 } }, "`failure.charged` must be true or false"],
    [{ role: "submit", failure: { kind: "close", x: 1 } }, "close has none"],
    [{ marker: 7 }, "`marker` must be one of"],
    [{ role: "submit", failure: { kind: "reset" }, times: 0 }, "`times` must be"],
    [{ role: "submit", failure: { kind: "reset" }, often: 1 }, "unknown field `often`"],
  ])("refuses a fault that makes no sense: %j", async (fault, message) => {
    const { ask } = await startWithPage();
    const { status, json } = await checked(ask, "POST", "/api/faults", fault);
    expect([status, json.error]).toEqual([400, expect.stringContaining(message)]);
    expect((await ask("GET", "/api/faults")).json.faults).toEqual([]);
  });

  it("lists the requests that are asked for, newest first", async () => {
    const { server, ask } = await startWithPage();
    const { data } = await submit(server, { prompt: "a Fox" });
    await readTask(server, data?.taskid);
    await submit(server, { prompt: "a hare" });
    await fetch(`${server.url}/elsewhere`);
    const listed = async (query: string): Promise<number[]> =>
      (await checked(ask, "GET", `/api/requests${query}`)).json.requests.map(
        ({ ordinal }: { ordinal: number }) => ordinal,
      );
    expect(await listed("")).toEqual([4, 3, 2, 1]);
    expect(await listed("?limit=2")).toEqual([4, 3]);
    expect(await listed("?after=2")).toEqual([4, 3]);
    expect(await listed("?role=submit")).toEqual([3, 1]);
    expect(await listed("?text=fox")).toEqual([2, 1]); // and the read of its task
    expect(await listed(`?text=${data?.taskid}&role=status`)).toEqual([2]);
    expect(await listed("?text=ELSEWHERE")).toEqual([4]);
    const part = await ask("GET", "/api/requests/1/parts/0");
    expect([part.body.toString(), part.headers["content-disposition"]]).toEqual(["a Fox", "attachment"]);
    const body = await ask("GET", "/api/requests/1/body?offset=2&length=6");
    expect(body.body.toString()).toMatch(/^\S{6}$/);
    const head = await ask("HEAD", "/api/state");
    expect([head.status, head.body.length]).toEqual([200, 0]);
  });

  it("removes every fault at once, and gives credits without end", async () => {
    const { server, ask } = await startWithPage({ credits: 0 });
    for (const kind of ["hang", "close"]) {
      await checked(ask, "POST", "/api/faults", { role: "any", failure: { kind }, times: null });
    }
    expect((await checked(ask, "DELETE", "/api/faults")).status).toBe(204);
    expect(await submit(server, { prompt: "a fox" })).toMatchObject({ code: 9000 });
    expect((await checked(ask, "POST", "/api/credits", { credits: null })).json.creditsLeft).toBeNull();
    expect(await submit(server, { prompt: "a fox", batchsize: "15" })).toMatchObject({ code: 1000 });
  });

  it("sets credits, moves the clock and forgets everything", async () => {
    const { server, ask } = await startWithPage({ taskDurationMs: 60_000, credits: 3 });
    expect((await checked(ask, "POST", "/api/credits", { credits: 1 })).json.creditsLeft).toBe(1);
    const { data } = await submit(server, { prompt: "a fox" });
    expect(await submit(server, { prompt: "a fox" })).toMatchObject({ code: 9000 });
    expect((await readTask(server, data?.taskid)).data?.url).toBeUndefined();
    expect((await checked(ask, "POST", "/api/clock", { forwardMs: 60_000 })).json.clockOffsetMs).toBe(60_000);
    expect((await readTask(server, data?.taskid)).data?.url).toHaveLength(1);
    await ask("POST", "/api/faults", { marker: "refuse" });
    expect((await checked(ask, "POST", "/api/reset", {})).json).toMatchObject({
      creditsLeft: 3,
      charges: 0,
      charged: 0,
      clockOffsetMs: 0,
      faults: [],
      kept: { requests: 0, bytes: 0 },
    });
    expect([server.requests, server.ledger]).toEqual([[], []]);
    expect(await readTask(server, data?.taskid)).toMatchObject({ code: 9999 });
    expect(server.requests[0]).toMatchObject({ ordinal: 1, ordinalOfRole: 1 });
  });

  it.each([
    ["GET", "/api/nothing", undefined, {}, 404],
    ["PUT", "/api/faults", {}, {}, 405],
    ["GET", "/api/requests/77", undefined, {}, 404],
    ["GET", "/api/requests?limit=many", undefined, {}, 400],
    ["GET", "/api/requests?after=-1", undefined, {}, 400],
    ["GET", "/api/requests/1/parts/0", undefined, {}, 404],
    ["GET", "/api/tasks/none/images/0", undefined, {}, 404],
    ["DELETE", "/api/faults/1", undefined, {}, 404],
    ["POST", "/api/credits", "null", {}, 400],
    ["POST", "/api/credits", { credits: -1 }, {}, 400],
    ["POST", "/api/credits", { credits: 1, more: 2 }, {}, 400],
    ["POST", "/api/clock", { forwardMs: "1e3" }, {}, 400],
    ["POST", "/api/clock", "{", {}, 400],
    ["POST", "/api/clock", "credits=1", { "content-type": "text/plain" }, 415],
    ["POST", "/api/clock", JSON.stringify({ forwardMs: 1, x: "x".repeat(1024 * 1024) }), {}, 413],
  ])("refuses %s %s", async (method, path, body, headers, status) => {
    const { ask } = await startWithPage();
    const reply = await ask(method, path, body, headers as Record<string, string>);
    expect([reply.status, typeof reply.json.error]).toEqual([status, "string"]);
  });

  it("is used as the guide does, from Python", async () => {
    const { server, ask } = await startWithPage();
    const guide = await readFile(new URL("../../../src/mock-server/page/README.md", import.meta.url), "utf8");
    const [, program = ""] = /```python\n([^]*?)```/.exec(guide)!;
    const [before, after] = program.split("# … here the program under test runs against the mock server …\n");
    const call = `import sys\nsys.stdout.flush()\nsys.stdin.readline()\n`;
    const running = run("python3", ["-c", before + call + after], {
      env: { ...process.env, MOCK_PAGE: server.pageUrl },
    });
    await expectFaults(ask, 2);
    await expect(submit(server, { prompt: "from a test" })).rejects.toThrow();
    running.child.stdin!.end("\n");
    const { stdout } = await running;
    expect(stdout).toBe("0 1 {'prompt': 'from a test'}\n4 credits left\n");
  });
});

/** Waits until another process has added its faults. */
async function expectFaults(ask: Awaited<ReturnType<typeof startWithPage>>["ask"], count: number) {
  await expect
    .poll(async () => (await ask("GET", "/api/faults")).json.faults.length, { timeout: 30_000 })
    .toBe(count);
}

/** The view of a client: a submit, of its task and of an image. */
async function outcomeOf(server: MockServer, prompt: string, marker: string): Promise<unknown> {
  const isLate = marker === "hang" || marker === "slow-response"; // the only ones that a deadline must end
  const client = createClient({
    apiKey: secret,
    baseUrl: server.url,
    submitRetries: 0,
    statusRetries: 0,
    submitTimeoutMs: isLate ? 500 : undefined,
  });
  const charged = server.ledger.length;
  const name = (error: unknown) => (error as Error).name;
  const submitted = await client.submit("seedreamv5", { prompt }).catch(name);
  const charge = server.ledger.length - charged;
  if (typeof submitted === "string") return [submitted, charge];
  await client.status(submitted.taskid).catch(name);
  const task = await client.status(submitted.taskid).catch(name);
  if (typeof task === "string") return [task, charge];
  const [url] = task.urls;
  const image =
    url === undefined
      ? "none"
      : await fetch(url)
          .then(async (response) => [response.status, (await response.arrayBuffer()).byteLength > 0])
          .catch(name);
  return [
    task.status,
    charge,
    submitted.raw !== undefined && JSON.stringify(submitted.raw).includes("http"),
    image,
  ];
}
