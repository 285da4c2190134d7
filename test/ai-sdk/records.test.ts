import { generateImage, wrapImageModel } from "ai";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { createTensorsLab } from "../../src/ai-sdk/index.js";
import type { ImageCallError, ProviderSettings } from "../../src/ai-sdk/index.js";
import { createMemoryStore } from "../../src/index.js";
import { startMockServer } from "../../src/mock-server/index.js";
import type { MockFailure, MockRequest } from "../../src/mock-server/index.js";
import { apiKey } from "../faults/support/failure.js";

// With n = 20 the SDK makes two calls at once, and drops the images of one if the other fails.

beforeAll(() => vi.stubGlobal("AI_SDK_LOG_WARNINGS", false));
afterAll(() => void vi.unstubAllGlobals());

type Fail = (request: MockRequest) => MockFailure | undefined;

async function start(settings: ProviderSettings = {}) {
  let fail: Fail = () => undefined;
  const server = await startMockServer({ taskDurationMs: 0, imageSize: 8, fail: (request) => fail(request) });
  // Of two calls, one goes on when the other has failed.
  const stopping = new AbortController();
  onTestFinished(() => {
    stopping.abort();
    return server.close();
  });
  const provider = () => createTensorsLab({ apiKey, baseURL: server.url, ...settings });
  const generate = (options: object = {}, model = provider().image("seedreamv5")) =>
    generateImage({
      model,
      prompt: "a fox",
      n: 20,
      abortSignal: stopping.signal,
      providerOptions: { tensorslab: { pollIntervalMs: 1, ...options } },
    });
  const failureOf = async (work: Promise<unknown>) =>
    (await work.then(
      () => expect.unreachable("it should have failed"),
      (error: unknown) => error,
    )) as ImageCallError;
  const charges = () => server.ledger.map(({ images }) => images);
  return { server, provider, generate, failureOf, charges, failWith: (next: Fail) => void (fail = next) };
}

/** Fails the second submit of those that were made at the same time. */
const second: (failure: MockFailure) => Fail =
  (failure) =>
  ({ role, ordinalOfRole }) =>
    role === "submit" && ordinalOfRole === 2 ? failure : undefined;
const refused = second({ kind: "response", status: 400, body: '{"code":9999,"msg":"no"}' });
const lost = second({ kind: "response", status: 502, body: "", charged: true });
const denied: Fail = ({ role, ordinalOfRole }) =>
  role === "status" && ordinalOfRole === 1 ? { kind: "response", status: 403 } : undefined;

test.each([
  ["is refused", refused, "accepted", 1],
  ["is lost", lost, "unknown", 1],
  ["has a task that cannot be read", denied, "accepted", 2],
] as const)("if one submit %s, the error names the tasks of the others", async (_, fail, outcome, tasks) => {
  const { server, generate, failureOf, failWith } = await start();
  failWith(fail);
  const error = await failureOf(generate());
  expect(error.taskids).toHaveLength(tasks);
  const paid = server.ledger.map(({ taskid }) => taskid);
  expect(paid).toEqual(expect.arrayContaining([...error.taskids]));
  for (const taskid of error.taskids) expect(error.message).toContain(taskid);
  expect(error.outcome).toBe(outcome);
  // Of a submit whose outcome is unknown, nobody knows the task.
  expect(error.taskid).toBe(outcome === "unknown" ? undefined : error.taskids[0]);
  expect(server.requests.filter(({ role }) => role === "submit")).toHaveLength(2);
});

test("an error names a task whose submit was slower than the failure", async () => {
  const { server, generate, failureOf, failWith } = await start();
  failWith((request) => {
    if (request.role !== "submit") return undefined;
    return request.ordinalOfRole === 1 ? { kind: "delay", delayMs: 300 } : refused(request);
  });
  const error = await failureOf(generate());
  expect(error.taskids).toEqual(server.ledger.map(({ taskid }) => taskid));
  expect(error.taskids).toHaveLength(1);
});

test("with records, the next call gets the images that were paid for, and pays for the rest alone", async () => {
  const { generate, failureOf, charges, failWith, server } = await start({ records: createMemoryStore() });
  failWith(refused);
  const error = await failureOf(generate());
  const [paid] = charges();
  failWith(() => undefined);
  const { images, providerMetadata } = await generate();
  expect(images).toHaveLength(20);
  expect(charges()).toEqual([paid, 20 - paid!]);
  const given = providerMetadata.tensorslab!.images as { taskid: string }[];
  expect(given.filter(({ taskid }) => taskid === error.taskids[0])).toHaveLength(paid!);
  expect(server.requests.filter(({ role }) => role === "submit")).toHaveLength(3);
});

test("what may have been paid for is not bought again: the next call gets the rest, with a warning", async () => {
  const { generate, failureOf, charges, failWith } = await start({ records: createMemoryStore() });
  failWith(lost);
  expect((await failureOf(generate())).outcome).toBe("unknown");
  failWith(() => undefined);
  const { images, warnings } = await generate();
  expect(warnings).toEqual([{ type: "other", message: expect.stringContaining("may have been paid for") }]);
  const unknown = 20 - images.length;
  expect(charges().toSorted()).toEqual([15, 5]);
  expect(charges()).toContain(unknown);

  expect((await generate()).images).toHaveLength(images.length); // others: the first have reached the caller
  expect(charges().filter((count) => count === unknown)).toHaveLength(1);
  expect((await generate({ resubmitUnknown: true })).images).toHaveLength(20);
  expect(charges().filter((count) => count === unknown)).toHaveLength(2);
});

test("alone it is an error, each time, until somebody says otherwise", async () => {
  const { provider, failureOf, charges, failWith } = await start({ records: createMemoryStore() });
  const generate = (tensorslab: object) =>
    generateImage({
      model: provider().image("seedreamv5"),
      prompt: "a fox",
      n: 5,
      providerOptions: { tensorslab } as never,
    });
  failWith(() => ({ kind: "response", status: 502, body: "", charged: true }));
  await failureOf(generate({}));
  failWith(() => undefined);
  for (let time = 0; time < 2; time++) {
    expect(await failureOf(generate({}))).toMatchObject({
      code: "OUTCOME_UNKNOWN",
      outcome: "unknown",
      taskids: [],
    });
  }
  expect(charges()).toEqual([5]);
  expect((await generate({ resubmitUnknown: true })).images).toHaveLength(5);
  expect(charges()).toEqual([5, 5]);
});

test("images that have reached the caller are not given again: another call makes others", async () => {
  const { generate, charges, provider } = await start({ records: createMemoryStore() });
  const model = provider().image("seedreamv5");
  const taskidsOf = async () =>
    ((await generate({}, model)).providerMetadata.tensorslab!.images as { taskid: string }[]).map(
      ({ taskid }) => taskid,
    );
  const [first, second] = [await taskidsOf(), await taskidsOf()];
  expect(new Set([...first, ...second]).size).toBe(4);
  const together = await Promise.all([taskidsOf(), taskidsOf()]);
  expect(new Set(together.flat()).size).toBe(4);
  expect(charges().reduce((sum, images) => sum + images, 0)).toBe(80);
});

test("with an idempotencyKey, every call gives the same images", async () => {
  const { generate, charges } = await start({ records: createMemoryStore() });
  const options = { idempotencyKey: "order-1234" };
  const first = await generate(options);
  const [second, third] = await Promise.all([generate(options), generate(options)]);
  for (const { providerMetadata } of [second, third])
    expect(providerMetadata).toEqual(first.providerMetadata);
  expect(charges()).toEqual([15, 5]);
});

test("two equal submits of one call are two tasks", async () => {
  const { provider, charges } = await start({ records: createMemoryStore() });
  for (const tensorslab of [{}, { idempotencyKey: "order-1234" }]) {
    const { images, providerMetadata } = await generateImage({
      model: provider().image("seedreamv5"),
      prompt: "a fox",
      n: 4,
      maxImagesPerCall: 2,
      providerOptions: { tensorslab: { pollIntervalMs: 1, ...tensorslab } },
    });
    expect(images).toHaveLength(4);
    expect(
      new Set((providerMetadata.tensorslab!.images as { url: string }[]).map(({ url }) => url)).size,
    ).toBe(4);
  }
  expect(charges()).toEqual([2, 2, 2, 2]);
});

test("images whose download failed come with the next call", async () => {
  const told: string[] = [];
  const onSubmitted = ({ taskid }: { taskid: string }) => {
    expect(server.requests.map(({ role }) => role)).toEqual(["submit"]); // it was not read yet
    told.push(taskid);
  };
  const { server, provider, failureOf, charges, failWith } = await start({
    records: createMemoryStore(),
    onSubmitted,
  });
  const generate = () => generateImage({ model: provider().image("seedreamv5"), prompt: "a fox", n: 2 });
  failWith(({ server }) => (server === "results" ? { kind: "response", status: 404 } : undefined));
  const error = await failureOf(generate());
  expect(error).toMatchObject({ code: "DOWNLOAD", taskids: told });
  failWith(() => undefined);
  expect((await generate()).images).toHaveLength(2);
  expect(charges()).toEqual([2]);
  expect(told).toHaveLength(1);
});

test.each([
  ["while the other goes on", { idempotencyKey: "order-1234" }, false],
  ["while the other goes on, without a key", {}, false],
  ["when the other has returned", { idempotencyKey: "order-1234" }, true],
  ["when the other has returned, without a key", {}, true],
])("a middleware that repeats a failed call %s pays for nothing again", async (_, options, isLate) => {
  const { provider, generate, charges, failWith, server } = await start({ records: createMemoryStore() });
  failWith(denied);
  let succeed: () => void = () => {};
  const success = new Promise<void>((resolve) => (succeed = resolve));
  const model = wrapImageModel({
    model: provider().image("seedreamv5"),
    middleware: {
      specificationVersion: "v3",
      async wrapGenerate({ doGenerate }) {
        try {
          return await doGenerate();
        } catch {
          if (isLate) await success;
          return await doGenerate();
        } finally {
          succeed();
        }
      },
    },
  });
  const { images, providerMetadata } = await generate(options, model as never);
  expect(images).toHaveLength(20);
  const given = providerMetadata.tensorslab!.images as { url: string }[];
  expect(new Set(given.map(({ url }) => url)).size).toBe(20);
  expect(charges().toSorted()).toEqual([15, 5]);
  expect(server.requests.filter(({ role }) => role === "submit")).toHaveLength(2);
});
