import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { createClient, downloadImage, generateOnce, createMemoryStore } from "../../src/index.js";
import { failureOf } from "../faults/support/failure.js";
import { startMockClient } from "../faults/support/mock-client.js";

// What older browsers and test environments lack, and what sandboxes refuse.

const input = { prompt: "a red fox" };

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** Takes away what Jest 29 with jsdom does not have. */
function removeNewer(): void {
  const { canParse } = URL;
  URL.canParse = undefined as never;
  onTestFinished(() => void (URL.canParse = canParse));
  vi.stubGlobal("structuredClone", undefined);
}

/** An AbortSignal as in the years before it had `reason` and `throwIfAborted`. */
function olderSignal(): { signal: AbortSignal; abort: () => void } {
  const controller = new AbortController();
  const { signal } = controller;
  Object.defineProperties(signal, { reason: { value: undefined }, throwIfAborted: { value: undefined } });
  return { signal, abort: () => controller.abort() };
}

test("without URL.canParse and structuredClone, from submit to the bytes of the image", async () => {
  const { client, server } = await startMockClient();
  removeNewer();
  const own = createClient({ apiKey: "key-12345", baseUrl: server.url });
  const options = { records: createMemoryStore(), idempotencyKey: "order-1" };
  const task = await generateOnce(own, "seedreamv5", { ...input, sourceImage: [new Blob(["x"])] }, options);
  expect((await downloadImage(task.urls[0]!, { client })).size).toBeGreaterThan(100);
  expect(() => createClient({ apiKey: "key-12345", baseUrl: "no URL" })).toThrow(/must be a valid URL/);
});

describe("a signal without `reason` and `throwIfAborted`", () => {
  test("is taken", async () => {
    const { client, server } = await startMockClient();
    const { signal } = olderSignal();
    const task = await client.generate("seedreamv5", input, { signal });
    expect((await downloadImage(task.urls[0]!, { client, signal })).size).toBeGreaterThan(100);
    expect(server.ledger).toHaveLength(1);
  });

  test("ends a call that is under way, and one that has not begun, with an AbortError", async () => {
    const { client, server } = await startMockClient();
    const { signal, abort } = olderSignal();
    const onStatus = () => abort();
    const waiting = client.generate("seedreamv5", { prompt: "[mock:stuck]" }, { signal, onStatus });
    await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
    for (const late of [
      client.submit("seedreamv5", input, { signal }),
      client.wait("task-1", { signal }),
      downloadImage(server.url, { client, signal }),
    ]) {
      await expect(late).rejects.toMatchObject({ name: "AbortError" });
    }
    expect(server.ledger).toHaveLength(1);
  });

  test("is told from something else", async () => {
    const { client } = await startMockClient();
    for (const signal of [new AbortController(), {}, "signal", null]) {
      const error = await failureOf(client.submit("seedreamv5", input, { signal: signal as never }));
      expect(error).toMatchObject({ code: "CONFIGURATION", outcome: "not-sent" });
    }
  });
});

test("a sandbox where every function of `process` throws, as in Next.js's Edge Runtime", async () => {
  const { server } = await startMockClient();
  vi.spyOn(process, "getBuiltinModule").mockImplementation(() => {
    throw new Error("A Node.js API is used which is not supported in the Edge Runtime");
  });
  const copy = "../../src/index.js?sandbox";
  const library = (await import(copy)) as typeof import("../../src/index.js");
  const client = library.createClient({ apiKey: "key-12345", baseUrl: server.url });
  await client.submit("seedreamv5", { ...input, sourceImage: [new Blob(["x"])] });
  expect(server.requests[0]?.files.map(({ size }) => size)).toEqual([1]);
});

describe("an environment that may not be read, as in Deno without --allow-env", () => {
  test("is as good as none for a client that has its key", async () => {
    const { server } = await startMockClient();
    vi.spyOn(process, "env", "get").mockReturnValue(
      new Proxy({}, { get: (_, name) => expect.fail(`NotCapable: ${String(name)}`) }),
    );
    expect(createClient({ apiKey: "key-12345" }).service).toMatch(/^https:/);
    await createClient({ apiKey: "key-12345", baseUrl: server.url }).submit("seedreamv5", input);
    vi.stubGlobal("Deno", {});
    await expect(createClient().ready()).rejects.toMatchObject({
      code: "CONFIGURATION",
      message: expect.stringContaining("--allow-env") as string,
    });
  });
});
