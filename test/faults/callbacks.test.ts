import { describe, expect, it } from "vitest";
import { CallbackError, ConfigurationError, createClient } from "../../src/index.js";
import { apiKey, failureOf } from "./support/failure.js";
import { startMockClient } from "./support/mock-client.js";

const input = { prompt: "a red fox" };

describe("a callback that fails does not lose what was paid for", () => {
  it.each(["at once", "later"])("onSubmitted, %s", async (when) => {
    const { server, client, reads } = await startMockClient();
    const cause = new Error("the disk is full");
    const onSubmitted = () => {
      if (when === "at once") throw cause;
      return Promise.reject(cause);
    };
    const error = await failureOf(client.generate("seedreamv5", input, { onSubmitted }));
    expect(error).toBeInstanceOf(CallbackError);
    expect(error.cause).toBe(cause);
    expect(error.outcome).toBe("accepted");
    expect(server.ledger.map(({ taskid }) => taskid)).toEqual([error.taskid]);
    expect(reads()).toBe(0);

    const task = await client.wait(error.taskid!);
    expect(task.urls.length).toBe(1);
    expect(server.ledger.length).toBe(1);
  });

  it("onStatus", async () => {
    const { server, client, reads } = await startMockClient();
    const onStatus = () => Promise.reject(new Error("the terminal is gone"));
    const error = await failureOf(client.generate("seedreamv5", input, { onStatus }));
    expect(error).toBeInstanceOf(CallbackError);
    expect(error.outcome).toBe("accepted");
    expect(server.ledger.map(({ taskid }) => taskid)).toEqual([error.taskid]);
    expect(reads()).toBe(1);
  });

  it("onStatus, of images that are there at once", async () => {
    const { server, client } = await startMockClient();
    const onStatus = () => Promise.reject(new Error("the terminal is gone"));
    const prompt = "a red fox [mock:instant]";
    const error = await failureOf(client.generate("seedreamv5", { prompt }, { onStatus }));
    expect(error).toMatchObject({
      name: "CallbackError",
      outcome: "accepted",
      taskid: server.ledger[0]?.taskid,
    });
  });
});

describe("onSubmitted", () => {
  it("is awaited before the task is first read", async () => {
    const { client, reads } = await startMockClient();
    let readsMeanwhile: number | undefined;
    await client.generate("seedreamv5", input, {
      async onSubmitted() {
        await new Promise((resolve) => setTimeout(resolve, 20));
        readsMeanwhile = reads();
      },
    });
    expect(readsMeanwhile).toBe(0);
    expect(reads()).toBe(1);
  });
});

describe("images that a submit answers at once", () => {
  it("need no poll", async () => {
    const { client, reads } = await startMockClient();
    const statuses: string[] = [];
    const onStatus = ({ status }: { status: string }) => void statuses.push(status);
    const task = await client.generate("seedreamv5", { prompt: "a fox [mock:instant]" }, { onStatus });
    expect(task).toMatchObject({ status: "completed", urls: [expect.stringMatching(/^http/)] });
    expect(statuses).toEqual(["completed"]);
    expect(reads()).toBe(0);
  });

  it("are not taken for all that were asked for", async () => {
    const { client, server } = await startMockClient();
    const task = await client.generate("seedreamv5", { prompt: "a fox [mock:instant]", batchsize: 3 });
    expect(task.urls.length).toBe(3);
    expect(server.ledger).toMatchObject([{ images: 3 }]);
  });
});

describe("options that are bad are refused before anything is paid for", () => {
  it.each([
    { timeoutMs: 0 },
    { timeoutMs: "60000" },
    { pollIntervalMs: NaN },
    { onSubmitted: true },
    { onStatus: {} },
    { signal: new AbortController() },
    { onSubmit: () => {} },
  ])("%o", async (options) => {
    const { server, client } = await startMockClient();
    const error = await failureOf(client.generate("seedreamv5", input, options as never));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error.outcome).toBe("not-sent");
    expect(server.requests.length).toBe(0);
  });

  it("and so is a model that does not exist", async () => {
    const client = createClient({ apiKey });
    const error = await failureOf(client.submit("toString" as never, input));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error.outcome).toBe("not-sent");
  });
});
