import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { MockFailure, MockRequest } from "../../src/mock-server/index.js";
import { startServer } from "../cli/support/command.js";
import { makeFolder } from "../support/generate.js";
import { serveAgent } from "./support/agent.js";
import type { Settings } from "./support/agent.js";

const small = { prompt: "a red fox", resolution: "64x64" };

async function arrange() {
  const watch: { onRequest: (request: MockRequest) => MockFailure | undefined } = {
    onRequest: () => undefined,
  };
  const server = await startServer({ fail: (request) => watch.onRequest(request) });
  const out = await makeFolder();
  return { server, out, watch, start: (settings?: Settings) => serveAgent(server.url, out, settings) };
}

/** Makes every delivery that was noted in the folder that much older. */
async function age(out: string, minutes: number): Promise<void> {
  for (const name of await readdir(out)) {
    if (!name.endsWith(".delivered")) continue;
    const [time = "", task] = (await readFile(join(out, name), "utf8")).split(" ");
    const earlier = new Date(Date.parse(time) - minutes * 60_000).toISOString();
    await writeFile(join(out, name), `${earlier} ${task}`);
  }
}

describe("a call that is repeated", () => {
  it("returns the first result, whatever the order of its arguments, until ten minutes after its delivery", async () => {
    const { server, out, start } = await arrange();
    const agent = await start();
    const first = await agent.call("generate_image", small);
    expect(first.structuredContent.outcome).toBe("completed");
    const { prompt, resolution } = small;
    const second = await agent.call("generate_image", { resolution, prompt, again: false });
    expect(second.structuredContent).toEqual(first.structuredContent);
    await age(out, 9);
    expect((await agent.call("generate_image", small)).structuredContent).toEqual(first.structuredContent);
    expect(server.ledger).toHaveLength(1);
    await age(out, 1.1);
    const later = await agent.call("generate_image", small);
    expect(later.structuredContent.taskid).not.toBe(first.structuredContent.taskid);
    expect(server.ledger).toHaveLength(2);
  });

  it("is another one with other arguments, or of another tool", async () => {
    const { server, start } = await arrange();
    const agent = await start();
    await agent.call("generate_image", small);
    await agent.call("generate_image", { ...small, batchsize: 2 });
    await agent.call("edit_image", { ...small, imageUrl: "https://example.com/fox.png" });
    expect(server.ledger).toHaveLength(3);
  });

  it("pays once when it runs at the same time", async () => {
    const { server, start } = await arrange();
    const agent = await start();
    const calls = [1, 2, 3, 4].map(() => agent.call("generate_image", small));
    const taskids = (await Promise.all(calls)).map(({ structuredContent }) => structuredContent.taskid);
    expect(new Set(taskids)).toEqual(new Set([server.ledger[0]!.taskid]));
    expect(server.ledger).toHaveLength(1);
  });

  it("asks for another one with `again`, which is paid for once too", async () => {
    const { server, watch, start } = await arrange();
    const agent = await start({ respondWithinMs: 300 });
    watch.onRequest = ({ role }) => (role === "status" ? { kind: "response", status: 502 } : undefined);
    const callUntilAccepted = async (given: Record<string, unknown>) => {
      for (;;) {
        const { structuredContent } = await agent.call("generate_image", given);
        if (structuredContent.taskid !== undefined) return structuredContent;
      }
    };
    const first = await callUntilAccepted(small);
    // The first is not finished, and this one is asked for twice, as by an agent that was cut off.
    const second = await callUntilAccepted({ ...small, again: true });
    const repeated = await callUntilAccepted({ ...small, again: true });
    expect([first, second, repeated].map(({ outcome }) => outcome)).toEqual(Array(3).fill("running"));
    expect(repeated.taskid).toBe(second.taskid);
    expect(second.taskid).not.toBe(first.taskid);
    expect(server.ledger).toHaveLength(2);
    watch.onRequest = () => undefined;
    for (let result; result !== "completed";) {
      result = (await agent.call("wait_for_task", { taskid: second.taskid })).structuredContent.outcome;
    }
    const third = await callUntilAccepted({ ...small, again: true });
    expect([first.taskid, second.taskid]).not.toContain(third.taskid);
    expect(server.ledger).toHaveLength(3);
  });

  it("returns the first result also after another one was asked for, and the newest once that is old", async () => {
    const { server, out, start } = await arrange();
    const agent = await start();
    const { structuredContent: first } = await agent.call("generate_image", small);
    await age(out, 11);
    const { structuredContent: second } = await agent.call("generate_image", { ...small, again: true });
    expect(second.taskid).not.toBe(first.taskid);
    expect((await agent.call("generate_image", small)).structuredContent).toEqual(second);
    await age(out, 11);
    const { structuredContent: third } = await agent.call("generate_image", small);
    await agent.call("generate_image", { ...small, again: true });
    expect((await agent.call("generate_image", small)).structuredContent).toEqual(third);
    expect(server.ledger).toHaveLength(4);
  });

  it("returns the failure of its task, and submits what was refused", async () => {
    const { server, watch, start } = await arrange();
    const agent = await start();
    const failing = { ...small, prompt: "a fox [mock:task-failed]" };
    expect((await agent.call("generate_image", failing)).structuredContent.outcome).toBe("failed");
    const failure = await agent.call("generate_image", failing);
    expect([failure.structuredContent.outcome, failure.isError]).toEqual(["failed", true]);
    expect(server.ledger).toHaveLength(1);

    watch.onRequest = ({ role }) => (role === "submit" ? { kind: "response", status: 429 } : undefined);
    const refused = await agent.call("generate_image", small);
    expect(refused.structuredContent.outcome).toBe("rejected");
    watch.onRequest = () => undefined;
    expect((await agent.call("generate_image", small)).structuredContent.outcome).toBe("completed");
    expect(server.ledger).toHaveLength(2);
  });

  it("fetches images that were deleted, and pays again only once a record is gone", async () => {
    const { server, out, start } = await arrange();
    const agent = await start();
    const { structuredContent: first } = await agent.call("generate_image", small);
    await rm(first.files[0]!);
    expect((await agent.call("generate_image", small)).structuredContent).toEqual(first);
    expect((await readdir(out)).filter((name) => name.endsWith(".png"))).toHaveLength(1);
    for (const name of await readdir(out)) if (name.endsWith(".record.json")) await rm(join(out, name));
    await age(out, 60); // that delivery was another task's
    const { structuredContent: second } = await agent.call("generate_image", small);
    expect(second.taskid).not.toBe(first.taskid);
    expect((await agent.call("generate_image", small)).structuredContent.taskid).toBe(second.taskid);
    expect(server.ledger).toHaveLength(2);
  });
});
