import { generateImage } from "ai";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createTensorsLab } from "../../../src/ai-sdk/index.js";
import { createClient, isTensorsLabError } from "../../../src/index.js";
import { startMockServer } from "../../../src/mock-server/index.js";
import { apiKey, expectNoKey } from "../../faults/support/failure.js";
import { submitFaults } from "../../faults/support/submit-faults.js";

// Whatever a submit meets, generateImage with its own retries submits and pays no more than the client alone.

beforeEach(() => {
  // No backoff: what is asked for is how often, not when.
  vi.spyOn(Math, "random").mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(Object.entries(submitFaults))("generateImage whose submit meets: %s", (_, rows) => {
  it.each(rows)(
    "$name",
    async ({ failure, options, gives, outcome, submits, charges, says = {} }) => {
      const server = await startMockServer({
        taskDurationMs: 0,
        imageSize: 8,
        fail: ({ role, ordinalOfRole }) => {
          if (role !== "submit") return undefined;
          return typeof failure === "function" ? failure(ordinalOfRole) : failure;
        },
      });
      try {
        const client = createClient({ apiKey, baseUrl: server.url, statusRetries: 0, ...options });
        const { image } = createTensorsLab({ client });
        const prompt = { text: "a red fox", images: [new Uint8Array(4 * 1024 * 1024)] };
        const result: unknown = await generateImage({
          model: image("seedreamv5"),
          prompt,
          providerOptions: { tensorslab: { pollIntervalMs: 1, timeoutMs: 2000 } },
        }).then(
          () => undefined,
          (error: unknown) => error,
        );
        expect(server.requests.filter(({ role }) => role === "submit").length).toBe(submits);
        expect(server.ledger.length).toBe(charges);
        if (result !== undefined) expectNoKey(result);
        // What is not the mock server's own task cannot be waited for there.
        const hasTask = gives === "submission" || outcome === "accepted";
        if (!hasTask) {
          expect(result).toMatchObject({ name: gives, outcome, taskids: [] });
        } else if (result !== undefined) {
          expect(isTensorsLabError(result)).toBe(true);
          expect(result).toMatchObject({ outcome: "accepted", taskids: [says.taskid] });
        } else {
          expect(gives).toBe("submission");
        }
      } finally {
        await server.close();
      }
    },
    15_000,
  );
});
