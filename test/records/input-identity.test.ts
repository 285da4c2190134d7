import { utimes, writeFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import { join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import {
  checkGeneration,
  createMemoryStore,
  generateOnce,
  readRecord,
  RecordConflictError,
} from "../../src/index.js";
import type { GenerationRecord, ModelInput, RecordStore } from "../../src/index.js";
import { fileFromPath } from "../../src/node/index.js";
import { pngBytes } from "../cli/support/images.js";
import { makeFolder } from "../support/generate.js";
import { startService } from "./support.js";

type Input = ModelInput<"seedreamv5">;
const idempotencyKey = "order-1";

async function start() {
  const { client, server } = await startService();
  const records = createMemoryStore();
  const check = (input: Partial<Input>, inputDigest?: string) =>
    checkGeneration(
      client,
      "seedreamv5",
      { prompt: "a fox", ...input },
      { records, idempotencyKey, inputDigest },
    );
  return {
    server,
    client,
    records,
    once: (input: Partial<Input>, inputDigest?: string) =>
      generateOnce(
        client,
        "seedreamv5",
        { prompt: "a fox", ...input },
        { records, idempotencyKey, inputDigest },
      ),
    check,
    differs: async (input: Partial<Input>, inputDigest?: string) => {
      const failure: unknown = await check(input, inputDigest).catch((error: unknown) => error);
      return failure instanceof RecordConflictError ? failure.differences.map(({ path }) => path) : [];
    },
  };
}

const inputOf = async (records: RecordStore) =>
  ((await readRecord(records, idempotencyKey)) as GenerationRecord).input;

describe("what identifies a file", () => {
  test("in memory: the hash of what was sent, also if the bytes change meanwhile", async () => {
    const { server, records, once, differs } = await start();
    const bytes = Uint8Array.from(pngBytes);
    const running = once({ sourceImage: [bytes] });
    bytes.fill(0);
    await running;
    const sha256 = createHash("sha256").update(pngBytes).digest("hex");
    expect(await inputOf(records)).toEqual({
      prompt: "a fox",
      sourceImage: [{ bytes: pngBytes.length, sha256 }],
    });
    expect(server.requests[0]!.files[0]!.size).toBe(pngBytes.length);
    expect(await differs({ sourceImage: [Uint8Array.from(pngBytes).buffer] })).toEqual([]);
    expect(await differs({ sourceImage: [new DataView(Uint8Array.from(pngBytes).buffer)] })).toEqual([]);
    expect(await differs({ sourceImage: [bytes] })).toEqual(["sourceImage"]);
    expect(await differs({ sourceImage: [pngBytes, pngBytes] })).toEqual(["sourceImage"]);
  });

  test("on disk: path, size and time of modification", async () => {
    const { records, once, differs } = await start();
    const path = join(await makeFolder(), "fox.png");
    await writeFile(path, pngBytes);
    const time = new Date("2026-01-31T12:00:00.000Z");
    await utimes(path, time, time);
    await once({ sourceImage: [await fileFromPath(path)] });
    const modifiedAt = time.toISOString();
    expect(await inputOf(records)).toMatchObject({
      sourceImage: [{ path, bytes: pngBytes.length, modifiedAt }],
    });
    expect(await differs({ sourceImage: [await fileFromPath(relative(process.cwd(), path))] })).toEqual([]);
    await utimes(path, time, new Date(time.getTime() + 1000));
    expect(await differs({ sourceImage: [await fileFromPath(path)] })).toEqual(["sourceImage"]);
  });

  test("of another kind: name, size, and a digest of the caller's", async () => {
    const { records, once, differs } = await start();
    const file = (name: string, bytes: Uint8Array = pngBytes) => new File([Uint8Array.from(bytes)], name);
    await once({ sourceImage: [file("fox.png"), new Blob([Uint8Array.from(pngBytes)])] }, "sha-1");
    expect(await inputOf(records)).toMatchObject({
      sourceImage: [{ name: "fox.png", bytes: pngBytes.length }, { bytes: pngBytes.length }],
    });
    const same = [file("fox.png"), new Blob([Uint8Array.from(pngBytes)])];
    expect(await differs({ sourceImage: same }, "sha-1")).toEqual([]);
    expect(await differs({ sourceImage: same }, "sha-2")).toEqual(["inputDigest"]);
    expect(await differs({ sourceImage: same })).toEqual(["inputDigest"]);
    expect(await differs({ sourceImage: [file("dog.png"), same[1]!] }, "sha-1")).toEqual(["sourceImage"]);
    const longer = Buffer.concat([pngBytes, pngBytes]);
    expect(await differs({ sourceImage: [file("fox.png", longer), same[1]!] }, "sha-1")).toEqual([
      "sourceImage",
    ]);
  });

  test("of another realm: as `submit` takes it", async () => {
    const { server, records, once } = await start();
    const blob = new Blob([Uint8Array.from(pngBytes)]);
    /** A File of a test environment or a package: of no class that is known here. */
    const foreign = {
      size: blob.size,
      type: "image/png",
      name: "fox.png",
      slice: (start: number, end: number) => blob.slice(start, end),
      stream: () => blob.stream(),
    };
    const shared = new SharedArrayBuffer(pngBytes.length);
    new Uint8Array(shared).set(pngBytes);
    await once({ sourceImage: [foreign as never, shared as never] });
    expect(server.requests[0]!.files.map(({ size }) => size)).toEqual([pngBytes.length, pngBytes.length]);
    const sha256 = createHash("sha256").update(pngBytes).digest("hex");
    expect(await inputOf(records)).toMatchObject({
      sourceImage: [
        { name: "fox.png", bytes: pngBytes.length },
        { bytes: pngBytes.length, sha256 },
      ],
    });
  });

  test("of the first version: the end of its path", async () => {
    const { client, records, differs } = await start();
    const folder = await makeFolder();
    const path = join(folder, "fox.png");
    await writeFile(path, pngBytes);
    const store = async (sourceImage: string[]) =>
      records.write(
        {
          version: 1,
          id: idempotencyKey,
          service: client.service,
          model: "seedreamv5",
          input: { prompt: "a fox", sourceImage },
          state: "saved",
          taskid: "t",
          files: [],
          createdAt: "2026-01-31T12:00:00.000Z",
          updatedAt: "2026-01-31T12:00:00.000Z",
        } as unknown as GenerationRecord,
        { durable: true },
      );
    for (const known of ["fox.png", "./fox.png", "../x/../fox.png", path]) {
      await store([known]);
      const isPlain = known !== "../x/../fox.png"; // "x/fox.png" is another file
      expect(await differs({ sourceImage: [await fileFromPath(path)] }), known).toEqual(
        isPlain ? [] : ["sourceImage"],
      );
    }
    await store(["ox.png"]);
    expect(await differs({ sourceImage: [await fileFromPath(path)] })).toEqual(["sourceImage"]);
  });
});

test("the order of fields does not matter, a field that is undefined is absent", async () => {
  const { once, differs } = await start();
  await once({ batchsize: 1, resolution: "16x16" });
  expect(await differs({ resolution: "16x16", batchsize: 1, imageUrl: undefined })).toEqual([]);
  expect(await differs({ resolution: "16x16" })).toEqual(["batchsize"]);
});
