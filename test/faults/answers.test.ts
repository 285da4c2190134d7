import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as library from "../../src/index.js";
import { startMockServer } from "../../src/mock-server/index.js";
import { apiKey, failureOf } from "./support/failure.js";
import { submitFaults } from "./support/submit-faults.js";

/** A file for each group of faults: where the connection breaks, it is long enough to be still on its way. */
const fileFor = (group: string) => new Blob(["x".repeat(group === "connections" ? 4 * 1024 * 1024 : 1024)]);

beforeEach(() => {
  // No backoff: what is asked for is how often, not when.
  vi.spyOn(Math, "random").mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(Object.entries(submitFaults))("a submit that meets: %s", (group, rows) => {
  it.each(rows)(
    "$name",
    async ({ failure, options, gives, outcome, submits, charges, says = {} }) => {
      const server = await startMockServer({
        fail: ({ ordinalOfRole }) => (typeof failure === "function" ? failure(ordinalOfRole) : failure),
      });
      const client = library.createClient({ apiKey, baseUrl: server.url, ...options });
      const prompt = `a red fox ${randomUUID()}`;
      const submit = client.submit("seedreamv5", { prompt, sourceImage: [fileFor(group)] });
      if (gives === "submission") {
        expect(await submit).toMatchObject({ taskid: expect.stringMatching(/./), ...says });
      } else {
        const error = await failureOf(submit);
        expect(error).toBeInstanceOf(library[gives]);
        expect(error.name).toBe(gives);
        expect({ ...error }).toMatchObject({ outcome, ...definedOf(says) });
        expect(error.taskid).toBe(says.taskid);
      }
      // A read can only be of another test, whose server had this port before.
      const sent = server.requests.filter(({ role }) => role === "submit");
      expect(sent.length, JSON.stringify(sent)).toBe(submits);
      expect(server.ledger.length).toBe(charges);
      await server.close();
    },
    10_000,
  );
});

const definedOf = (says: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(says).filter(([, value]) => value !== undefined));

describe("a submit that is redirected", () => {
  it.each([301, 302, 303, 307, 308])("with %i to another origin goes nowhere else", async (status) => {
    let visits = 0;
    const elsewhere = createServer((_, response) => {
      visits++;
      response.end();
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
    const location = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`;
    const server = await startMockServer({
      fail: () => ({ kind: "redirect", status, location, charged: true }),
    });
    const client = library.createClient({ apiKey, baseUrl: server.url });
    const error = await failureOf(client.submit("seedreamv5", { prompt: "a red fox" }));
    expect(error).toBeInstanceOf(library.OutcomeUnknownError);
    expect(error.outcome).toBe("unknown");
    expect([server.requests.length, server.ledger.length, visits]).toEqual([1, 1, 0]);
    await server.close();
    await new Promise((resolve) => elsewhere.close(resolve));
  });
});
