import { AsyncLocalStorage } from "node:async_hooks";
import { describe, expect, it } from "vitest";
import { createClient, downloadImage } from "../../src/index.js";
import type { Instrumentation, InstrumentedOperation } from "../../src/index.js";
import { apiKey, failureOf } from "../faults/support/failure.js";
import { startMockClient } from "../faults/support/mock-client.js";

const prompt = "a very secret fox";

/** Keeps a copy of each operation as it ended, in the order of their ends. */
function recorder(more: Partial<Instrumentation> = {}) {
  const ended: InstrumentedOperation[] = [];
  const instrumentation: Instrumentation = {
    around: (operation, run) => run().finally(() => ended.push({ ...operation })),
    ...more,
  };
  return { ended, instrumentation };
}

describe("an instrumentation", () => {
  it("sees a generation, its submit, its polls and its downloads", async () => {
    const { ended, instrumentation } = recorder();
    const { client } = await startMockClient({ taskDurationMs: 0 }, { instrumentation });
    const task = await client.generate("seedreamv5", { prompt, batchsize: 2, resolution: "64x64" });
    const image = await downloadImage(task.urls[0]!, { client });
    const { taskid } = task;
    const known = { model: "seedreamv5", requested: 2, taskid, outcome: "accepted" };
    expect(ended.map(({ name }) => name).filter((name) => name !== "poll")).toEqual([
      "submit",
      "generate",
      "download",
    ]);
    expect(ended.find(({ name }) => name === "submit")).toMatchObject({
      ...known,
      attempts: 1,
      httpStatus: 200,
    });
    expect(ended.find(({ name }) => name === "submit")?.bytes).toBeGreaterThan(100);
    expect(ended.find(({ name }) => name === "poll")).toMatchObject({ taskid, attempts: 1, httpStatus: 200 });
    expect(ended.find(({ name }) => name === "generate")).toMatchObject({ ...known, received: 2 });
    expect(ended.at(-1)).toMatchObject({ name: "download", attempts: 1, bytes: image.size });
    for (const { durationMs } of ended) expect(durationMs).toBeGreaterThan(0);
  });

  it("sees a wait", async () => {
    const { ended, instrumentation } = recorder();
    const { client } = await startMockClient({}, { instrumentation });
    await client.wait(await client.submit("seedreamv5", { prompt, batchsize: 3 }));
    expect(ended.at(-1)).toMatchObject({ name: "wait", requested: 3, received: 3, outcome: "accepted" });
  });

  it.each([
    ["[mock:refuse]", "SERVICE", "rejected", 200],
    ["[mock:unauthorized]", "AUTHENTICATION", "rejected", 401],
    ["[mock:reset]", "OUTCOME_UNKNOWN", "unknown", undefined],
  ])("sees how a submit failed: %s", async (marker, errorCode, outcome, httpStatus) => {
    const { ended, instrumentation } = recorder();
    const { client } = await startMockClient({}, { instrumentation });
    await failureOf(client.submit("seedreamv5", { prompt: `${prompt} ${marker}` }));
    expect(ended).toHaveLength(1);
    expect(ended[0]).toMatchObject({ name: "submit", errorCode, outcome });
    expect(ended[0]?.httpStatus).toBe(httpStatus);
  });

  it("never sees the key, and the prompt only if it asks for it", async () => {
    for (const includePrompt of [undefined, false, true]) {
      const { ended, instrumentation } = recorder({ includePrompt });
      const { client } = await startMockClient({ apiKeys: [apiKey] }, { instrumentation });
      await client.generate("seedreamv5", { prompt });
      await failureOf(client.generate("seedreamv5", { prompt: `${prompt} [mock:html]` }));
      expect(JSON.stringify(ended)).not.toContain(apiKey);
      expect(JSON.stringify(ended).includes("secret")).toBe(includePrompt === true);
    }
  });

  it("runs the work within its own context", async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const instrumentation: Instrumentation = {
      around: (operation, run) => storage.run(`${storage.getStore() ?? ""}/${operation.name}`, run),
    };
    const { client } = await startMockClient(
      {},
      {
        instrumentation,
        fetch: (url, init) => {
          seen.push(storage.getStore());
          return fetch(url, init);
        },
      },
    );
    await client.generate("seedreamv5", { prompt });
    expect(seen[0]).toBe("/generate/submit");
    expect(new Set(seen.slice(1))).toEqual(new Set(["/generate/poll"]));
  });

  it.each<[string, Instrumentation["around"]]>([
    [
      "throws at once",
      () => {
        throw new Error("no exporter");
      },
    ],
    ["fails before it runs anything", () => Promise.reject(new Error("no exporter"))],
    [
      "fails afterwards",
      async (_, run) => {
        await run();
        throw new Error("no exporter");
      },
    ],
    [
      "runs it twice",
      async (_, run) => {
        await run();
        return run();
      },
    ],
    [
      "returns something else",
      (async (_: unknown, run: () => Promise<unknown>) => {
        await run();
        return "nonsense";
      }) as never,
    ],
  ])("that %s changes no result and pays for nothing twice", async (_, around) => {
    const { server, client } = await startMockClient({}, { instrumentation: { around } });
    const task = await client.generate("seedreamv5", { prompt });
    expect(server.ledger.map(({ taskid }) => taskid)).toEqual([task.taskid]);
    const error = await failureOf(client.submit("seedreamv5", { prompt: "x [mock:refuse]" }));
    expect(error).toMatchObject({ code: "SERVICE", outcome: "rejected" });
  });

  it("must have a method around", () => {
    for (const instrumentation of [{}, null, "otel"]) {
      expect(() => createClient({ apiKey, instrumentation: instrumentation as never })).toThrow(/around/);
    }
  });
});
