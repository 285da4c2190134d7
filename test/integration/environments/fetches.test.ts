// The packed package with the fetch of other packages: what arrives is compared with what was given, and the task is kept.
import crossFetch from "cross-fetch";
import nodeFetch from "node-fetch";
import { ofetch } from "ofetch";
import { expect, onTestFinished, test } from "vitest";
import { createClient } from "tensorslab-images";
import type { ClientOptions } from "tensorslab-images";
import { startCaptureServer } from "../../support/capture-server.js";
import { readForm } from "../../support/form.js";

type Fetch = NonNullable<ClientOptions["fetch"]>;

const bytes = new Uint8Array(300_000).fill(7);
const input = { prompt: "a fox", sourceImage: [new File([bytes], "a.png", { type: "image/png" }), bytes] };

test.each<[string, unknown]>([
  ["node-fetch 3", nodeFetch],
  ["cross-fetch, which is node-fetch 2", crossFetch],
  ["ofetch, which returns the parsed body", ofetch],
  ["ofetch.raw, which has parsed the body", ofetch.raw],
  ["ofetch.native", ofetch.native],
])("%s", async (_, fetch) => {
  const server = await startCaptureServer();
  onTestFinished(() => server.close());
  const client = createClient({ apiKey: "key-12345", baseUrl: server.url, fetch: fetch as Fetch });
  expect(await client.submit("seedreamv5", { prompt: "a fox" })).toMatchObject({ taskid: "task-1" });
  expect(await client.submit("seedreamv5", input)).toMatchObject({ taskid: "task-1" });
  const parts = await readForm(server.requests[1]!);
  expect(parts.map((part) => ("bytes" in part ? [part.filename, part.bytes.length] : part.text))).toEqual([
    "a fox",
    ["a.png", bytes.length],
    ["sourceImage-2.bin", bytes.length],
  ]);
  expect(parts.every((part) => !("bytes" in part) || part.bytes.equals(bytes))).toBe(true);
});

test("cross-fetch fails, and no process ends, if a file cannot be read while it is sent", async () => {
  const server = await startCaptureServer();
  onTestFinished(() => server.close());
  const client = createClient({ apiKey: "key-12345", baseUrl: server.url, fetch: crossFetch as Fetch });
  const file = Object.assign(new Blob([bytes]), {
    stream: () => new ReadableStream({ pull: (controller) => controller.error(new Error("gone")) }),
  });
  await expect(client.submit("seedreamv5", { prompt: "a fox", sourceImage: [file] })).rejects.toMatchObject({
    code: "OUTCOME_UNKNOWN",
  });
});
