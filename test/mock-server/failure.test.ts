import { readFile } from "node:fs/promises";
import { Agent, request as httpRequest } from "node:http";
import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { mockMarkers } from "../../src/mock-server/index.js";
import type { MockFailure, MockMarker, MockServer } from "../../src/mock-server/index.js";
import {
  exchange,
  key,
  makeImages,
  post,
  postForm,
  readTask,
  start,
  statusPath,
  submit,
  submitPath,
  textPart,
  toForm,
} from "./wire.js";

const submitBytes = postForm([textPart("prompt", "a fox")]);
const send = (server: MockServer): ReturnType<typeof exchange> => exchange(server.url, submitBytes);
const lengthIn = (head: string): number => Number(/content-length: (\d+)/i.exec(head)?.[1]);

describe("a failure in place of the answer", () => {
  it.each([
    [
      {
        kind: "response",
        status: 503,
        body: "<h1>busy</h1>",
        headers: { "Content-Type": "text/html", "retry-after": "7" },
      },
    ],
    [{ kind: "redirect", location: "http://127.0.0.1:1/else" }],
    [{ kind: "junk", bytes: 100_000 }],
    [{ kind: "reset" }],
    [{ kind: "response", delayMs: 1 }],
  ] satisfies [MockFailure][])("charges nothing unless it says so: %o", async (failure) => {
    for (const charged of [undefined, false, true]) {
      const server = await start({ fail: () => ({ ...failure, ...(charged !== undefined && { charged }) }) });
      await send(server);
      expect(server.ledger).toHaveLength(charged ? 1 : 0);
      expect(server.requests).toHaveLength(1);
    }
  });

  it("may be any answer", async () => {
    const headers = { "Content-Type": "text/html", "Retry-After": "7", "Content-Length": "4" };
    const server = await start({ fail: () => ({ kind: "response", status: 503, headers, body: "busy" }) });
    const { head, body } = await send(server);
    expect(head).toMatch(/^HTTP\/1.1 503 /);
    expect(head.match(/content-type: .*/gi)).toEqual(["Content-Type: text/html"]);
    expect(head).toContain("Retry-After: 7");
    expect(body).toBe("busy");
  });

  it("may be nothing at all, at 200", async () => {
    const server = await start({ fail: () => ({ kind: "response" }) });
    const { head, body } = await send(server);
    expect(head).toMatch(/^HTTP\/1.1 200 /);
    expect(body).toBe("");
  });

  it("may be bytes, compressed or only said to be", async () => {
    const body = Buffer.from([0, 255, 1]);
    const server = await start({
      fail: ({ ordinal }) =>
        ordinal === 1
          ? { kind: "response", body, gzip: true }
          : { kind: "response", body, headers: { "content-encoding": "gzip" } },
    });
    const get = (): Promise<Response> => fetch(server.url, { method: "POST" });
    const right = await get();
    expect(right.headers.get("content-encoding")).toBe("gzip");
    expect(Buffer.from(await right.arrayBuffer())).toEqual(body);
    const wrong = await get();
    await expect(wrong.arrayBuffer()).rejects.toThrow();
  });

  it("may be a redirect", async () => {
    const server = await start({
      fail: ({ ordinal }) => ({ kind: "redirect", location: "/else", ...(ordinal === 2 && { status: 302 }) }),
    });
    const first = await fetch(server.url, { method: "POST", redirect: "manual" });
    expect([first.status, first.headers.get("location")]).toEqual([307, "/else"]);
    expect((await fetch(server.url, { redirect: "manual" })).status).toBe(302);
  });

  it("may be junk of any size", async () => {
    const server = await start({
      fail: ({ ordinal }) =>
        ordinal === 1
          ? { kind: "junk", bytes: 5_000_001 }
          : { kind: "junk", bytes: 3, status: 500, contentType: "text/html" },
    });
    const large = await fetch(server.url, { method: "POST" });
    expect([large.status, large.headers.get("content-type")]).toEqual([200, "application/json"]);
    expect(large.headers.has("content-length")).toBe(false);
    expect((await large.arrayBuffer()).byteLength).toBe(5_000_001);
    const small = await fetch(server.url, { method: "POST" });
    expect([small.status, small.headers.get("content-type"), await small.text()]).toEqual([
      500,
      "text/html",
      "jun",
    ]);
  });

  it("may be a reset after the whole request", async () => {
    const server = await start({ fail: () => ({ kind: "reset" }) });
    expect(await send(server)).toEqual({ head: "", body: "", ended: "reset" });
    expect(server.requests[0]).toMatchObject({ fields: { prompt: "a fox" } });
  });

  it.each([false, true])("may be silence until the server closes, charged: %s", async (charged) => {
    const server = await start({
      fail: ({ ordinal }) => (ordinal === 1 ? { kind: "hang", charged } : undefined),
    });
    const silence = send(server);
    await expect.poll(() => server.requests[0]?.fields).toEqual({ prompt: "a fox" });
    await submit(server, { prompt: "another" });
    expect(server.ledger).toHaveLength(charged ? 2 : 1);
    await server.close();
    expect(await silence).toMatchObject({ head: "", body: "" });
  });
});

describe("a failure on the way of the answer", () => {
  it.each([
    [{ kind: "delay", delayMs: 1 }],
    [{ kind: "drip", bytesPerSecond: 1e6 }],
    [{ kind: "cut" }],
    [{ kind: "close" }],
    [{ kind: "alter", alter: String }],
  ] satisfies [MockFailure][])("comes after the charge: %o", async (failure) => {
    const server = await start({ fail: () => failure });
    await send(server);
    expect(server.ledger).toHaveLength(1);
  });

  it("may be a delay, during which the charge stands already", async () => {
    const server = await start({
      fail: ({ ordinal }) => (ordinal === 1 ? { kind: "delay", delayMs: 600_000 } : undefined),
    });
    const late = send(server);
    await expect.poll(() => server.ledger).toHaveLength(1);
    await submit(server, { prompt: "another" });
    await server.close();
    expect(await late).toMatchObject({ head: "", body: "" });
  });

  it("may be a delay, after which the answer is whole", async () => {
    const server = await start({ fail: () => ({ kind: "delay", delayMs: 5 }) });
    expect(JSON.parse((await send(server)).body)).toMatchObject({ code: 1000 });
  });

  it("may be an answer in drips", async () => {
    const server = await start({ fail: () => ({ kind: "drip", bytesPerSecond: 2000 }) });
    const whole = await send(server);
    expect(JSON.parse(whole.body)).toMatchObject({ code: 1000 });
    expect(whole.body).toHaveLength(lengthIn(whole.head));
  });

  it("may be drips that nobody waits for", async () => {
    const server = await start({
      fail: ({ ordinal }) => (ordinal === 1 ? { kind: "drip", bytesPerSecond: 20 } : undefined),
    });
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    socket.write(submitBytes);
    const [first] = (await once(socket, "data")) as [Buffer];
    const [head = "", body = ""] = String(first).split("\r\n\r\n");
    expect(body.length).toBeLessThan(lengthIn(head));
    socket.resetAndDestroy();
    expect(await submit(server, { prompt: "another" })).toMatchObject({ code: 1000 });
  });

  it("may be a cut before the stated length", async () => {
    const server = await start({
      fail: ({ ordinal }) =>
        ordinal === 1 ? { kind: "cut" } : { kind: "cut", afterBytes: ordinal === 2 ? 0 : 1e6 },
    });
    const half = await send(server);
    expect(half.ended).toBe("closed");
    expect(half.body.length).toBe(Math.floor(lengthIn(half.head) / 2));
    const none = await send(server);
    expect([none.body, lengthIn(none.head)]).toEqual(["", lengthIn(half.head)]);
    const all = await send(server);
    expect(all.body.length).toBe(lengthIn(all.head) - 1);
  });

  it("may be a connection that is closed although it was to be kept", async () => {
    const server = await start({ fail: () => ({ kind: "close" }) });
    const kept = String(submitBytes).replace("Connection: close", "Connection: keep-alive");
    const { head, body, ended } = await exchange(server.url, kept);
    expect(head).toMatch(/connection: keep-alive/i);
    expect(JSON.parse(body)).toMatchObject({ code: 1000 });
    expect(ended).toBe("closed");
  });

  it("may be another body", async () => {
    const server = await start({
      fail: () => ({ kind: "alter", alter: (body) => String(body).replace("1000", '"1000"') }),
    });
    expect(await submit(server, { prompt: "a fox" })).toMatchObject({ code: "1000" });
  });

  it.each([0, 1, 5000])("may be a reset of the upload after %i bytes", async (afterBytes) => {
    const server = await start({
      fail: () => ({ kind: "reset-upload", ...(afterBytes > 0 && { afterBytes }) }),
    });
    const head = String(post(submitPath, "multipart/form-data; boundary=b", "")).replace(
      "Length: 0",
      "Length: 99999",
    );
    expect(await exchange(server.url, head + "x".repeat(afterBytes))).toEqual({
      head: "",
      body: "",
      ended: "reset",
    });
    expect(server.requests[0]).toMatchObject({ bodyBytes: afterBytes, fields: {} });
    expect(server.ledger).toEqual([]);
  });

  it("may be a reset of an upload that is shorter", async () => {
    const server = await start({ fail: () => ({ kind: "reset-upload", afterBytes: 1e9 }) });
    expect(await send(server)).toEqual({ head: "", body: "", ended: "reset" });
  });
});

describe("the option `fail`", () => {
  it("sees every request on both servers, numbered", async () => {
    const seen: unknown[] = [];
    const server = await start({
      fail({ server, role, ordinal, ordinalOfRole, method }) {
        seen.push([server, role, ordinal, ordinalOfRole, method]);
        return undefined;
      },
    });
    const [url = ""] = await makeImages(server, { prompt: "a fox", resolution: "9x9" });
    await fetch(url);
    await fetch(url, { method: "OPTIONS" });
    await submit(server, { prompt: "a fox" });
    expect(seen).toEqual([
      ["api", "submit", 1, 1, "POST"],
      ["api", "status", 2, 1, "POST"],
      ["results", "result", 3, 1, "GET"],
      ["results", "other", 4, 1, "OPTIONS"],
      ["api", "submit", 5, 2, "POST"],
    ]);
    expect(server.requests.map(({ ordinal }) => ordinal)).toEqual([1, 2, 3, 4, 5]);
  });

  it("goes before a marker", async () => {
    const form = toForm({ prompt: "[mock:server-error]" });
    for (const [failure, status] of [
      [{ kind: "response", status: 418 }, 418],
      [{ kind: "delay", delayMs: 1 }, 200],
    ] as const) {
      const server = await start({ fail: () => failure });
      const response = await fetch(server.url + submitPath, { method: "POST", headers: key, body: form });
      expect(response.status).toBe(status);
    }
  });

  it("spoils the answer of a submit that a marker refuses", async () => {
    const server = await start({ fail: () => ({ kind: "delay", delayMs: 1 }) });
    expect(await submit(server, { prompt: "[mock:refuse]" })).toMatchObject({ code: 9999 });
  });

  it.each([
    [
      () => {
        throw new Error("of the caller's own");
      },
      "of the caller's own",
    ],
    [
      () => {
        throw "a text";
      },
      "a text",
    ], // eslint-disable-line
    [() => Promise.resolve({ kind: "hang" }) as never, "undefined"],
    [() => ({ kind: "explode" }) as never, "explode"],
    [() => ({ kind: "drip", bytesPerSecond: 0 }) as const, "bytesPerSecond"],
    [() => ({ kind: "response", headers: { "bad header": "x" } }) as const, "bad header"],
  ])("is told what is wrong with it, at HTTP 500: %s", async (fail, reason) => {
    const server = await start({ fail });
    const form = toForm({ prompt: "a fox" });
    const response = await fetch(server.url + submitPath, { method: "POST", headers: key, body: form });
    expect(response.status).toBe(500);
    expect(((await response.json()) as { msg: string }).msg).toContain(reason);
  });

  it("may spoil a connection that is used again", async () => {
    const server = await start({
      fail: ({ ordinal }) => (ordinal === 2 ? { kind: "reset-upload" } : undefined),
    });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = async (): Promise<unknown> => {
      const request = httpRequest(server.url + statusPath, { method: "POST", agent, headers: key });
      request.end("{}");
      const [response] = (await once(request, "response")) as [NodeJS.ReadableStream];
      response.resume();
      await once(response, "end");
      return request.reusedSocket;
    };
    expect(await ask()).toBe(false);
    await expect(ask()).rejects.toMatchObject({ code: "ECONNRESET" });
    agent.destroy();
  });
});

describe("a marker in a prompt", () => {
  const prompt = (name: MockMarker): string => `a fox [mock:${name}] in snow`;
  const sendMarked = (server: MockServer, name: MockMarker): ReturnType<typeof exchange> =>
    exchange(server.url, postForm([textPart("prompt", prompt(name))]));

  it.each<[MockMarker, number, RegExp, number]>([
    ["refuse", 200, /"code":9999/, 0],
    ["insufficient-credits", 200, /"code":9000/, 0],
    ["unauthorized", 401, /"code":9999/, 0],
    ["rate-limit", 429, /"code":9999/, 0],
    ["server-error", 502, /<h1>/, 1],
    ["html", 200, /<h1>/, 1],
    ["empty", 200, /^$/, 1],
  ])("%s answers %i", async (name, status, body, charges) => {
    const server = await start();
    const answer = await sendMarked(server, name);
    expect(answer.head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer.body).toMatch(body);
    expect(/retry-after: 1/i.test(answer.head)).toBe(name === "rate-limit");
    expect(server.ledger).toHaveLength(charges);
  });

  it.each<[MockMarker, "reset" | "closed"]>([
    ["reset", "reset"],
    ["cut", "closed"],
  ])("%s loses the answer to a charged submit", async (name, ended) => {
    const server = await start();
    const answer = await sendMarked(server, name);
    expect(answer.ended).toBe(ended);
    expect(() => JSON.parse(answer.body) as unknown).toThrow();
    expect(server.ledger).toHaveLength(1);
  });

  it.each<[MockMarker]>([["hang"], ["slow-response"]])("%s keeps a charged submit waiting", async (name) => {
    const server = await start();
    const answer = sendMarked(server, name);
    await expect.poll(() => server.ledger).toHaveLength(1);
    await server.close();
    expect(await answer).toMatchObject({ head: "", body: "" });
  });

  it.each<[MockMarker, (number | undefined)[]]>([
    ["task-failed", [2, 4, 4, 4]],
    ["unknown-status", [2, 5, 5, 5]],
    ["stuck", [2, 2, 2, 2]],
    ["slow", [1, 1, 2, 3]],
  ])("%s changes what becomes of the task", async (name, expected) => {
    let time = 0;
    const server = await start({ taskDurationMs: 1000, now: () => time });
    const { data } = await submit(server, { prompt: prompt(name) });
    const states: unknown[] = [];
    for (time of [999, 1000, 9999, 10_000])
      states.push((await readTask(server, data?.taskid)).data?.image_status);
    expect(states).toEqual(expected);
    const { data: task } = await readTask(server, data?.taskid);
    expect(task).toHaveProperty("taskid");
    expect(task !== undefined && "error_message" in task).toBe(name === "task-failed");
  });

  it("instant answers with the first image's URL", async () => {
    const server = await start();
    const { data } = await submit(server, { prompt: prompt("instant"), resolution: "9x9" });
    expect((await fetch(String(data?.url))).status).toBe(200);
  });

  it("expired-url gives out URLs that have expired, and then good ones", async () => {
    const server = await start();
    const { data } = await submit(server, { prompt: prompt("expired-url"), resolution: "9x9" });
    for (const status of [403, 200]) {
      const task = await readTask(server, data?.taskid);
      expect((await fetch(task.data?.url?.[0] ?? "")).status).toBe(status);
    }
  });

  it.each<[MockMarker]>([["missing-image"], ["truncated-image"], ["slow-download"]])(
    "%s spoils the download",
    async (name) => {
      const server = await start();
      const [url = ""] = await makeImages(server, { prompt: prompt(name), resolution: "9x9" });
      const download = (): Promise<number> =>
        fetch(url).then(async (response) => {
          await response.arrayBuffer();
          return response.status;
        });
      if (name === "truncated-image") await expect(download()).rejects.toThrow();
      else expect(await download()).toBe(name === "missing-image" ? 404 : 200);
    },
  );

  it("adds to another one", async () => {
    const server = await start();
    const { code, data } = await submit(server, { prompt: "[mock:instant][mock:task-failed]" });
    expect([code, typeof data?.url]).toEqual([1000, "string"]);
    expect(await readTask(server, data?.taskid)).toMatchObject({ data: { image_status: 4 } });
  });

  it.each(["[mock:typo]", "[mock:]", "[mock:toString]", "[mock:slow][mock:Slow]"])(
    "is refused with the list if it is not known: %s",
    async (text) => {
      const server = await start();
      const { code, msg } = await submit(server, { prompt: text });
      expect(code).toBe(9999);
      for (const name of Object.keys(mockMarkers)) expect(msg).toContain(`[mock:${name}]`);
      expect(server.ledger).toEqual([]);
    },
  );

  it("counts only in a submit that would be accepted", async () => {
    const server = await start({ credits: 0 });
    const bad = await submit(server, { prompt: prompt("html"), batchsize: "99" });
    expect(bad).toMatchObject({ code: 9999 });
    expect(await submit(server, { prompt: prompt("html") })).toMatchObject({ code: 9000 });
  });

  it("is described in a sentence, and in the guide by the same one", async () => {
    for (const effect of Object.values(mockMarkers)) expect(effect).toMatch(/^[A-Z].*\.$/);
    const text = await readFile(new URL("../../src/mock-server/README.md", import.meta.url), "utf8");
    const rows = [...text.matchAll(/^\| `\[mock:([^\]]+)\]` +\| (.*?) +\|$/gm)];
    expect(Object.fromEntries(rows.map(([, name, effect]) => [name, `${effect}.`]))).toEqual(mockMarkers);
  });
});
