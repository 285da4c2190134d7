import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, onTestFinished, test, vi } from "vitest";
import { createClient } from "tensorslab-images";
import { startMockServer } from "tensorslab-images/mock-server";
import { blocksOf } from "../../support/markdown.js";
import { makeScratchFolder, root } from "../support/places.js";
import { run } from "../support/run.js";

const guide = "src/proxy/README.md";
const own = "test/integration/frameworks/frameworks.test.ts";
const recipes = blocksOf(guide, await readFile(join(root, guide), "utf8")).filter(
  ({ runBy }) => runBy === own,
);

afterAll(() => {
  vi.unstubAllEnvs();
});

test("the guide has a recipe for each framework", () => {
  const names = ["express", "fastify", "hono", "koa"];
  expect(names.map((name, at) => recipes[at]?.code.includes(` from "${name}";`))).toEqual(
    names.map(() => true),
  );
  expect(recipes).toHaveLength(names.length);
});

test.each(recipes.map(({ place, code }) => [place, code] as const))("%s", async (_, code) => {
  const service = await startMockServer({ taskDurationMs: 0, apiKeys: ["sk-of-the-server"] });
  onTestFinished(() => service.close());
  vi.stubEnv("TENSORSLAB_API_KEY", "sk-of-the-server");
  vi.stubEnv("TENSORSLAB_BASE_URL", service.url);
  const program = join(await makeScratchFolder("framework"), "server.ts");
  await writeFile(program, code);
  const flags = "--noEmit --strict --skipLibCheck --module nodenext --target es2022 --types node".split(" ");
  const compiler = join(root, "node_modules/typescript-7/bin/tsc");
  const { stdout } = await run(process.execPath, [compiler, ...flags, "--ignoreConfig", program]).catch(
    (error: { stdout: string }) => error,
  );
  expect(stdout).toBe("");
  const { server } = (await import(/* @vite-ignore */ pathToFileURL(program).href)) as { server: Server };
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  if (!server.listening) await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const as =
    (user: string): typeof fetch =>
    (url, init) => {
      const headers = new Headers(init?.headers);
      headers.set("x-user", user);
      return fetch(url, { ...init, headers });
    };
  const baseUrl = `http://localhost:${port}/api/images`;
  const anna = createClient({ apiKey: null, baseUrl, fetch: as("anna") });
  const bytes = new Uint8Array(300_000).fill(7);
  const sourceImage = [new File([bytes], "a.png", { type: "image/png" })];
  const task = await anna.generate("seedreamv5", { prompt: "a fox", sourceImage }, { pollIntervalMs: 5 });
  expect(task.urls).toHaveLength(1);
  expect(service.requests[0]?.files.map(({ size }) => size)).toEqual([300_000]);
  const bert = createClient({ apiKey: null, baseUrl, fetch: as("bert"), statusRetries: 0 });
  await expect(bert.status(task.taskid)).rejects.toMatchObject({ httpStatus: 404 });
  const nobody = createClient({ apiKey: null, baseUrl });
  await expect(nobody.submit("seedreamv5", { prompt: "a fox" })).rejects.toMatchObject({ httpStatus: 403 });
});
