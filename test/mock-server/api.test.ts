import { describe, expect, it } from "vitest";
import { authentication, operations } from "../../generated/operations.js";
import { responses } from "../../generated/validators.js";
import {
  exchange,
  key,
  post,
  readTask,
  start,
  statusPath,
  submit,
  submitBytes,
  submitPath,
  toForm,
} from "./wire.js";
import type { Envelope } from "./wire.js";

describe("routes", () => {
  it.each(Object.entries(operations))("serves %s", async (name, { method, path }) => {
    const server = await start();
    const response = await fetch(server.url + path, { method, headers: key, body: "" });
    expect(response.status).toBe(200);
    expect(server.requests[0]).toMatchObject({ server: "api", operation: name, method, path });
  });

  it.each(["/", "/v1/images/", `${submitPath}/`, `${submitPath}x`, "//", "/%"])(
    "responses 404 to %s",
    async (path) => {
      const server = await start();
      const { head } = await exchange(server.url, post(path, "text/plain", "x"));
      expect(head).toMatch(/^HTTP\/1.1 404 /);
      expect(server.requests[0]).toMatchObject({ path, operation: undefined, role: "other", bodyBytes: 1 });
    },
  );

  it("responses 405 to a wrong method, and says which is right", async () => {
    const server = await start();
    const response = await fetch(server.url + submitPath, { headers: key });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("POST");
  });

  it("ignores a query but records it", async () => {
    const server = await start();
    const response = await fetch(`${server.url}${submitPath}?a=1`, {
      method: "POST",
      headers: key,
      body: toForm({ prompt: "a fox" }),
    });
    expect(await response.json()).toMatchObject({ code: 1000 });
    expect(server.requests[0]?.path).toBe(`${submitPath}?a=1`);
  });
});

describe("the key", () => {
  async function statusWith(value: string | undefined, apiKeys?: string[]): Promise<number> {
    const server = await start({ apiKeys });
    const response = await fetch(server.url + submitPath, {
      method: "POST",
      headers: value === undefined ? {} : { [authentication.header]: value },
      body: toForm({ prompt: "a fox" }),
    });
    expect(server.ledger).toHaveLength(response.status === 200 ? 1 : 0);
    return response.status;
  }

  it.each(["Bearer any", "bearer any", "any"])("is let in as `%s`", async (value) => {
    expect(await statusWith(value)).toBe(200);
  });

  it.each([undefined, "", "Bearer", "Bearer ", "Basic any", "Bearer a b"])(
    "is missed in `%s`",
    async (value) => {
      expect(await statusWith(value)).toBe(401);
    },
  );

  it.each([
    ["Bearer one", 200],
    ["two", 200],
    ["Bearer three", 401],
    ["Bearer ONE", 401],
  ])("is looked up, if keys are given: %s → %i", async (value, status) => {
    expect(await statusWith(value, ["one", "two"])).toBe(status);
  });

  it("is looked at before the fields", async () => {
    const server = await start();
    const response = await fetch(server.url + submitPath, { method: "POST", body: toForm({ promt: "" }) });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: 9999 });
  });
});

describe("credits", () => {
  it("are charged by the image, until too few are left", async () => {
    let time = 5;
    const server = await start({ credits: 5, now: () => time });
    const { data } = await submit(server, { prompt: "a fox", batchsize: "3" });
    time = 6;
    const refused = await submit(server, { prompt: "a fox", batchsize: "3" });
    expect(refused).toEqual({ code: 9000, msg: expect.any(String) as string });
    await submit(server, { prompt: "a fox", batchsize: "2" });
    expect(await submit(server, { prompt: "a fox" })).toMatchObject({ code: 9000 });
    expect(server.ledger).toEqual([
      { taskid: data?.taskid, model: "seedreamv5", images: 3, at: 5 },
      { taskid: expect.any(String) as string, model: "seedreamv5", images: 2, at: 6 },
    ]);
  });

  it("are charged once each by submits that come at the same time", async () => {
    const server = await start({ credits: 4 });
    const responses = await Promise.all(
      Array.from({ length: 10 }, () => submit(server, { prompt: "a fox" })),
    );
    expect(responses.filter(({ code }) => code === 1000)).toHaveLength(4);
    expect(new Set(server.ledger.map(({ taskid }) => taskid)).size).toBe(4);
  });
});

describe("a task", () => {
  it("goes from queued over processing to completed by the clock", async () => {
    let time = Date.UTC(2026, 1, 3, 4, 5, 6);
    const server = await start({ taskDurationMs: 1000, now: () => time });
    const { data } = await submit(server, { prompt: "a fox", batchsize: "2", resolution: "16:9" });
    const startedAt = time;
    const states: Envelope[] = [];
    for (const elapsed of [0, 249, 250, 999, 1000, 5000]) {
      time = startedAt + elapsed;
      states.push(await readTask(server, data?.taskid));
    }
    expect(states.map((state) => state.data?.image_status)).toEqual([1, 1, 2, 2, 3, 3]);
    expect(states.map((state) => state.data?.url?.length)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      2,
      2,
    ]);
    expect(states[0]?.data).toMatchObject({ taskid: data?.taskid, width: 2731, height: 1536 });
    for (const state of states) expect(responses[`POST ${statusPath}`]?.(state)).toBe(true);
  });

  it("is completed at the first read if tasks take no time", async () => {
    const server = await start({ taskDurationMs: 0, now: () => 0 });
    const answer = await submit(server, { prompt: "a fox" });
    expect(responses[`POST ${submitPath}`]?.(answer)).toBe(true);
    expect(await readTask(server, answer.data?.taskid)).toMatchObject({
      code: 1000,
      data: { image_status: 3 },
    });
  });

  it("is refused if it is not known", async () => {
    const server = await start();
    expect(await readTask(server, "constructor")).toEqual({
      code: 9999,
      msg: expect.stringContaining("constructor") as string,
    });
  });

  const type = "application/json";
  it.each([
    ["taskid", post(statusPath, type, "{}")],
    ["taskid", post(statusPath, type, '{"taskid":1}')],
    ["taskid", post(statusPath, type, '{"taskid":""}')],
    ["id", post(statusPath, type, '{"taskid":"a","id":"a"}')],
    ["body", post(statusPath, type, "[]")],
    ["body", post(statusPath, type, "null")],
    ["JSON", post(statusPath, type, '{"taskid":"a"')],
    ["JSON", post(statusPath, type, Buffer.from([0x22, 0xff, 0x22]))],
    ["Content-Type", post(statusPath, "text/plain", '{"taskid":"a"}')],
    ["larger", post(statusPath, type, JSON.stringify({ taskid: "x".repeat(2 ** 20) }))],
  ])("is asked for as the document says, or refused: %s", async (word, bytes) => {
    const server = await start();
    const answer = await submitBytes(server, bytes);
    expect(answer).toEqual({ code: 9999, msg: expect.stringContaining(word) as string });
    expect(server.requests[0]).toMatchObject({ role: "status" });
  });
});

describe("pages of other origins", () => {
  it.each(["url", "resultsUrl"] as const)("may ask before they send: %s", async (which) => {
    const server = await start();
    const response = await fetch(server[which] + submitPath, { method: "OPTIONS" });
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.get("access-control-allow-methods")).toContain(which === "url" ? "POST" : "GET");
    const allowed = response.headers.get("access-control-allow-headers");
    expect(allowed).toContain(authentication.header.toLowerCase());
    expect(allowed).toContain("content-type");
  });

  it("may read every answer", async () => {
    const server = await start({
      fail: ({ ordinal }) => (ordinal === 2 ? { kind: "response", status: 500 } : undefined),
    });
    for (const path of [submitPath, submitPath, "/none"]) {
      const response = await fetch(server.url + path, { method: "POST" });
      expect(response.headers.get("access-control-allow-origin")).toBe("*");
    }
  });
});
