import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { run } from "../support/run.js";
import { programOf } from "./programs.js";
import type { Runtime } from "./programs.js";
import type { Report, Settings } from "./scenario.js";

const entry = `
  import * as library from "tensorslab-images";
  import { runScenario } from "./scenario.js";
  const settings = JSON.parse(process.argv[2]);
  if (process.argv[3]) {
    const { createFetch } = await import("tensorslab-images/node");
    globalThis.fetch = createFetch({ proxy: null, loadUndici: () => import("./undici.cjs") });
  }
  console.log(JSON.stringify(await runScenario(library, settings)));
`;

/** The entry for Node, as far as it can be tried in a line or two. */
const disk = `
  import { readFile } from "node:fs/promises";
  import { createClient } from "tensorslab-images";
  import { fileFromPath, saveImages } from "tensorslab-images/node";
  const [, , settings, folder] = process.argv;
  const { api, options } = JSON.parse(settings);
  const client = createClient({ ...options, baseUrl: api });
  const sourceImage = [await fileFromPath("disk.js")];
  const task = await client.generate("seedreamv5", { prompt: "a fox", sourceImage });
  const [path] = await saveImages(task, folder);
  console.log((await readFile(path)).subarray(1, 4).toString());
`;

const commonJs = `
  const { createClient } = require("tensorslab-images");
  const { fileFromPath } = require("tensorslab-images/node");
  console.log(typeof createClient, typeof fileFromPath);
`;

/** Writes the programs that the runtimes run; they import the package by its name. */
export async function writePrograms(folder: string): Promise<void> {
  await build({
    entryPoints: [join(import.meta.dirname, "scenario.ts")],
    outfile: join(folder, "scenario.js"),
    format: "esm",
  });
  await build({
    stdin: { contents: 'module.exports = require("undici");', resolveDir: import.meta.dirname },
    outfile: join(folder, "undici.cjs"),
    bundle: true,
    platform: "node",
  });
  await writeFile(join(folder, "entry.js"), entry);
  await writeFile(join(folder, "disk.js"), disk);
  await writeFile(join(folder, "require.cjs"), commonJs);
}

const flags: Partial<Record<Runtime, string[]>> = {
  deno: ["run", "--no-prompt", "--node-modules-dir=manual"],
};

/** The scenario in a process of Node, Deno or Bun; it needs nothing but the network. */
export async function runInProcess(
  folder: string,
  runtime: Runtime,
  settings: Settings,
  transport: "createFetch" | undefined = undefined,
): Promise<Report> {
  const parameters = [JSON.stringify(settings), ...(transport ? [transport] : [])];
  return JSON.parse(await runProgram(folder, runtime, "entry.js", parameters, ["--allow-net"])) as Report;
}

/** Further programs that are tried there: files from disk and to disk, and the package in CommonJS. */
export async function tryDiskAndRequire(folder: string, runtime: Runtime, settings: Settings) {
  const out = join(folder, "out", runtime);
  const saved = await runProgram(
    folder,
    runtime,
    "disk.js",
    [JSON.stringify(settings), out],
    ["--allow-all"],
  );
  const required = await runProgram(folder, runtime, "require.cjs", [], ["--allow-all"]);
  return {
    "files from disk, and images to disk": saved === "PNG\n" ? "ok" : saved,
    "require() from CommonJS, without a warning": required === "function function\n" ? "ok" : required,
  };
}

async function runProgram(
  folder: string,
  runtime: Runtime,
  file: string,
  parameters: string[],
  permissions: string[],
): Promise<string> {
  const given = flags[runtime] ? [...flags[runtime], ...permissions] : [];
  const { stdout, stderr } = await run(programOf(runtime), [...given, file, ...parameters], {
    cwd: folder,
    env: { PATH: process.env.PATH },
    timeout: 60_000,
  });
  return stderr + stdout;
}
