import { utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import {
  advanceGeneration,
  checkGeneration,
  createMemoryStore,
  generateOnce,
  OutcomeUnknownError,
  RateLimitError,
  readRecord,
  RecordBusyError,
  RecordConflictError,
  RecordError,
  resumeGeneration,
  TaskFailedError,
  WaitTimeoutError,
} from "../../src/index.js";
import type { GenerationRecord, RecordStore } from "../../src/index.js";
import { fileFromPath } from "../../src/node/index.js";
import { makeFolder } from "../support/generate.js";
import { apiKey, makeRecord, startService, stores } from "./support.js";

const model = "seedreamv5";
const input = { prompt: "a red fox", resolution: "16x16" };
const idempotencyKey = "order-1234";

const stateOf = async (records: RecordStore) => (await readRecord(records, idempotencyKey))?.state;

/** Stores a record as another process left it. */
async function leave(
  records: RecordStore,
  service: string,
  changes: Partial<GenerationRecord>,
): Promise<void> {
  const intent = makeRecord({ id: idempotencyKey, service, input, state: "intent", taskid: undefined });
  intent.expiresAt = new Date(Date.now() - 1).toISOString();
  await records.claim(intent, undefined);
  await records.write({ ...intent, ...changes }, { durable: true });
}

describe.each(stores)("with the %s store, generateOnce", (_, openStore) => {
  test("pays once, and returns the finished task every time", async () => {
    const { server, client } = await startService();
    const records = await openStore();
    const first = await generateOnce(client, model, input, { records, idempotencyKey });
    const again = await generateOnce(client, model, input, { records, idempotencyKey });
    expect([first.status, again.taskid, again.urls.length]).toEqual(["completed", first.taskid, 1]);
    expect([first.requested, again.requested]).toEqual([1, 1]);
    expect(server.ledger.map(({ taskid }) => taskid)).toEqual([first.taskid]);
    expect(await readRecord(records, idempotencyKey)).toEqual({
      version: 2,
      id: idempotencyKey,
      service: `${server.url}/`,
      model,
      input,
      images: 1,
      attempt: 1,
      state: "completed",
      taskid: first.taskid,
      completedAt: expect.any(String) as string,
      files: [],
      createdAt: expect.any(String) as string,
      updatedAt: expect.any(String) as string,
    });
    expect(JSON.stringify(await records.read(idempotencyKey))).not.toContain(apiKey);
  });

  test("has stored the intent before anything is sent, and the task before it is read", async () => {
    const records = await openStore();
    const seen: [string, unknown][] = [];
    const { client } = await startService(
      {},
      {
        fetch: async (target, init) => {
          const record = (await records.read(idempotencyKey)) as GenerationRecord;
          seen.push([record.state, record.taskid]);
          return fetch(target, init);
        },
      },
    );
    const { taskid } = await generateOnce(client, model, input, { records, idempotencyKey });
    expect(seen).toEqual([
      ["intent", undefined],
      ["accepted", taskid],
    ]);
  });

  test("lets one of many callers submit, and the others come back or wait", async () => {
    const { server, client } = await startService();
    const records = await openStore();
    const once = (waitIfBusy: boolean) =>
      generateOnce(client, model, input, { records, idempotencyKey, waitIfBusy, pollIntervalMs: 1 });
    const results = await Promise.allSettled([...Array(5).keys()].map((index) => once(index % 2 === 0)));
    const failures = results.flatMap((result) =>
      result.status === "rejected" ? [result.reason as unknown] : [],
    );
    for (const failure of failures) expect(failure).toBeInstanceOf(RecordBusyError);
    expect(failures.length).toBeLessThanOrEqual(2);
    expect(server.ledger).toHaveLength(1);
    expect((await once(false)).taskid).toBe(server.ledger[0]!.taskid);
    expect(server.ledger).toHaveLength(1);
  });

  test("says how long another caller may be at it", async () => {
    const { client } = await startService();
    const records = await openStore();
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    await leave(records, client.service, { expiresAt });
    const failure: unknown = await generateOnce(client, model, input, { records, idempotencyKey }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(RecordBusyError);
    const { retryAfterMs, outcome } = failure as RecordBusyError;
    expect([outcome, retryAfterMs > 50_000 && retryAfterMs <= 60_000]).toEqual(["unknown", true]);
    // Not even who would pay twice comes between.
    const options = { records, idempotencyKey, resubmitUnknown: true };
    await expect(generateOnce(client, model, input, options)).rejects.toThrow(RecordBusyError);
  });

  test("ends a wait for another caller at an abort", async () => {
    const { client, submits } = await startService();
    const records = await openStore();
    await leave(records, client.service, { expiresAt: new Date(Date.now() + 60_000).toISOString() });
    const controller = new AbortController();
    const reason = new Error("enough");
    const running = generateOnce(client, model, input, {
      records,
      idempotencyKey,
      waitIfBusy: true,
      signal: controller.signal,
    });
    setTimeout(() => controller.abort(reason), 20);
    await expect(running).rejects.toBe(reason);
    expect(submits()).toBe(0);
  });

  test.each(["intent", "unknown"] as const)("submits no `%s` again, unless told to", async (state) => {
    const { client, server, submits } = await startService();
    const records = await openStore();
    await leave(records, client.service, { state });
    const options = { records, idempotencyKey };
    await expect(generateOnce(client, model, input, options)).rejects.toThrow(OutcomeUnknownError);
    await expect(advanceGeneration(client, model, input, options)).rejects.toThrow(/may have been paid for/);
    await expect(resumeGeneration(client, options)).rejects.toThrow(OutcomeUnknownError);
    expect(submits()).toBe(0);
    const task = await generateOnce(client, model, input, { ...options, resubmitUnknown: true });
    expect([task.taskid, await readRecord(records, idempotencyKey)]).toEqual([
      server.ledger[0]!.taskid,
      expect.objectContaining({ attempt: 2, state: "completed" }),
    ]);
  });

  test("submits again what was refused or never sent", async () => {
    const { client, server } = await startService({
      fail: ({ role, ordinalOfRole }) =>
        role === "submit" && ordinalOfRole === 1
          ? { kind: "response", status: 429, headers: { "retry-after": "7" } }
          : undefined,
    });
    const records = await openStore();
    const once = () => generateOnce(client, model, input, { records, idempotencyKey });
    await expect(once()).rejects.toThrow(RateLimitError);
    expect(await readRecord(records, idempotencyKey)).toMatchObject({
      state: "rejected",
      error: { code: "RATE_LIMIT" },
    });
    await once();
    expect(await readRecord(records, idempotencyKey)).toMatchObject({ attempt: 2, state: "completed" });
    expect(await readRecord(records, idempotencyKey)).not.toHaveProperty("error");
    expect(server.ledger).toHaveLength(1);
  });

  test("stores the digits of a task id that JavaScript cannot hold, for the person who looks for the image", async () => {
    const body = '{"code":1000,"msg":"success","data":{"taskid":12345678901234567890}}';
    const { client, submits } = await startService({
      fail: () => ({ kind: "response", status: 200, body, charged: true }),
    });
    const records = await openStore();
    const once = () => generateOnce(client, model, input, { records, idempotencyKey });
    await expect(once()).rejects.toMatchObject({ outcome: "unknown", excerpt: body });
    const record = await readRecord(records, idempotencyKey);
    expect(record).toMatchObject({ state: "unknown", error: { code: "OUTCOME_UNKNOWN" } });
    expect(record?.error?.message).toMatch(
      /has no usable task id; .*; the response began: .*:12345678901234567890}}$/,
    );
    await expect(once()).rejects.toThrow(OutcomeUnknownError);
    expect(submits()).toBe(1);
  });

  test("stores an outcome that nobody knows, and one that is known", async () => {
    const failures = [
      [{ kind: "response", status: 502 }, "unknown"],
      [{ kind: "response", status: 401 }, "rejected"],
      [{ kind: "alter", alter: (body: Buffer) => body.toString().replace("1000", "1234") }, "accepted"],
    ] as const;
    for (const [failure, state] of failures) {
      const { client } = await startService({
        fail: ({ role }) => (role === "submit" ? (failure as never) : undefined),
      });
      const records = await openStore();
      await expect(generateOnce(client, model, input, { records, idempotencyKey })).rejects.toThrow();
      expect(await readRecord(records, idempotencyKey)).toMatchObject({ state });
    }
    const { client, server } = await startService();
    await server.close();
    const records = await openStore();
    await expect(generateOnce(client, model, input, { records, idempotencyKey })).rejects.toThrow();
    expect(await stateOf(records)).toBe("not-sent");
  });

  test("an abort while the submit is under way leaves it unknown, and one before it unpaid", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const { client } = await startService({
      fail: ({ role }) => {
        if (role === "submit") controller.abort(reason);
        return { kind: "hang" };
      },
    });
    const records = await openStore();
    const options = { records, idempotencyKey, signal: controller.signal };
    await expect(generateOnce(client, model, input, options)).rejects.toBe(reason);
    expect(await stateOf(records)).toBe("unknown");
    await expect(generateOnce(client, model, input, { ...options, idempotencyKey: "b" })).rejects.toBe(
      reason,
    );
    expect(await records.read("b")).toBe(undefined);
  });

  test("stores that a task failed, and submits it again only if told to", async () => {
    const { client, server } = await startService();
    const records = await openStore();
    const failing = { ...input, prompt: "a fox [mock:task-failed]" };
    const once = (more: object) => generateOnce(client, model, failing, { records, idempotencyKey, ...more });
    await expect(once({})).rejects.toThrow(TaskFailedError);
    await expect(once({})).rejects.toThrow(TaskFailedError);
    expect(server.ledger).toHaveLength(1);
    expect(await stateOf(records)).toBe("failed");
    await expect(once({ resubmitFailed: true })).rejects.toThrow(TaskFailedError);
    expect(server.ledger).toHaveLength(2);
  });

  test("keeps a record whose images are saved, also if the service calls their task failed later", async () => {
    let isFailed = false;
    const alter = (body: Buffer) => {
      const response = JSON.parse(body.toString()) as { data: object };
      Object.assign(response.data, { image_status: 4 });
      return JSON.stringify(response);
    };
    const { server, client } = await startService({
      fail: ({ role }) => (isFailed && role === "status" ? { kind: "alter", alter } : undefined),
    });
    const records = await openStore();
    const options = { records, idempotencyKey, resubmitFailed: true };
    await generateOnce(client, model, input, options);
    const completed = await readRecord(records, idempotencyKey);
    const saved: GenerationRecord = { ...completed!, state: "saved", files: ["order-1234-1.png"] };
    await records.write(saved, { durable: true });
    isFailed = true;
    for (let time = 1; time <= 2; time++)
      await expect(generateOnce(client, model, input, options)).rejects.toThrow(TaskFailedError);
    expect(await readRecord(records, idempotencyKey)).toEqual(saved);
    expect(server.ledger).toHaveLength(1);
  });

  test("resumes a wait that was given up", async () => {
    const { client, server } = await startService();
    const records = await openStore();
    const slow = { ...input, prompt: "a fox [mock:stuck]" };
    const options = { records, idempotencyKey, timeoutMs: 20, pollIntervalMs: 5 };
    for (let round = 0; round < 2; round++) {
      await expect(generateOnce(client, model, slow, options)).rejects.toThrow(WaitTimeoutError);
      await expect(resumeGeneration(client, options)).rejects.toThrow(WaitTimeoutError);
    }
    expect([server.ledger.length, await stateOf(records)]).toEqual([1, "accepted"]);
  });

  test("needs no read of a task that was finished at once", async () => {
    const { client, server } = await startService();
    const records = await openStore();
    const instant = { ...input, prompt: "a fox [mock:instant]" };
    const seen: string[] = [];
    const onStatus = ({ status }: { status: string }) => void seen.push(status);
    const task = await generateOnce(client, model, instant, { records, idempotencyKey, onStatus });
    expect([task.status, seen, server.requests.length]).toEqual(["completed", ["completed"], 1]);
    expect(await stateOf(records)).toBe("completed");
  });

  test("refuses the same key for another input, and shows the difference", async () => {
    const { client, submits } = await startService();
    const records = await openStore();
    await generateOnce(client, model, input, { records, idempotencyKey });
    const other = { ...input, prompt: "a dog\u001b[31m", batchsize: 2 };
    const failure: unknown = await generateOnce(client, model, other, { records, idempotencyKey }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(RecordConflictError);
    expect((failure as RecordConflictError).differences).toEqual([
      { path: "prompt", recorded: "a red fox", given: other.prompt },
      { path: "batchsize", recorded: undefined, given: 2 },
    ]);
    expect((failure as Error).message).toContain('`prompt` was "a red fox" and is "a dog\\u001b[31m"');
    const { client: elsewhere } = await startService();
    await expect(generateOnce(elsewhere, model, input, { records, idempotencyKey })).rejects.toThrow(
      /`service` was/,
    );
    await expect(resumeGeneration(elsewhere, { records, idempotencyKey })).rejects.toThrow(
      /was submitted to/,
    );
    expect(submits()).toBe(1);
    await expect(checkGeneration(client, model, other, { records, idempotencyKey })).rejects.toThrow(
      RecordConflictError,
    );
    expect(await checkGeneration(client, model, input, { records, idempotencyKey })).toMatchObject({
      attempt: 1,
    });
  });

  test("names the task of a key whose file was changed after it was sent", async () => {
    const { client, server } = await startService();
    const records = await openStore();
    const path = join(await makeFolder(), "fox.png");
    await writeFile(path, "the bytes of an image");
    const submit = async () =>
      advanceGeneration(
        client,
        model,
        { ...input, sourceImage: [await fileFromPath(path)] },
        { records, idempotencyKey },
      );
    const { record } = await submit();
    await utimes(path, 1, 1);
    await expect(submit()).rejects.toThrow(
      `${idempotencyKey}" stands for another request already, with task ${record.taskid}: \`sourceImage\``,
    );
    const task = await resumeGeneration(client, { records, idempotencyKey });
    expect([task.taskid, server.ledger.length]).toEqual([record.taskid, 1]);
  });

  test("an invalid input or option leaves nothing behind", async () => {
    const { client, server } = await startService();
    const records = await openStore();
    const call = (fields: object, options: object, name: string = model) =>
      generateOnce(client, name as never, fields as never, { records, idempotencyKey, ...options } as never);
    await expect(call({ prompt: "" }, {})).rejects.toThrow("prompt");
    await expect(call(input, {}, "seedream")).rejects.toThrow("Unknown model `seedream`");
    await expect(call(input, { idempotencyKey: "" })).rejects.toThrow("`idempotencyKey` must be");
    await expect(call(input, { idempotencyKey: "a\nb" })).rejects.toThrow("`idempotencyKey` must be");
    await expect(call(input, { idempotencyKey: "x".repeat(256) })).rejects.toThrow(
      "`idempotencyKey` must be",
    );
    await expect(call(input, { inputDigest: 1 })).rejects.toThrow("`inputDigest` must be");
    await expect(call(input, { records: {} })).rejects.toThrow("`records` must be");
    await expect(call(input, { resubmitUnkown: true })).rejects.toThrow("Did you mean `resubmitUnknown`?");
    expect([server.requests.length, await records.read(idempotencyKey)]).toEqual([0, undefined]);
    expect(await checkGeneration(client, model, input, { records, idempotencyKey })).toBe(undefined);
  });
});

describe.each(stores)("with the %s store, advanceGeneration", (_, openStore) => {
  test("takes one step each time: submit, status, status", async () => {
    const { client, server } = await startService({ taskDurationMs: 60_000 });
    const records = await openStore();
    const step = () => advanceGeneration(client, model, input, { records, idempotencyKey });
    const first = await step();
    expect(first).toMatchObject({ record: { state: "accepted" }, task: undefined, comeBackAfterMs: 2000 });
    const second = await step();
    expect([second.task?.status, second.comeBackAfterMs]).toEqual(["queued", 2000]);
    expect(server.requests.map(({ role }) => role)).toEqual(["submit", "status"]);
    vi.spyOn(Date, "now").mockReturnValue(Date.now() + 30_000);
    try {
      expect((await step()).comeBackAfterMs).toBeGreaterThanOrEqual(10_000);
    } finally {
      vi.restoreAllMocks();
    }
  });

  test("ends with the task, completed or failed", async () => {
    const { client } = await startService();
    const records = await openStore();
    for (const [prompt, state] of [
      ["a fox", "completed"],
      ["a fox [mock:task-failed]", "failed"],
    ] as const) {
      const step = () =>
        advanceGeneration(client, model, { ...input, prompt }, { records, idempotencyKey: prompt });
      await step();
      const { record, task, comeBackAfterMs } = await step();
      expect([record.state, task?.status, comeBackAfterMs]).toEqual([state, state, undefined]);
      expect((await step()).record).toEqual(record);
    }
    const instant = { ...input, prompt: "a fox [mock:instant]" };
    const { task, comeBackAfterMs } = await advanceGeneration(client, model, instant, {
      records,
      idempotencyKey,
    });
    expect([task?.urls.length, comeBackAfterMs]).toEqual([1, undefined]);
  });
});

describe("a task that is completed without an image", () => {
  test("is an error that names it, for a step as for a wait, until it has its images", async () => {
    let isEmpty = true;
    const alter = (body: Buffer) => {
      const response = JSON.parse(body.toString()) as { data: object };
      Object.assign(response.data, { url: [] });
      return JSON.stringify(response);
    };
    const { client, server } = await startService({
      fail: ({ role }) => (isEmpty && role === "status" ? { kind: "alter", alter } : undefined),
    });
    const options = { records: createMemoryStore(), idempotencyKey };
    const { record } = await advanceGeneration(client, model, input, options);
    for (const look of [advanceGeneration, generateOnce])
      await expect(look(client, model, input, options)).rejects.toMatchObject({
        name: "UnexpectedResponseError",
        outcome: "accepted",
        taskid: record.taskid,
      });
    expect(await stateOf(options.records)).toBe("accepted");
    isEmpty = false;
    const { task } = await advanceGeneration(client, model, input, options);
    expect([task?.urls.length, server.ledger.length]).toEqual([1, 1]);
  });
});

describe("a store that fails", () => {
  test("before the submit: nothing is sent", async () => {
    const { client, submits } = await startService();
    const records = createMemoryStore();
    const full = { ...records, claim: () => Promise.reject(new Error("disk full")) };
    await expect(generateOnce(client, model, input, { records: full, idempotencyKey })).rejects.toThrow(
      "disk full",
    );
    expect(submits()).toBe(0);
  });

  test("after the submit: the error names the task", async () => {
    const { client, server } = await startService();
    const records = createMemoryStore();
    const full = { ...records, write: () => Promise.reject(new Error("disk full")) };
    const failure: unknown = await generateOnce(client, model, input, {
      records: full,
      idempotencyKey,
    }).catch((error: unknown) => error);
    const { taskid } = server.ledger[0]!;
    expect(failure).toBeInstanceOf(RecordError);
    expect(failure).toMatchObject({
      outcome: "accepted",
      taskid,
      message: expect.stringContaining("disk full") as string,
    });
  });

  test("after the task has ended: the error names the task", async () => {
    const { client, server } = await startService();
    const store = createMemoryStore();
    let isDamaged = false;
    const records = {
      ...store,
      read: async (id: string) => (isDamaged ? { version: 2, id: "tampered" } : store.read(id)),
    };
    const onStatus = () => void (isDamaged = true);
    for (const [idempotencyKey, prompt] of [
      ["a", "a fox"],
      ["b", "a fox [mock:task-failed]"],
    ] as const) {
      isDamaged = false;
      const once = generateOnce(
        client,
        "seedreamv5",
        { ...input, prompt },
        { records, idempotencyKey, onStatus },
      );
      const error = await once.then(
        () => expect.fail("it was not noticed"),
        (reason: unknown) => reason,
      );
      const { taskid } = server.ledger.at(-1)!;
      expect(error).toMatchObject({ code: "RECORD", outcome: "accepted", taskid });
      expect((error as Error).message).toMatch(/cannot be used: `id` must be .*; task /);
    }
  });

  test("by never granting a claim: nothing is sent, and it ends", async () => {
    const { client, submits } = await startService();
    const records = { ...createMemoryStore(), claim: async () => false };
    await expect(generateOnce(client, model, input, { records, idempotencyKey })).rejects.toThrow(
      RecordBusyError,
    );
    expect(submits()).toBe(0);
  });

  test.each([
    ["the process is frozen", performance],
    ["the machine sleeps, which stops the process's clock", Date],
  ])("by taking longer than an intent may wait, as %s: nothing is sent under it", async (_, clock) => {
    const { client, server } = await startService();
    const memory = createMemoryStore();
    let delayMs = 31_000;
    const records: RecordStore = {
      ...memory,
      async claim(record, previous) {
        const claimed = await memory.claim(record, previous);
        const now = clock.now() + delayMs;
        if (delayMs > 0) vi.spyOn(clock, "now").mockImplementationOnce(() => now);
        delayMs = 0;
        return claimed;
      },
    };
    await generateOnce(client, model, input, { records, idempotencyKey });
    expect(await readRecord(records, idempotencyKey)).toMatchObject({ attempt: 2, state: "completed" });
    expect(server.ledger).toHaveLength(1);
  });

  test("by taking longer than a short deadline of the submit: it is sent all the same", async () => {
    const { client, submits } = await startService({}, { submitTimeoutMs: 50 });
    const memory = createMemoryStore();
    const records: RecordStore = {
      ...memory,
      async claim(record, previous) {
        const claimed = await memory.claim(record, previous);
        await new Promise((resolve) => setTimeout(resolve, 60));
        return claimed;
      },
    };
    await generateOnce(client, model, input, { records, idempotencyKey }).catch(() => undefined);
    expect([(await readRecord(records, idempotencyKey))?.attempt, submits()]).toEqual([1, 1]);
  });
});
