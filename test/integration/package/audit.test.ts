import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { createGunzip } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import { root } from "./install.js";

/** A registry that knows an advisory about one version of a package, and what it was asked about. */
async function startRegistry(advisories: object, status = 200) {
  const asked: unknown[] = [];
  const server = createServer(async (request, response) => {
    const isQuestion = request.url === "/-/npm/v1/security/advisories/bulk";
    if (isQuestion) asked.push(await json(request.pipe(createGunzip())));
    response.writeHead(isQuestion ? status : 404, { "content-type": "application/json" });
    response.end(JSON.stringify(isQuestion ? advisories : {}));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const components = [
  { name: "ajv", version: "8.18.0" },
  { name: "ajv", version: "8.20.0" },
  { name: "@fastify/busboy", version: "3.2.6" },
];

/** Runs the script that the workflow runs. */
async function audit(registry: string): Promise<{ status: number; stdout: string; stderr: string }> {
  const folder = await mkdtemp(join(tmpdir(), "bill-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const bill = join(folder, "sbom.json");
  await writeFile(bill, JSON.stringify({ components }));
  const env = { ...process.env, npm_config_registry: registry, npm_config_cache: join(folder, "cache") };
  const parameters = ["--import", "tsx", "scripts/build/audit.ts", bill];
  return new Promise((resolve) => {
    const child = execFile(process.execPath, parameters, { cwd: root, env }, (_, stdout, stderr) =>
      resolve({ status: child.exitCode!, stdout, stderr }),
    );
  });
}

test("the registry is asked about the versions that are shipped, two of one package among them", async () => {
  const { url, asked } = await startRegistry({});
  const { status, stdout } = await audit(url);
  expect(asked).toEqual([{ ajv: ["8.18.0", "8.20.0"], "@fastify/busboy": ["3.2.6"] }]);
  expect([status, stdout]).toEqual([0, "No advisory is about one of the 3 packages that are shipped.\n"]);
});

test("an advisory fails the audit and is named", async () => {
  const about = { id: 1, title: "Slow", url: "https://example.org/1", severity: "high" };
  const { url } = await startRegistry({ ajv: [{ ...about, vulnerable_versions: "<8.19.0" }] });
  const { status, stdout } = await audit(url);
  expect([status, stdout]).toEqual([1, "ajv: high: Slow (https://example.org/1)\n"]);
});

test("a registry that cannot say fails the audit", async () => {
  const { url } = await startRegistry({}, 405);
  const { status, stdout, stderr } = await audit(url);
  expect([status, stdout]).toEqual([1, ""]);
  expect(stderr).toContain("npm audit has failed: 405 Method Not Allowed");
});
