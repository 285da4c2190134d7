import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createClient, downloadImage } from "../../src/index.js";
import { startMockServer } from "../../src/mock-server/index.js";
import type { MockServer } from "../../src/mock-server/index.js";
import { exchange, post, start, statusPath } from "./wire.js";

const apiKey = "sk-the-key-of-a-real-account";

async function makeFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "recording-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return join(folder, "session.jsonl");
}

/** The view of a program in a session: a task from its submit to its images, a refusal, and a lost connection. */
async function runProgram(server: MockServer): Promise<unknown> {
  const client = createClient({
    apiKey,
    baseUrl: server.url,
    submitRetries: 0,
    statusRetries: 0,
    allowPrivateResults: true,
  });
  const statuses: string[] = [];
  const sourceImage = [new File(["a picture"], "a.png")];
  const submitted = await client.submit("seedreamv5", { prompt: "a fox", batchsize: 2, sourceImage });
  for (let read = 0; read < 4; read++) statuses.push((await client.status(submitted.taskid)).status);
  const { urls } = await client.status(submitted.taskid);
  const images = await Promise.all(
    urls.map(async (url) => {
      const image = await downloadImage(url, { allowPrivateResults: true });
      return createHash("sha256")
        .update(Buffer.from(await image.arrayBuffer()))
        .digest("hex");
    }),
  );
  const refused = await client
    .submit("seedreamv5", { prompt: "[mock:insufficient-credits]" })
    .catch((error: Error) => error.name);
  const lost = await client
    .submit("seedreamv5", { prompt: "[mock:reset]" })
    .catch((error: Error) => error.name);
  const echo = await client.submit("seedreamv5", { prompt: `by mistake ${apiKey}` });
  const again = await client.status(echo.taskid);
  return { taskid: submitted.taskid, statuses, images, refused, lost, sizes: [again.width, again.height] };
}

describe("a session", () => {
  it("is recorded from a real service, and replayed without it or a key", async () => {
    let time = 0;
    const service = await start({
      imageSize: 24,
      taskDurationMs: 161,
      now: () => (time += 40),
      apiKeys: [apiKey],
    });
    const file = await makeFile();
    const recorder = await start({ record: { file, baseUrl: service.url } });
    const recorded = await runProgram(recorder);
    expect(service.ledger).toHaveLength(3);
    expect(recorder.ledger).toEqual([]);
    expect(recorded).toMatchObject({
      statuses: expect.arrayContaining(["queued", "processing"]) as string[],
      refused: "InsufficientCreditsError",
      lost: "OutcomeUnknownError",
    });
    expect(
      service.requests
        .filter(({ server }) => server === "results")
        .map(({ headers }) => headers.authorization),
    ).toEqual([undefined, undefined]);
    await recorder.close();
    await service.close();

    const text = await readFile(file, "utf8");
    for (const form of [apiKey, encodeURIComponent(apiKey), Buffer.from(apiKey).toString("base64")]) {
      expect(text).not.toContain(form);
    }
    expect(text).not.toContain(service.resultsUrl);
    const replay = await start({ replay: file });
    expect(await runProgram(replay)).toEqual(recorded);
    await expect(
      createClient({ apiKey, baseUrl: replay.url }).submit("seedreamv5", { prompt: "a hare" }),
    ).rejects.toThrow("record it again");
    const lines = text.trimEnd().split("\n");
    expect(lines.filter((line) => line.includes("[redacted]")).length).toBeGreaterThan(0);
  });

  it("replays the responses to the same request in their order, from the start after a reset", async () => {
    let time = 0;
    const service = await start({ imageSize: 24, taskDurationMs: 161, now: () => (time += 40) });
    const file = await makeFile();
    const recorder = await start({ record: { file, baseUrl: service.url } });
    const client = createClient({ apiKey, baseUrl: recorder.url });
    const { taskid } = await client.submit("seedreamv5", { prompt: "a fox" });
    const read = async (server: MockServer) => {
      const other = createClient({ apiKey: "another", baseUrl: server.url });
      const seen = [];
      for (let count = 0; count < 6; count++) seen.push((await other.status(taskid)).status);
      return seen;
    };
    const statuses = await read(recorder);
    expect(new Set(statuses)).toEqual(new Set(["queued", "processing", "completed"]));
    const replay = await start({ replay: file, page: true });
    expect(await read(replay)).toEqual(statuses);
    expect(await read(replay)).toEqual(statuses.map(() => "completed"));
    await fetch(`${replay.pageUrl}/api/reset`, { method: "POST" });
    expect(await read(replay)).toEqual(statuses);
  });

  it("passes on nothing that the document does not have", async () => {
    const seen: string[] = [];
    const other = createServer((message, response) => {
      seen.push(`${message.method} ${message.url}`);
      response.end("{}");
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    const recorder = await start({ record: { file: await makeFile(), baseUrl: `http://127.0.0.1:${port}` } });
    for (const path of [
      "/v1/account",
      "@evil.example/v1",
      "//evil.example/v1",
      `http://evil.example${statusPath}`,
    ]) {
      const { head } = await exchange(recorder.url, post(path, "application/json", "{}"));
      expect([path, head]).toEqual([path, expect.stringMatching(/^HTTP\/1.1 40[04]/)]);
    }
    expect((await fetch(`${recorder.resultsUrl}/recorded/0`)).status).toBe(404);
    expect(seen).toEqual([]);
  });

  it("is never written over another file, and is read only if it is one", async () => {
    const file = await makeFile();
    await writeFile(file, "something else\n");
    await expect(startMockServer({ record: { file } })).rejects.toThrow("EEXIST");
    await expect(startMockServer({ replay: file })).rejects.toThrow(`line 1 of ${file} is not JSON`);
    await writeFile(file, '{"kind":"session","version":2}\n');
    await expect(startMockServer({ replay: file })).rejects.toThrow("is not a recording of version 1");
    await expect(startMockServer({ replay: file, record: { file } })).rejects.toThrow(
      "either `record` or `replay`",
    );
    expect(await readFile(file, "utf8")).toContain('"version":2');
  });
});
