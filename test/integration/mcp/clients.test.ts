import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { startMockServer } from "../../../src/mock-server/index.js";
import type { MockFailure, MockRequest } from "../../../src/mock-server/index.js";
import { apiKey, connect, generations } from "./connect.js";
import type { Generation, OnQuestion } from "./connect.js";

const small = { prompt: "a red fox", resolution: "64x64" };

async function arrange(generation: Generation) {
  const watch: { onRequest: (request: MockRequest) => MockFailure | undefined } = {
    onRequest: () => undefined,
  };
  const server = await startMockServer({
    taskDurationMs: 0,
    apiKeys: [apiKey],
    fail: (request) => watch.onRequest(request),
  });
  const out = await mkdtemp(join(tmpdir(), "tensorslab-images-"));
  onTestFinished(async () => {
    await server.close();
    await rm(out, { recursive: true, force: true });
  });
  const start = (words: string[] = [], onQuestion?: OnQuestion) =>
    connect(generation, ["--base-url", server.url, "--out", out, ...words], onQuestion);
  return { server, out, watch, start };
}

const unreadable = ({ role }: MockRequest): MockFailure | undefined =>
  role === "status" ? { kind: "response", status: 502 } : undefined;

describe.each(generations)("the official client: %s", (generation) => {
  it("lists the tools, calls one, and gets the same result again", async () => {
    const { server, out, start } = await arrange(generation);
    const connection = await start();
    expect(generation).toContain(connection.version);
    const tools = await connection.listTools();
    expect(tools.map(({ name }) => name)).toEqual([
      "generate_image",
      "edit_image",
      "get_task",
      "wait_for_task",
      "download",
      "list_recent",
    ]);
    expect(tools[0]!.annotations).toMatchObject({ idempotentHint: false, openWorldHint: true });
    const given = { ...small, batchsize: 2 };
    const first = await connection.call("generate_image", given);
    expect(first.structuredContent).toMatchObject({
      outcome: "completed",
      taskid: server.ledger[0]!.taskid,
      requested: 2,
      width: 64,
      height: 64,
    });
    expect(first.content.filter(({ type }) => type === "resource_link")).toHaveLength(2);
    expect((await connection.call("generate_image", given)).structuredContent).toEqual(
      first.structuredContent,
    );
    const { taskid } = first.structuredContent;
    expect((await connection.call("get_task", { taskid })).structuredContent).toEqual(
      first.structuredContent,
    );
    expect((await connection.call("download", { taskid })).structuredContent).toEqual(
      first.structuredContent,
    );
    const [source] = first.structuredContent.files;
    const edited = await connection.call("edit_image", { ...small, sourceImage: [source] });
    expect(edited.structuredContent.outcome).toBe("completed");
    await connection.call("list_recent", {});
    const invalid = await connection.call("generate_image", { ...small, batchsize: 16 });
    expect([invalid.isError, invalid.structuredContent.outcome]).toEqual([true, "not-sent"]);
    expect(server.ledger).toHaveLength(2);
    expect((await readdir(out)).filter((name) => name.endsWith(".png"))).toHaveLength(3);
  });

  it("hears of progress, and survives garbage on the server's standard input", async () => {
    const { watch, server, start } = await arrange(generation);
    const connection = await start();
    connection.process.stdin!.write(`no JSON\n{"jsonrpc":"2.0"}\n\u0000\u00ff\n`);
    let reads = 0;
    watch.onRequest = (request) =>
      request.role === "status" && reads++ < 1 ? unreadable(request) : undefined;
    const messages: (string | undefined)[] = [];
    const onprogress = ({ message }: { message?: string }) => void messages.push(message);
    await connection.call("generate_image", small, { onprogress });
    expect(messages).toContainEqual(expect.stringContaining(`task ${server.ledger[0]!.taskid}`));
  });

  it("gives up after its own time-out; the call that it repeats has the image, which is paid for once", async () => {
    const { watch, server, start } = await arrange(generation);
    const connection = await start();
    watch.onRequest = unreadable;
    const timedOut = connection.call("generate_image", small, { timeout: 3000 });
    await expect(timedOut).rejects.toThrow(/timed out/i);
    watch.onRequest = () => undefined;
    const { structuredContent } = await connection.call("generate_image", small);
    expect(structuredContent).toMatchObject({ outcome: "completed", taskid: server.ledger[0]!.taskid });
    expect(server.ledger).toHaveLength(1);
    expect(connection.errors()).not.toContain(apiKey);
  });

  it("is told that a task is still running, and waits for it with the next tool", async () => {
    const { watch, server, start } = await arrange(generation);
    const connection = await start(["--respond-within", "0.5"]);
    watch.onRequest = unreadable;
    let result = await connection.call("generate_image", small);
    while (result.structuredContent.taskid === undefined)
      result = await connection.call("generate_image", small);
    expect(result.structuredContent).toMatchObject({ outcome: "running", taskid: server.ledger[0]!.taskid });
    expect(result.structuredContent.next).toContain("wait_for_task");
    watch.onRequest = () => undefined;
    const { taskid } = result.structuredContent;
    do result = await connection.call("wait_for_task", { taskid });
    while (result.structuredContent.outcome === "running");
    expect(result.structuredContent).toMatchObject({ outcome: "completed", taskid });
    expect(server.ledger).toHaveLength(1);
  });

  it("cancels at any moment, also in a race with the result: each image is paid for once", async () => {
    const { watch, server, start } = await arrange(generation);
    const connection = await start();
    for (const [at, role] of (["submit", "status", "result", "result", "result"] as const).entries()) {
      const given = { ...small, prompt: `fox ${at}` };
      const cancel = new AbortController();
      watch.onRequest = (request) => {
        // From one turn of the loop to a few milliseconds later, when the response is on its way.
        if (request.role === role) setTimeout(() => cancel.abort(), at * 4);
        return undefined;
      };
      const ended = await connection.call("generate_image", given, { signal: cancel.signal }).then(
        ({ structuredContent }) => structuredContent.outcome,
        () => "cancelled",
      );
      expect(["cancelled", "completed"]).toContain(ended);
      watch.onRequest = () => undefined;
      const { structuredContent } = await connection.call("generate_image", given);
      expect(structuredContent).toMatchObject({ outcome: "completed", taskid: server.ledger[at]!.taskid });
      expect(server.ledger).toHaveLength(at + 1);
    }
  });

  it("asks the person, once for a payment; a decline ends the call", async () => {
    const { server, start } = await arrange(generation);
    const questions: string[] = [];
    const responses = ["decline", "accept", "cancel"] as const;
    const connection = await start([], async (message) => {
      questions.push(message);
      return responses[questions.length - 1]!;
    });
    const four = { ...small, batchsize: 4 };
    const declined = await connection.call("generate_image", four);
    expect([declined.isError, declined.structuredContent.outcome]).toEqual([true, "not-sent"]);
    expect(server.requests).toEqual([]);
    expect((await connection.call("generate_image", four)).structuredContent.outcome).toBe("completed");
    expect((await connection.call("generate_image", four)).structuredContent.outcome).toBe("completed");
    expect((await connection.call("generate_image", { ...four, again: true })).isError).toBe(true);
    expect(questions).toEqual(Array(3).fill(expect.stringContaining("Make 4 images")));
    expect(server.ledger).toHaveLength(1);
  });

  it("finds the image of a server that was killed in the middle", async () => {
    const { watch, server, start } = await arrange(generation);
    const killed = await start();
    watch.onRequest = ({ role }) => {
      if (role === "status") killed.process.kill("SIGKILL");
      return undefined;
    };
    await expect(killed.call("generate_image", small)).rejects.toThrow();
    watch.onRequest = () => undefined;
    const restarted = await start();
    const { structuredContent } = await restarted.call("generate_image", small);
    expect(structuredContent).toMatchObject({ outcome: "completed", taskid: server.ledger[0]!.taskid });
    expect(server.ledger).toHaveLength(1);
  });

  it("ends the server by closing its standard input, also in the middle of a call", async () => {
    const { watch, start, server } = await arrange(generation);
    const connection = await start();
    const ended = once(connection.process, "exit");
    const read = new Promise<void>((resolve) => {
      watch.onRequest = (request) => {
        if (request.role === "status") resolve();
        return unreadable(request);
      };
    });
    const call = connection.call("generate_image", small);
    await read;
    await connection.close();
    expect(await ended).toEqual([0, null]); // it was not killed
    const { outcome, taskid } = (await call).structuredContent;
    expect([outcome, taskid]).toEqual(["running", server.ledger[0]!.taskid]);
  });
});
