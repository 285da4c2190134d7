import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { MockFailure, MockRequest } from "../../../src/mock-server/index.js";
import { buildCommand } from "../../cli/support/child.js";
import { readRecords, startServer } from "../../cli/support/command.js";
import { makeFolder } from "../../support/generate.js";
import { startAgent, textOf } from "../../mcp/support/agent.js";

let program: string;
beforeAll(async () => {
  program = await buildCommand();
});

const small = { prompt: "a red fox", resolution: "64x64" };

async function arrange() {
  const watch: { onRequest: (request: MockRequest) => MockFailure | undefined } = {
    onRequest: () => undefined,
  };
  const server = await startServer({ fail: (request) => watch.onRequest(request) });
  const out = await makeFolder();
  const words = ["--base-url", server.url, "--out", out, "--no-preview"];
  return { server, out, watch, start: (...more: string[]) => startAgent(program, [...words, ...more]) };
}

describe("two servers of a folder", () => {
  it("pay once for calls that run at the same time", async () => {
    const { server, start } = await arrange();
    const agents = await Promise.all([start(), start()]);
    const calls = [...agents, ...agents].map((agent) => agent.call("generate_image", small));
    const taskids = (await Promise.all(calls)).map(({ structuredContent }) => structuredContent.taskid);
    expect(new Set(taskids).size).toBe(1);
    expect(server.ledger).toHaveLength(1);
  });
});

describe("a server that is killed", () => {
  it("after the delivery: the next one returns the same result", async () => {
    const { server, start } = await arrange();
    const agent = await start();
    const { structuredContent: first } = await agent.call("generate_image", small);
    agent.process.kill("SIGKILL");
    await agent.ended;
    const next = await start();
    const reads = server.requests.length;
    expect((await next.call("generate_image", small)).structuredContent).toEqual(first);
    expect(server.requests).toHaveLength(reads); // the images are here
    expect(server.ledger).toHaveLength(1);
  });

  it("while it waits for the task: the next one waits for the same task", async () => {
    const { server, watch, start } = await arrange();
    const agent = await start();
    watch.onRequest = ({ role }) => {
      if (role === "status") agent.process.kill("SIGKILL");
      return undefined;
    };
    await expect(agent.call("generate_image", small)).rejects.toThrow("has ended");
    watch.onRequest = () => undefined;
    const next = await start();
    const { structuredContent } = await next.call("generate_image", small);
    expect(structuredContent).toMatchObject({ outcome: "completed", taskid: server.ledger[0]!.taskid });
    expect(server.ledger).toHaveLength(1);
  });

  it("while it submits: the next one does not submit, and then says that a person must look", async () => {
    const { server, watch, out, start } = await arrange();
    const agent = await start();
    watch.onRequest = ({ role }) => {
      if (role === "submit") agent.process.kill("SIGKILL");
      return undefined;
    };
    await expect(agent.call("generate_image", small)).rejects.toThrow("has ended");
    watch.onRequest = () => undefined;
    const submits = () => server.requests.filter(({ role }) => role === "submit");
    const next = await start("--respond-within", "0.2");
    const waiting = await next.call("generate_image", small);
    expect(waiting.structuredContent).toMatchObject({ outcome: "running", files: [] });
    expect(textOf(waiting)).toContain("Call generate_image again with the same arguments");

    const [[id, record]] = Object.entries(await readRecords(out)) as [[string, Record<string, unknown>]];
    const expired = { ...record, expiresAt: new Date(0).toISOString() };
    await writeFile(join(out, `${id}.record.json`), JSON.stringify(expired));
    const last = await start();
    for (const again of [false, true]) {
      const unknown = await last.call("generate_image", { ...small, again });
      expect([unknown.structuredContent.outcome, unknown.isError]).toEqual(["unknown", true]);
      expect(textOf(unknown)).toContain("Do not call again before a person has looked");
      expect(textOf(unknown)).toContain(`${id}.record.json`);
    }
    expect(submits()).toHaveLength(1);
    // A person has looked, and there is no task.
    await rm(join(out, `${id}.record.json`));
    expect((await last.call("generate_image", small)).structuredContent.outcome).toBe("completed");
    expect(submits()).toHaveLength(2);
  });
});

it("a server whose input ends while it submits waits for the response, so that the task is known", async () => {
  const { server, watch, out, start } = await arrange();
  const agent = await start();
  watch.onRequest = ({ role }) => {
    if (role !== "submit") return undefined;
    agent.process.stdin!.end();
    return { kind: "delay", delayMs: 300 };
  };
  const { structuredContent } = await agent.call("generate_image", small);
  expect(structuredContent).toMatchObject({ outcome: "running", taskid: server.ledger[0]!.taskid });
  expect(await agent.ended).toBe(0);
  const [record] = Object.values(await readRecords(out));
  expect(record).toMatchObject({ state: "accepted", taskid: server.ledger[0]!.taskid });
});
