import { describe, expect, test } from "vitest";
import { generateOnce, readRecord, RecordError, resumeGeneration } from "../../src/index.js";
import type { GenerationRecord, RecordStore } from "../../src/index.js";
import { makeRecord, startService } from "./support.js";

/** A store that holds one thing, whatever it is asked for. */
const holding = (stored: unknown): RecordStore => ({
  read: async () => stored,
  write: async () => undefined,
  claim: async () => false,
});

const firstVersion = {
  version: 1,
  id: "order-1",
  service: "https://service.example/",
  model: "seedreamv5",
  input: { prompt: "a fox" },
  state: "accepted",
  taskid: "task-1",
  files: [],
  createdAt: "2026-01-31T12:00:00.000Z",
  updatedAt: "2026-01-31T12:00:01.000Z",
};

describe("a record", () => {
  test("is read as it was written, in whatever order; unknown names are left out", async () => {
    const record = makeRecord({
      state: "saved",
      files: ["a-1.png"],
      completedAt: "2026-01-31T12:00:00.000Z",
    });
    const reversed = Object.fromEntries(Object.entries({ ...record, more: 1 }).reverse());
    expect(await readRecord(holding(reversed), "order-1")).toEqual(record);
    expect(await readRecord(holding(undefined), "order-1")).toBe(undefined);
    expect(await readRecord(holding(null), "order-1")).toBe(undefined);
  });

  test("of the first version is read, and says so", async () => {
    expect(await readRecord(holding(firstVersion), "order-1")).toEqual({
      ...firstVersion,
      attempt: 1,
      images: 1,
    });
    const four = { ...firstVersion, input: { prompt: "a fox", batchsize: 4 } };
    expect(await readRecord(holding(four), "order-1")).toMatchObject({ images: 4 });
    for (const odd of [{ model: "older" }, { input: { batchsize: "many" } }, { input: { batchsize: -1 } }]) {
      expect(await readRecord(holding({ ...firstVersion, ...odd }), "order-1")).toMatchObject({ images: 1 });
    }
    const intent = { ...firstVersion, state: "intent", taskid: undefined };
    expect(await readRecord(holding(intent), "order-1")).toMatchObject({
      version: 1,
      expiresAt: "2026-01-31T12:03:31.000Z",
    });
    expect(await readRecord(holding({ ...firstVersion, state: "completed" }), "order-1")).toMatchObject({
      completedAt: firstVersion.updatedAt,
    });
  });

  test.each([3, 2.5, 1e9])("of the newer version %d is refused before anything is sent", async (version) => {
    const { client, server } = await startService();
    const records = holding({ ...makeRecord(), version });
    const options = { records, idempotencyKey: "order-1" };
    const failure: unknown = await generateOnce(client, "seedreamv5", { prompt: "a fox" }, options).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(RecordError);
    expect((failure as Error).message).toContain(`it is of version ${version}`);
    expect((failure as RecordError).outcome).toBe("not-sent");
    await expect(resumeGeneration(client, options)).rejects.toThrow("update the program");
    expect(server.requests).toEqual([]);
  });

  const faults: [string, unknown][] = [
    ["is not an object", "text"],
    ["is a list", []],
    ["has no version", { ...makeRecord(), version: undefined }],
    ["has the version as text", { ...makeRecord(), version: "2" }],
    ["is of another id", makeRecord({ id: "order-2" })],
    ["has an unknown state", makeRecord({ state: "paid" as never })],
    ["has no state", { ...makeRecord(), state: undefined }],
    ["is accepted without a task", makeRecord({ taskid: undefined })],
    ["is unpaid with a task", makeRecord({ state: "rejected" })],
    ["has an intent without an end", makeRecord({ state: "intent", taskid: undefined })],
    ["has an end that is not a time", makeRecord({ expiresAt: "soon" })],
    ["has a task that moves the cursor", makeRecord({ taskid: "t\u001b[2J" })],
    ["has a task with a line break", makeRecord({ taskid: "t\n" })],
    ["has a task that reads backwards", makeRecord({ taskid: "t\u202e" })],
    ["has a task that is a number", makeRecord({ taskid: 7 as never })],
    ["has an empty task", makeRecord({ taskid: "" })],
    ["has a service with a control character", makeRecord({ service: "https://a/\u0007" })],
    ["has no attempt", { ...makeRecord(), attempt: undefined }],
    ["has an attempt below 1", makeRecord({ attempt: 0 })],
    ["has half an image", makeRecord({ images: 0.5 })],
    ["has a list for an input", makeRecord({ input: [] as never })],
    ["has an error that is text", makeRecord({ error: "x" as never })],
    ["has files that are text", makeRecord({ files: "a.png" as never })],
    ...[
      "../a.png",
      "a/b.png",
      "a\\b.png",
      "/etc/passwd",
      "C:a.png",
      "a:b",
      ".hidden",
      "..",
      ".",
      "",
      "a\u0000",
      7,
    ].map((name): [string, unknown] => [
      `names the file ${JSON.stringify(name)}`,
      makeRecord({ files: [name as string] }),
    ]),
  ];
  test.each(faults)("that %s is refused", async (_, stored) => {
    await expect(readRecord(holding(stored), "order-1")).rejects.toThrow(RecordError);
  });

  test("injects no text into a terminal through its error", async () => {
    const error = { code: "C\u001b", message: `gone\u001b[2J\r\n\u202e${"x".repeat(1000)}` };
    const record = (await readRecord(holding(makeRecord({ error })), "order-1")) as GenerationRecord;
    expect(record.error!.code).toBe("C\\u001b");
    expect(record.error!.message).toMatch(/^gone\\u001b\[2J\\u000d\\u000a\\u202ex+…$/);
    expect(record.error!.message.length).toBeLessThan(600);
  });

  test("names no service that the key is sent to", async () => {
    const { client, server } = await startService();
    const { server: other } = await startService();
    const records = holding(makeRecord({ service: `${other.url}/` }));
    await expect(resumeGeneration(client, { records, idempotencyKey: "order-1" })).rejects.toThrow(
      "this client asks",
    );
    expect([server.requests, other.requests]).toEqual([[], []]);
  });
});
