import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, onTestFinished } from "vitest";
import { embedPage } from "../../../scripts/build/page.js";
import { makeFolder, root } from "../../support/generate.js";
import { apiKey } from "./command.js";

/**
 * Bundles the command, so that a process of it starts quickly; the folder is gone after the file's tests.
 *
 * @param project A folder with `src/` and `generated/`.
 */
export async function buildCommand(project = root): Promise<string> {
  const folder = await makeFolder(afterAll);
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  // The command asks for its version by the name of its package.
  const { name, version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as Record<
    string,
    string
  >;
  const exports = { "./package.json": "./package.json" };
  await writeFile(join(folder, "package.json"), JSON.stringify({ name, version, type: "module", exports }));
  await build({
    entryPoints: [join(project, "src/cli/main.ts")],
    outdir: folder,
    plugins: [embedPage()],
    bundle: true,
    splitting: true,
    packages: "external",
    platform: "node",
    format: "esm",
    logLevel: "warning",
  });
  return join(folder, "main.js");
}

/** A process of the command. */
export interface Child {
  process: ChildProcess;
  output: () => string;
  errors: () => string;
  /** The exit status; null if a signal ended it. */
  ended: Promise<number | null>;
}

/** Starts the command in a process of its own, which ends with the test at the latest. */
export function startCommand(
  program: string,
  words: string[],
  environment: Record<string, string> = {},
): Child {
  const child = spawn(process.execPath, [program, ...words], {
    env: { PATH: process.env.PATH, TENSORSLAB_API_KEY: apiKey, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk) => (output += String(chunk)));
  child.stderr.on("data", (chunk) => (errors += String(chunk)));
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  return { process: child, output: () => output, errors: () => errors, ended };
}
