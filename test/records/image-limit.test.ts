import { describe, expect, test, vi } from "vitest";
import { createMemoryStore, generateOnce, ImageLimitError } from "../../src/index.js";
import type { MaxImages, RecordStore } from "../../src/index.js";
import { createFolderStore } from "../../src/node/index.js";
import { makeFolder } from "../support/generate.js";
import { startService } from "./support.js";

const model = "seedreamv5";
const small = { resolution: "16x16" };

const kinds: [string, (maxImages: MaxImages) => Promise<RecordStore>][] = [
  ["memory", async (maxImages) => createMemoryStore({ maxImages })],
  ["folder", async (maxImages) => createFolderStore(await makeFolder(), { maxImages })],
];

describe.each(kinds)("with the %s store, maxImages", (_, openStore) => {
  test.each(["run", "day"] as const)("for a %s lets nothing through that is too much", async (period) => {
    const { client, server } = await startService();
    const records = await openStore({ [period]: 5 });
    const make = (idempotencyKey: string, batchsize: number) =>
      generateOnce(client, model, { prompt: "a fox", batchsize, ...small }, { records, idempotencyKey });
    await make("a", 3);
    await expect(make("b", 3)).rejects.toThrow(ImageLimitError);
    await expect(make("b", 3)).rejects.toThrow(`the limit of 5 for this ${period}`);
    await make("c", 2);
    await expect(make("d", 1)).rejects.toThrow("1 more image would exceed");
    expect((await make("a", 3)).urls).toHaveLength(3); // it is paid for already
    expect(server.ledger).toHaveLength(2);
  });

  test("counts nothing that proved to cost nothing", async () => {
    let mayFail = true;
    const { client, server } = await startService({
      fail: ({ role }) => (role === "submit" && mayFail ? { kind: "response", status: 429 } : undefined),
    });
    const records = await openStore({ run: 1, day: 1 });
    const make = () =>
      generateOnce(client, model, { prompt: "a fox", ...small }, { records, idempotencyKey: "a" });
    for (let round = 0; round < 3; round++) await expect(make()).rejects.toThrow("429");
    mayFail = false;
    await make();
    expect(server.ledger).toHaveLength(1);
  });

  test("of a day begins anew with the next", async () => {
    const { client, server } = await startService();
    const records = await openStore({ day: 1 });
    const make = (idempotencyKey: string) =>
      generateOnce(client, model, { prompt: "a fox", ...small }, { records, idempotencyKey });
    await make("a");
    await expect(make("b")).rejects.toThrow(ImageLimitError);
    vi.useFakeTimers({ now: Date.now() + 24 * 60 * 60 * 1000, toFake: ["Date"] });
    try {
      await make("b");
    } finally {
      vi.useRealTimers();
    }
    expect(server.ledger).toHaveLength(2);
  });

  test("must be whole numbers", async () => {
    for (const limit of [-1, 0.5, NaN, "3" as never]) {
      await expect(openStore({ run: limit })).rejects.toThrow("`maxImages.run` must be");
      await expect(openStore({ day: limit })).rejects.toThrow("`maxImages.day` must be");
    }
    await openStore({ run: 0, day: Infinity });
  });
});

test("a day's limit holds for all stores of a folder together", async () => {
  const { client, server } = await startService();
  const folder = await makeFolder();
  const make = (index: number) =>
    generateOnce(
      client,
      model,
      { prompt: "a fox", ...small },
      {
        records: createFolderStore(folder, { maxImages: { day: 3 } }),
        idempotencyKey: `order-${index}`,
      },
    );
  const results = await Promise.allSettled(Array.from({ length: 8 }, (_, index) => make(index)));
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
  expect(server.ledger).toHaveLength(3);
});
