import { spawn } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";

export const root = join(import.meta.dirname, "../..");

/** A folder that is gone when the test, or the whole file, has finished. */
export async function makeFolder(
  finished: (remove: () => Promise<void>) => void = onTestFinished,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "tensorslab-images-"));
  finished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The files that a folder must hold beside, or in place of, the project's own documents; undefined removes a file. */
export type Edits = Readonly<Record<string, string | ((text: string) => string) | undefined>>;

/** Copies `spec/` and edits the copy; an edit that changes nothing is an error. */
export async function copySpec(folder: string, edits: Edits): Promise<string> {
  await cp(join(root, "spec"), folder, { recursive: true });
  for (const [file, edit] of Object.entries(edits)) {
    const path = join(folder, file);
    const before = await readFile(path, "utf8").catch(() => "");
    const after = typeof edit === "function" ? edit(before) : edit;
    if (typeof edit === "function" && after === before)
      throw new Error(`the edit of ${file} changes nothing`);
    await (after === undefined ? rm(path) : writeFile(path, after));
  }
  return folder;
}

/** The files of a folder by name, sorted. */
export async function readFolder(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  const entries = names.map(async (name) => [name, await readFile(join(folder, name), "utf8")] as const);
  return Object.fromEntries(await Promise.all(entries));
}

/** Runs a command in a process of its own; `output` is what it wrote, errors included. */
export async function run(
  command: string[],
  cwd: string,
  input = "",
): Promise<{ exitCode: number | null; output: string }> {
  const child = spawn(process.execPath, command, { cwd, stdio: "pipe" });
  child.stdin.end(input);
  const exited = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const [exitCode, output, errors] = await Promise.all([exited, text(child.stdout), text(child.stderr)]);
  return { exitCode, output: output + errors };
}

/** Runs the generator with each list of arguments, one after the other. */
export async function generate(runs: string[][]): Promise<{ exitCode: number; errors: string }[]> {
  // It takes long to load, and most tests do without it.
  const command = await import("../../scripts/generate/command.js");
  const results = [];
  for (const parameters of runs) {
    const lines: string[] = [];
    const exitCode = await command.generate(parameters, (line) => lines.push(line));
    results.push({ exitCode, errors: lines.join("\n") });
  }
  return results;
}
