import { spawn } from "node:child_process";
import { access, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startMockServer } from "../../../src/mock-server/index.js";
import type { MockServer } from "../../../src/mock-server/index.js";
import { installPackage, root, run } from "./install.js";
import type { InstalledPackage } from "./install.js";
import { compiler } from "../../support/compile.js";
import { blocks, manifest, written } from "../../support/guides.js";
import { compilerOptions } from "../../support/markdown.js";
import type { Block } from "../../support/markdown.js";

/** A picture, so that the examples that send one have it. */
const photo = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg",
  "base64",
);

describe("the examples of every guide", () => {
  let installed: InstalledPackage;
  let server: MockServer;
  beforeAll(async () => {
    installed = await installPackage();
    server = await startMockServer({ taskDurationMs: 0 });
    await linkPeers(join(installed.folder, "node_modules"));
    for (const folder of new Set(blocks.map(folderOf))) {
      await mkdir(join(installed.folder, folder), { recursive: true });
      await writeFile(join(installed.folder, folder, "photo.jpg"), photo);
    }
    for (const block of written("jsonl"))
      await writeFile(join(installed.folder, folderOf(block), "jobs.jsonl"), block.code);
  });
  afterAll(async () => {
    await server.close();
    await installed.remove();
  });

  const environment = () => ({
    PATH: `${join(installed.folder, "node_modules/.bin")}:${process.env.PATH}`,
    TENSORSLAB_API_KEY: "any",
    TENSORSLAB_BASE_URL: server.url,
  });

  it("type-check, and run against a server", async () => {
    const examples = written("ts")
      .filter(({ runBy }) => !runBy?.startsWith("test/integration/")) // where the packages are that they need
      .map((block, index) => ({ ...block, name: `example-${index}` }));
    for (const block of examples) {
      await writeFile(join(installed.folder, folderOf(block), `${block.name}.ts`), block.code);
    }
    await writeFile(
      join(installed.folder, "tsconfig.json"),
      JSON.stringify({ compilerOptions, include: ["guides"] }),
    );
    await run(process.execPath, [compiler, "--project", installed.folder]).catch(
      ({ stdout }: { stdout: string }) =>
        expect.unreachable(
          examples.reduce(
            (output, { name, place }) => output.replaceAll(`${name}.ts`, `${name}.ts [${place}]`),
            stdout,
          ),
        ),
    );

    for (const { name, place, runBy, ...block } of examples) {
      if (runBy) continue;
      const cwd = join(installed.folder, folderOf(block));
      await run(process.execPath, [`${name}.js`], { cwd, env: environment() }).catch(
        ({ stdout, stderr }: Record<"stdout" | "stderr", string>) =>
          expect.unreachable(`${place} fails:\n${stdout}${stderr}`),
      );
    }
    expect(server.requests.filter(({ role }) => role === "submit").length).toBeGreaterThan(2);
  });

  it("are commands that run, or scripts that exist", async () => {
    const failures: string[] = [];
    for (const { code, place, runBy, ...block } of written("sh")) {
      const cwd = join(installed.folder, folderOf(block));
      const lines = code.split("\n").map((line) => line.replace(/\s+# .*|^# .*/, "").trim());
      for (const line of lines.filter(Boolean)) {
        const isCommand = /^(?:[A-Z_]+=\w+ )*(?:npx )?tensorslab-images /.test(line);
        if (isCommand && runBy) continue;
        // A mock server that a guide starts in another terminal is this one.
        const here = line
          .replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, server.url)
          .replaceAll(/--port \d+/g, "--port 0");
        const failure = isCommand ? await runCommand(here, cwd, environment()) : await findUnknown(line);
        if (failure) failures.push(`${place}: ${line}: ${failure}`);
      }
    }
    expect(failures).toEqual([]);
  });
});

/** Where the blocks of a guide run: a folder of its own, so that none finds what another one wrote. */
const folderOf = ({ path }: Pick<Block, "path">) => join("guides", path.replace(/\W+/g, "-"));

/** Links what the adapters need of the user, which is installed here to test with. */
async function linkPeers(modules: string): Promise<void> {
  for (const name of Object.keys(manifest.devDependencies)) {
    const target = join(modules, name);
    await mkdir(dirname(target), { recursive: true });
    await symlink(join(root, "node_modules", name), target, "junction").catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== "EEXIST") throw error;
      },
    );
  }
}

/** Runs a line of a shell; returns what it said if it failed. `mock` has no end of its own: its URL is enough. */
async function runCommand(line: string, cwd: string, env: Record<string, string>): Promise<string> {
  const child = spawn("sh", ["-c", line.replace(/^((?:[A-Z_]+=\w+ )*)(?:npx )?/, "$1exec ")], {
    cwd,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (/\btensorslab-images mock\b/.test(line)) child.stdout.once("data", () => child.kill("SIGTERM"));
  const exited = new Promise<number | null>((resolve) => void child.on("close", resolve));
  const [errors, , exitCode] = await Promise.all([text(child.stderr), text(child.stdout), exited]);
  return exitCode === 0 || exitCode === 143 ? "" : `exit status ${exitCode}\n${errors}`;
}

/** Says what is wrong with a line of a shell that is no command of this project: a script or a test that is missing. */
async function findUnknown(line: string): Promise<string> {
  const known = ["npm ci", "npm ci && npm start", "npm test", "npm install tensorslab-images", ".ci/run"];
  if (known.includes(line)) return "";
  const [, script] = /^npm run (?:--silent )?([\w:-]+)(?: -- .*)?$/.exec(line) ?? [];
  if (script) return script in manifest.scripts ? "" : "no such script";
  const [, path] = /^npx vitest run ([\w./-]+)$/.exec(line) ?? [];
  if (path === undefined) return "unknown command";
  return access(join(root, path)).then(
    () => "",
    () => "no such test",
  );
}
