import { describe, expect, it } from "vitest";
import {
  createImageJob,
  createPostgresStore,
  createProcessor,
  createRedisStore,
} from "../../src/bullmq/index.js";
import type { ImageJob } from "../../src/bullmq/index.js";
import { createClient, createMemoryStore } from "../../src/index.js";

// What needs no database; test/integration/bullmq has the rest.

const jobOf = (input: object, idempotencyKey: unknown = "order-1") =>
  ({ model: "seedreamv5", input: { prompt: "a red fox", ...input }, idempotencyKey }) as ImageJob;

describe("createImageJob", () => {
  it("makes a job whose id BullMQ accepts, whatever the key", () => {
    for (const [key, jobId] of [
      ["order-1", "image-order-1"],
      ["7", "image-7"],
      ["a:b/ü", "image-a%3Ab%2F%C3%BC"],
    ]) {
      const job = createImageJob(jobOf({}, key));
      expect(job).toEqual({ name: "seedreamv5", data: jobOf({}, key), opts: { jobId, priority: 1 } });
    }
  });

  it("lets no bytes into the queue, wherever they are", () => {
    for (const bytes of [new Uint8Array(3), new ArrayBuffer(3), Buffer.from("x"), new Blob(["x"])]) {
      for (const input of [{ sourceImage: [bytes] }, { sourceImage: bytes }, { extra: { deep: [bytes] } }]) {
        expect(() => createImageJob(jobOf(input), { sharedFolder: "/mnt/photos" })).toThrow(
          /must not be bytes/,
        );
      }
    }
  });

  it("takes files of the shared folder alone, and URLs in their own field", () => {
    const withFile = (path: string) => jobOf({ sourceImage: [path] });
    expect(() => createImageJob(withFile("fox.png"))).toThrow(
      /file of one machine.*`sharedFolder`.*`imageUrl`/,
    );
    const options = { sharedFolder: "/mnt/photos" };
    for (const path of ["fox.png", "a/../fox.png", "/mnt/photos/fox.png", "..fox.png"])
      expect(createImageJob(withFile(path), options).data).toEqual(withFile(path));
    for (const path of ["../fox.png", "/etc/passwd", ".", "..", "/mnt/photos2/fox.png"])
      expect(() => createImageJob(withFile(path), options)).toThrow(/must be a file in the shared folder/);
    expect(() => createImageJob(withFile("https://a.example/fox.png"), options)).toThrow(
      "give it in `imageUrl`",
    );
    expect(createImageJob(jobOf({ imageUrl: "https://a.example/fox.png" })).opts.jobId).toBe("image-order-1");
  });

  it.each([
    [{ ...jobOf({}), model: "toString" }, /`model` must be one of: seedreamv5/],
    [jobOf({}, ""), /`idempotencyKey` must be text of 1 to 255/],
    [jobOf({}, "x".repeat(256)), /`idempotencyKey` must be text of 1 to 255/],
    [jobOf({}, "\ud800"), /`idempotencyKey` must be text of 1 to 255/],
    [{ ...jobOf({}), input: null }, /`input` must be an object/],
    [{ ...jobOf({}), resubmitAttempt: 0.5 }, /`resubmitAttempt` must be a whole number above 0/],
  ])("refuses %o", (job, message) => {
    expect(() => createImageJob(job as never)).toThrow(message);
  });
});

describe("what is misconfigured is refused at once", () => {
  const queue = {
    pause: async () => undefined,
    rateLimit: async () => undefined,
    getGlobalRateLimit: async () => null,
    setGlobalRateLimit: async () => undefined,
    getJob: async () => undefined,
  };
  const records = createMemoryStore();
  const options = { client: createClient({ apiKey: "any" }), records, queue, onCompleted: () => undefined };

  it("in createProcessor", () => {
    // BullMQ passes a signal to a function of three parameters.
    expect(createProcessor({ ...options, sharedFolder: "photos", onPaused: () => undefined })).toHaveLength(
      3,
    );
    for (const [change, message] of [
      [{ onComplete: () => undefined }, /Unknown option `onComplete`.*`onCompleted`/],
      [{ client: {} }, /`client` must be a client/],
      [{ records: {} }, /`records` must be a RecordStore/],
      [{ queue: {} }, /`queue` must be a BullMQ Queue/],
      [{ onCompleted: "images" }, /`onCompleted` must be a function/],
      [{ onPaused: 1 }, /`onPaused` must be a function/],
      [{ sharedFolder: "" }, /`sharedFolder` must be the path/],
    ] as const) {
      expect(() => createProcessor({ ...options, ...change } as never)).toThrow(message);
    }
  });

  it("in the stores", () => {
    expect(() =>
      createPostgresStore({ query: async () => ({ rows: [], rowCount: 0 }) }, { table: 'a"b' }),
    ).toThrow("`table` must be a name");
    expect(() => createPostgresStore(undefined as never)).toThrow("`pool` must be a Pool");
    expect(() => createRedisStore(undefined as never)).toThrow("`connection` must be a connection");
    expect(() => createRedisStore({ call: async () => null }, { prefix: 1 as never })).toThrow(
      "`prefix` must be text",
    );
  });
});
