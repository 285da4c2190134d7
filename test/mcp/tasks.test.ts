import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createClient } from "../../src/index.js";
import type { MockFailure, MockRequest } from "../../src/mock-server/index.js";
import { apiKey, listImages, startServer } from "../cli/support/command.js";
import { makeFolder } from "../support/generate.js";
import { serveAgent, textOf } from "./support/agent.js";
import type { Agent, ToolResult } from "./support/agent.js";

const small = { prompt: "a red fox", resolution: "64x64" };

async function arrange(respondWithinMs = 45_000) {
  const watch: { onRequest: (request: MockRequest) => MockFailure | undefined } = {
    onRequest: () => undefined,
  };
  const server = await startServer({ fail: (request) => watch.onRequest(request) });
  const out = await makeFolder();
  return { server, out, watch, agent: await serveAgent(server.url, out, { respondWithinMs }) };
}

/** Repeats a call, which is safe, until the task is known: a busy machine may not have submitted in time. */
async function callUntilAccepted(
  agent: Agent,
  given: Record<string, unknown>,
  meta?: Record<string, unknown>,
): Promise<ToolResult> {
  for (;;) {
    const result = await agent.call("generate_image", given, meta);
    expect(result.structuredContent.outcome).toBe("running");
    if (result.structuredContent.taskid !== undefined) return result;
  }
}

const unreadable = ({ role }: MockRequest): MockFailure | undefined =>
  role === "status" ? { kind: "response", status: 502 } : undefined;

describe("a record that is of another task by the time that the images are saved", () => {
  it("is left alone, and the images are reported", async () => {
    const { agent, server, watch, out } = await arrange();
    let path = "";
    let written = "";
    watch.onRequest = ({ role }) => {
      if (role !== "result" || written) return undefined;
      path = join(
        out,
        readdirSync(out).find((name) => name.endsWith(".record.json"))!,
      );
      written = readFileSync(path, "utf8").replaceAll(server.ledger[0]!.taskid, "another-task");
      writeFileSync(path, written);
      return undefined;
    };
    const { structuredContent } = await agent.call("generate_image", small);
    const { taskid } = server.ledger[0]!;
    expect(structuredContent).toMatchObject({ outcome: "completed", taskid, files: [expect.any(String)] });
    expect(await readFile(path, "utf8")).toBe(written);
  });
});

describe("a task that is not finished in time", () => {
  it("is still running: the response has its id and the next tool, which gets the images", async () => {
    const { agent, server, out } = await arrange(300);
    const result = await callUntilAccepted(agent, { ...small, prompt: "a fox [mock:stuck]" });
    const { taskid } = server.ledger[0]!;
    expect(result.structuredContent).toMatchObject({ outcome: "running", taskid, files: [] });
    expect(result.isError).toBeUndefined();
    expect(textOf(result)).toContain("Still running");
    expect(result.structuredContent.next).toContain(`wait_for_task with the taskid ${taskid}`);
    const waited = await agent.call("wait_for_task", { taskid });
    expect(waited.structuredContent).toMatchObject({ outcome: "running", taskid, requested: 1 });
    const looked = await agent.call("get_task", { taskid });
    expect(looked.structuredContent).toMatchObject({ outcome: "running", taskid });
    const early = await agent.call("download", { taskid });
    expect(early.structuredContent.outcome).toBe("running");
    expect(await listImages(out)).toEqual([]);
  });

  it("is finished by wait_for_task, which counts as delivered", async () => {
    const { agent, server, watch, out } = await arrange(300);
    watch.onRequest = unreadable;
    const { taskid } = (await callUntilAccepted(agent, small, { progressToken: "first" })).structuredContent;
    const told = agent.notifications("notifications/progress").length;
    watch.onRequest = () => undefined;
    let result = await agent.call("wait_for_task", { taskid });
    while (result.structuredContent.outcome === "running")
      result = await agent.call("wait_for_task", { taskid });
    expect(result.structuredContent).toMatchObject({ outcome: "completed", taskid, requested: 1, width: 64 });
    expect((await agent.call("get_task", { taskid })).structuredContent).toEqual(result.structuredContent);
    expect((await agent.call("generate_image", small)).structuredContent).toEqual(result.structuredContent);
    expect(await listImages(out)).toHaveLength(1);
    expect((await readdir(out)).filter((name) => name.endsWith(".delivered"))).toHaveLength(1);
    expect(server.ledger).toHaveLength(1);
    // The task went on after the response, and the call that had ended told nothing of it.
    watch.onRequest = unreadable;
    await callUntilAccepted(agent, { ...small, prompt: "later" }, { progressToken: "later" });
    const tokens = agent.notifications("notifications/progress").map(({ progressToken }) => progressToken);
    expect(tokens.filter((token) => token === "first")).toHaveLength(told);
    expect(tokens).toContain("later");
  });

  it("tells of progress while it waits, to a client that asks for it, and never after the response", async () => {
    const { agent, watch, server } = await arrange();
    await agent.call("generate_image", { ...small, prompt: "no token" });
    expect(agent.notifications("notifications/progress")).toEqual([]);
    // The task is not seen to be completed before something is told of it.
    const isTold = () =>
      agent.notifications("notifications/progress").some(({ message }) => /^task /.test(String(message)));
    watch.onRequest = (request) => (isTold() ? undefined : unreadable(request));
    await agent.call("generate_image", small, { progressToken: "here" });
    const told = agent.notifications("notifications/progress") as { progress: number; message: string }[];
    expect(told.map(({ message }) => message)).toEqual(
      expect.arrayContaining(["starting", expect.stringContaining(`task ${server.ledger[1]!.taskid}: `)]),
    );
    for (const [at, { progress }] of told.entries()) {
      expect(told[at]).toMatchObject({ progressToken: "here" });
      if (at > 0) expect(progress).toBeGreaterThan(told[at - 1]!.progress);
    }
    await agent.call("generate_image", { ...small, prompt: "no token again" });
    expect(agent.notifications("notifications/progress")).toHaveLength(told.length);
  });
});

describe("a call that is cancelled", () => {
  it("gets no response; the client is told the task, which is still running and is not paid for again", async () => {
    const { agent, server, watch } = await arrange();
    let release = () => {};
    const read = new Promise<void>((resolve) => (release = resolve));
    watch.onRequest = (request) => {
      if (request.role === "status") release();
      return unreadable(request);
    };
    const { id } = agent.begin("generate_image", small);
    await read;
    agent.notify("notifications/cancelled", { requestId: id, reason: "timed out" });
    const { taskid } = server.ledger[0]!;
    const { data } = await agent.notified("notifications/message", () => true);
    expect(data).toMatchObject({ taskid, message: expect.stringContaining("wait_for_task") as string });
    watch.onRequest = () => undefined;
    const { structuredContent } = await agent.call("generate_image", small);
    expect(structuredContent).toMatchObject({ outcome: "completed", taskid });
    expect(server.ledger).toHaveLength(1);
    expect(agent.lines.filter((line) => (JSON.parse(line) as { id?: number }).id === id)).toEqual([]);
    expect(agent.errors()).toContain(taskid);
  });

  it("while it submits: the client is told the task once there is one", async () => {
    const { agent, server, watch } = await arrange();
    let cancel = () => {};
    watch.onRequest = ({ role }) => {
      if (role !== "submit") return undefined;
      cancel();
      return { kind: "delay", delayMs: 200 };
    };
    const { id } = agent.begin("generate_image", small);
    cancel = () => agent.notify("notifications/cancelled", { requestId: id });
    const { data } = await agent.notified("notifications/message", () => true);
    expect(data).toMatchObject({ taskid: server.ledger[0]!.taskid });
    expect((await agent.call("generate_image", small)).structuredContent.outcome).toBe("completed");
    expect(server.ledger).toHaveLength(1);
  });

  it("before anything is sent: nothing is paid", async () => {
    const { agent, server } = await arrange();
    const { id } = agent.begin("generate_image", small);
    agent.notify("notifications/cancelled", { requestId: id });
    await agent.call("list_recent", {});
    expect(server.ledger.length).toBeLessThanOrEqual(1);
    const { structuredContent } = await agent.call("generate_image", small);
    expect(structuredContent.outcome).toBe("completed");
    expect(server.ledger).toHaveLength(1);
  });
});

describe("a task of the account", () => {
  it("that is known by its id alone can be looked at, waited for and downloaded", async () => {
    const { agent, server, out } = await arrange();
    const client = createClient({ apiKey, baseUrl: server.url });
    const { taskid } = await client.submit("seedreamv5", { ...small, batchsize: 2 });
    const looked = await agent.call("get_task", { taskid });
    expect(looked.structuredContent).toMatchObject({ outcome: "completed", taskid, files: [] });
    expect(looked.structuredContent.next).toContain("download");
    const saved = await agent.call("download", { taskid });
    expect(saved.structuredContent).toMatchObject({ outcome: "completed", taskid });
    expect(await listImages(out)).toHaveLength(2);
    expect((await agent.call("wait_for_task", { taskid })).structuredContent.files).toHaveLength(2);
    for (const tool of ["get_task", "wait_for_task", "download"]) {
      const none = await agent.call(tool, { taskid: "no-such-task" });
      expect([none.structuredContent.outcome, none.isError]).toEqual(["unreadable", true]);
    }
  });

  it("that could not be saved is paid for, and is downloaded later", async () => {
    const { agent, server, watch } = await arrange();
    watch.onRequest = ({ role }) => (role === "result" ? { kind: "response", status: 404 } : undefined);
    const result = await agent.call("generate_image", { ...small, batchsize: 2 });
    const { taskid } = result.structuredContent;
    expect(result.structuredContent).toMatchObject({ outcome: "incomplete", requested: 2, files: [] });
    expect(result.structuredContent.next).toContain(`call download with the taskid ${taskid}`);
    watch.onRequest = () => undefined;
    const saved = await agent.call("download", { taskid });
    expect(saved.structuredContent).toMatchObject({ outcome: "completed", requested: 2 });
    expect(saved.structuredContent.files).toHaveLength(2);
    expect(server.ledger).toHaveLength(1);
  });
});

describe("a submit whose outcome is unknown", () => {
  it("says in words that a person must look, and is not sent again", async () => {
    const { agent, server } = await arrange();
    const input = { ...small, prompt: "a fox [mock:server-error]" };
    for (const given of [input, input, { ...input, again: true }]) {
      const result = await agent.call("generate_image", given);
      expect(result.structuredContent).toMatchObject({ outcome: "unknown", files: [] });
      expect(textOf(result)).toMatch(/may have been paid for\. Do not call again before a person has looked/);
    }
    expect(server.ledger).toHaveLength(1);
    const { structuredContent } = await agent.call("list_recent", {});
    expect(structuredContent.generations).toMatchObject([{ state: "unknown", requested: 1, input }]);
  });
});

describe("list_recent", () => {
  it("has the newest first, and skips what cannot be read", async () => {
    const { agent, out } = await arrange();
    for (const prompt of ["one", "two", "three"]) await agent.call("generate_image", { ...small, prompt });
    await writeFile(join(out, "damaged.record.json"), "{");
    const { structuredContent } = await agent.call("list_recent", { limit: 2 });
    const prompts = structuredContent.generations!.map(({ input }) => (input as { prompt: string }).prompt);
    expect(prompts).toEqual(["three", "two"]);
    expect(structuredContent.generations![0]).toMatchObject({
      state: "saved",
      files: [expect.stringContaining(out)],
    });
  });
});
