// The packed package in test environments that replace the platform's classes by their own: another File, another
// AbortSignal, no TextDecoder. What arrives is compared with what was given.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readForm } from "../../support/form.js";
import type { CapturedRequest } from "../../support/capture-server.js";
import { folder, makeScratchFolder } from "../support/places.js";
import { run } from "../support/run.js";

const bytes = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3];

const program = `
  export async function submitAndAbort() {
    const { createClient, createMemoryStore, generateOnce } = await import("tensorslab-images");
    const { fileFromPath, saveImages } = await import("tensorslab-images/node");
    const { startMockServer } = await import("tensorslab-images/mock-server");
    const { writeFile } = await import("node:fs/promises");
    const client = createClient({ apiKey: "key-12345", dangerouslyAllowBrowser: true, baseUrl: process.env.SERVER });
    const bytes = new Uint8Array([${bytes.join()}]);
    await writeFile("b.png", bytes);
    const sourceImage = [
      new File([bytes], "a.png", { type: "image/png" }),
      new Blob([bytes]),
      bytes,
      bytes.buffer,
      await fileFromPath("b.png"),
    ];
    const { signal } = new AbortController();
    await client.submit("seedreamv5", { prompt: "files", sourceImage }, { signal });
    await client.submit("seedreamv5", { prompt: "text" });

    const mock = await startMockServer({ taskDurationMs: 0 });
    const offline = createClient({ apiKey: "key-12345", dangerouslyAllowBrowser: true, baseUrl: mock.url });
    const options = { records: createMemoryStore(), idempotencyKey: "order-1", pollIntervalMs: 5 };
    const task = await generateOnce(offline, "seedreamv5", { prompt: "offline", sourceImage }, options);
    if ((await saveImages(task, "images", { client: offline })).length !== 1) throw new Error("nothing was saved");
    const submit = mock.requests.find(({ role }) => role === "submit");
    const sizes = submit.files.map(({ size }) => size);
    if (sizes.join() !== Array(5).fill(bytes.length).join()) throw new Error("files of " + sizes.join());
    await mock.close();

    const controller = new AbortController();
    const reason = new Error("enough");
    const waiting = client.wait("hang", { signal: controller.signal }).catch((error) => error);
    setTimeout(() => controller.abort(reason), 100);
    if ((await waiting) !== reason) throw new Error("the wait did not end with the reason");
  }
`;
const inVitest = `
  import { test } from "vitest";
  import { submitAndAbort } from "./program.mjs";
  test("it works", submitAndAbort, 60_000);
`;
const inJest = `test("it works", async () => (await import("./program.mjs")).submitAndAbort(), 60_000);`;
const inJestWithoutFetch = `
  test("it says what is missing", async () => {
    const { submitAndAbort } = await import("./program.mjs");
    const error = await submitAndAbort().catch((reason) => reason);
    expect([error.code, error.outcome]).toEqual(["CONFIGURATION", "not-sent"]);
    expect(error.message).toMatch(/no .fetch/);
  });
`;

/** A server that lets every page read it, and answers all but a task called "hang". */
async function startServer(): Promise<{ url: string; submits: CapturedRequest[] }> {
  const submits: CapturedRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url: path = "", headers } = request;
      const body = Buffer.concat(chunks);
      response.setHeader("access-control-allow-origin", "*");
      response.setHeader("access-control-allow-headers", "authorization,content-type");
      if (method === "OPTIONS") return void response.end();
      if (body.includes("hang")) return;
      submits.push({ method, path, headers, body });
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ code: 1000, msg: "OK", data: { taskid: "task-1" } }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, submits };
}

const vitest = ["vitest/vitest.mjs", "run", "--config", "vitest.config.mjs", "--environment"];
const jest = ["jest/bin/jest.js", "--rootDir", ".", "--testRegex", "jest\\.test\\.js$", "--env"];

test.each([
  ["vitest and jsdom", [...vitest, "jsdom"], inVitest, 2],
  ["vitest and happy-dom", [...vitest, "happy-dom"], inVitest, 2],
  ["Jest and Node", [...jest, "node"], inJest, 2],
  ["Jest and jsdom, which has no fetch", [...jest, "jsdom"], inJestWithoutFetch, 0],
])("%s", async (name, [script = "", ...parameters], source, submits) => {
  const server = await startServer();
  const scratch = await makeScratchFolder("environments");
  await writeFile(join(scratch, "package.json"), "{}");
  await writeFile(join(scratch, "program.mjs"), program);
  await writeFile(
    join(scratch, "vitest.config.mjs"),
    `export default { test: { include: ["*.test.mjs"] } };`,
  );
  await writeFile(join(scratch, name.startsWith("vitest") ? "vitest.test.mjs" : "jest.test.js"), source);
  await run(process.execPath, [join(folder, "node_modules", script), ...parameters], {
    cwd: scratch,
    env: {
      PATH: process.env.PATH,
      SERVER: server.url,
      NODE_OPTIONS: "--experimental-vm-modules",
      TENSORSLAB_API_KEY: "",
    },
    timeout: 120_000,
  });
  expect(server.submits).toHaveLength(submits);
  if (submits === 0) return;
  const file = { name: "sourceImage", type: "image/png", bytes: Buffer.from(bytes) };
  expect(await readForm(server.submits[0]!)).toEqual([
    { name: "prompt", text: "files" },
    { ...file, filename: "a.png" },
    ...[2, 3, 4].map((number) => ({ ...file, filename: `sourceImage-${number}.png` })),
    { ...file, filename: "b.png" },
  ]);
  expect(await readForm(server.submits[1]!)).toEqual([{ name: "prompt", text: "text" }]);
});
