import { describe, expect, it, onTestFinished } from "vitest";
import {
  createClient,
  InvalidInputError,
  TaskFailedError,
  UnexpectedResponseError,
  WaitTimeoutError,
} from "../../src/index.js";
import { failureOf } from "../faults/support/failure.js";
import { startMockClient } from "../faults/support/mock-client.js";
import { startCaptureServer } from "../support/capture-server.js";
import type { CannedAnswer } from "../support/capture-server.js";
import { refusingUrl } from "../support/closed-port.js";

// A result is what was asked for, or says that it is not.

const input = { prompt: "a red fox" };
const success = (data: object) => ({ body: { code: 1000, msg: "OK", data } });
const url = "https://images.test/1.png";

/** A client of a server that answers a submit, and each read, like this. */
async function startClient(...reads: CannedAnswer[]) {
  const server = await startCaptureServer(({ path }) =>
    path.endsWith("infobytaskid") ? (reads.shift() ?? reads.at(-1)!) : success({ taskid: "task-1" }),
  );
  onTestFinished(() => server.close());
  return { server, client: createClient({ apiKey: "key-1", baseUrl: server.url, statusRetries: 0 }) };
}

describe("a completed task", () => {
  it("says how many images were asked for, and which came", async () => {
    const { client } = await startClient(success({ taskid: "task-1", image_status: 3, url: [url] }));
    const task = await client.generate("seedreamv5", { ...input, batchsize: 4 });
    expect(task).toMatchObject({ requested: 4, urls: [url] });
  });

  it("says it to a wait for its submission, and not to a wait for its id", async () => {
    const done = success({ taskid: "task-1", image_status: 3, url: [url] });
    const { client } = await startClient(done, done, done);
    const submission = await client.submit("seedreamv5", { ...input, batchsize: 3 });
    expect(submission.requested).toBe(3);
    expect((await client.wait(submission)).requested).toBe(3);
    expect((await client.status(submission)).requested).toBe(3);
    expect((await client.wait("task-1")).requested).toBeUndefined();
  });

  it.each([{ url: [] }, { url: [""] }, {}])(
    "without an image is an error that names it: %o",
    async (data) => {
      const done = success({ taskid: "task-1", image_status: 3, ...data });
      const { client } = await startClient(done, done);
      for (const work of [client.wait("task-1"), client.watch("task-1").next()]) {
        const error = await failureOf(work);
        expect(error).toBeInstanceOf(UnexpectedResponseError);
        expect(error).toMatchObject({ taskid: "task-1", outcome: "accepted" });
      }
    },
  );
});

describe("a read", () => {
  it("of another task is not taken for an answer", async () => {
    const other = success({ taskid: "task-2", image_status: 3, url: [url] });
    const { client } = await startClient(other, other);
    for (const work of [client.status("task-1"), client.wait("task-1")]) {
      const error = await failureOf(work);
      expect(error).toBeInstanceOf(UnexpectedResponseError);
      expect(error.taskid).toBe("task-1");
    }
  });

  it.each([undefined, "", null, 17, {}, { taskid: "" }])(
    "of %o says nothing of any submit",
    async (reference) => {
      const client = createClient({ apiKey: "key-1", baseUrl: await refusingUrl() });
      for (const work of [
        client.wait(reference as never),
        client.status(reference as never),
        client.watch(reference as never).next(),
      ]) {
        const error = await failureOf(work);
        expect(error).toBeInstanceOf(InvalidInputError);
        expect(error.outcome).toBeUndefined();
      }
    },
  );

  it("takes a submission or a task for its id", async () => {
    const { client } = await startMockClient();
    const submission = await client.submit("seedreamv5", input);
    const task = await client.wait(submission);
    expect((await client.status(task)).taskid).toBe(submission.taskid);
  });
});

describe("a task that the service does not know yet", () => {
  const notFound: CannedAnswer = { status: 404, body: { code: 9999, msg: "task not found" } };
  const done = success({ taskid: "task-1", image_status: 3, url: [url] });

  it("is waited for after a submit of one's own", async () => {
    const { client, server } = await startClient(notFound, notFound, done);
    expect((await client.generate("seedreamv5", input, { pollIntervalMs: 1 })).urls).toEqual([url]);
    expect(server.requests).toHaveLength(4);
  });

  it("is refused at once elsewhere", async () => {
    const { client, server } = await startClient(notFound, done);
    expect(await failureOf(client.wait("task-1", { pollIntervalMs: 1 }))).toMatchObject({ code: "SERVICE" });
    expect(server.requests).toHaveLength(1);
  });

  it("is given up at the deadline", async () => {
    const reads = Array.from({ length: 1000 }, () => notFound);
    const { client } = await startClient(...reads);
    const error = await failureOf(
      client.generate("seedreamv5", input, { pollIntervalMs: 1, timeoutMs: 100 }),
    );
    expect(error).toBeInstanceOf(WaitTimeoutError);
    expect(error.cause).toMatchObject({ code: "SERVICE" });
  });
});

describe("a callback that never returns", () => {
  const never = () => new Promise<void>(() => {});

  it.each(["onSubmitted", "onStatus"])("%s does not hold up an abort", async (name) => {
    const { client } = await startMockClient();
    const controller = new AbortController();
    const reason = new Error("that is enough");
    const called = (): Promise<void> => {
      setImmediate(() => controller.abort(reason));
      return never();
    };
    const generating = client.generate("seedreamv5", input, { signal: controller.signal, [name]: called });
    await expect(generating).rejects.toBe(reason);
  });

  it.each(["onSubmitted", "onStatus"])("%s does not hold up the deadline", async (name) => {
    const { client, server } = await startMockClient();
    const error = await failureOf(client.generate("seedreamv5", input, { timeoutMs: 500, [name]: never }));
    expect(error).toBeInstanceOf(WaitTimeoutError);
    expect(error.taskid).toBe(server.ledger[0]?.taskid);
  });
});

it("a failed task is in its error, with its type", async () => {
  const { client } = await startMockClient();
  const error = await failureOf(client.generate("seedreamv5", { prompt: "a fox [mock:task-failed]" }));
  expect(error instanceof TaskFailedError && error.task.status).toBe("failed");
});
