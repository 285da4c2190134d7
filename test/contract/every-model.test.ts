import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { models } from "../../generated/operations.js";
import { requests } from "../../generated/validators.js";
import { listOperations, requestMedia } from "../../scripts/generate/operation.js";
import type { JsonObject } from "../../scripts/generate/source.js";
import { synthesise } from "../../scripts/update/models/synthesise.js";
import { createClient } from "../../src/index.js";
import type { Client, Model, ModelInput } from "../../src/index.js";
import { startMockServer } from "../../src/mock-server/index.js";
import type { MockServer } from "../../src/mock-server/index.js";
import { root } from "../support/generate.js";

// What holds for every model, whatever documents there are: inputs that are made of its schema reach an image.

const document = JSON.parse(readFileSync(join(root, "generated/openapi.json"), "utf8")) as JsonObject;

let server: MockServer;
let client: Client;
beforeAll(async () => {
  server = await startMockServer({ taskDurationMs: 0 });
  client = createClient({ apiKey: "key-1", baseUrl: server.url });
});
afterAll(() => server.close());

describe.each(Object.entries(models) as [Model, string][])("%s", (model, operation) => {
  const one = listOperations(document).find(({ name }) => name === operation)!;
  const inputs = synthesise(requestMedia(one, document)?.schema, document);
  const valid = inputs.filter((input) => requests[operation]!(input)) as ModelInput<Model>[];
  const countFields = (input: object): number => Object.keys(input).length;
  const sorted = valid.toSorted((a, b) => countFields(a) - countFields(b));

  test.each([
    ["the fewest", sorted[0]],
    ["the most", sorted.at(-1)],
  ])("%s fields that are allowed make an image", async (_, input) => {
    expect(input, `no input was found that the schema of ${model} allows`).toBeDefined();
    const { taskid } = await client.submit(model, input!);
    const task = await client.wait(taskid);
    expect(task.status).toBe("completed");
    expect(task.urls.length).toBeGreaterThan(0);
  });
});
