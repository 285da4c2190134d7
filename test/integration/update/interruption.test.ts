import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  finish,
  isInterrupted,
  replaceFiles,
  undoInterrupted,
} from "../../../scripts/update/transaction/transaction.js";
import { makeFolder } from "../../support/generate.js";
import { readProject } from "../../update/project.js";

// What an update that is killed leaves behind, and updates at once. The processes are real ones, and so are the signals.

let folder: string;
beforeAll(async () => {
  folder = await makeFolder(afterAll);
  await build({
    entryPoints: ["replace", "take-turns"].map((name) => join(import.meta.dirname, `programs/${name}.ts`)),
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
  });
});

async function run(program: string, ...parameters: string[]): Promise<NodeJS.Signals | null> {
  const child = spawn(process.execPath, [join(folder, `${program}.mjs`), ...parameters], {
    stdio: "inherit",
  });
  const [exitCode, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  if (signal === null) expect(exitCode).toBe(0);
  return signal;
}

const before = {
  "spec/a.yaml": "a: 1",
  "generated/schema.ts": "// 1",
  "CHANGELOG.md": "# Changelog",
  "README.md": "one field",
};
const after = {
  ...before,
  "spec/a.yaml": "a: 2",
  "generated/schema.ts": "// 2",
  "README.md": "two fields",
  "spec/b.yaml": "b: 1",
};

async function makeSmallProject(name: string): Promise<string> {
  const project = join(folder, name);
  for (const [path, text] of Object.entries(before)) {
    await mkdir(join(project, path, ".."), { recursive: true });
    await writeFile(join(project, path), text);
  }
  return project;
}

/** Kills a program before its first step, its second one, and so on, until it comes to its end. */
async function killAtEachStep(prepare: (step: number) => Promise<string>, action: string, files: object) {
  const projects: string[] = [];
  for (let step = 1; ; step++) {
    const project = await prepare(step);
    const signal = await run("replace", project, JSON.stringify(files), action, String(step));
    if (signal === null) return projects;
    expect(signal).toBe("SIGKILL");
    projects.push(project);
  }
}

test("a replacement that is killed at any step is undone, or had come to its end", async () => {
  const projects = await killAtEachStep((step) => makeSmallProject(`replace-${step}`), "replace", after);
  const ends = new Set<string>();
  for (const project of projects) {
    await undoInterrupted(project);
    const files = await readProject(project);
    expect([before, after]).toContainEqual(files);
    ends.add(JSON.stringify(files));
  }
  expect(projects.length).toBeGreaterThan(20);
  expect(ends.size).toBe(2);
});

test("an undoing that is killed at any step is undone all the same", async () => {
  const prepare = async (step: number): Promise<string> => {
    const project = await makeSmallProject(`undo-${step}`);
    await replaceFiles(project, new Map(Object.entries(after)));
    return project;
  };
  const projects = await killAtEachStep(prepare, "undo", {});
  for (const project of projects) {
    await undoInterrupted(project);
    expect(await readProject(project)).toEqual(before);
  }
  expect(projects.length).toBeGreaterThan(10);
});

test("a file that was edited after the interruption stays as it is", async () => {
  const project = await makeSmallProject("edited");
  await replaceFiles(project, new Map(Object.entries(after)));
  await writeFile(join(project, "CHANGELOG.md"), "# Mine");
  await writeFile(join(project, "spec/a.yaml"), "a: mine");
  expect(await undoInterrupted(project)).toEqual({
    restored: ["generated/schema.ts", "README.md", "spec/b.yaml"],
    kept: ["spec/a.yaml", "CHANGELOG.md"],
  });
  expect(await readProject(project)).toEqual({
    ...before,
    "spec/a.yaml": "a: mine",
    "CHANGELOG.md": "# Mine",
  });
});

test.each([
  [
    "leads elsewhere",
    [{ path: "../../elsewhere", after: "0".repeat(64) }],
    /is not the journal of an update/,
  ],
  [
    "leads to the sources",
    [{ path: "src/index.ts", after: "0".repeat(64) }],
    /is not the journal of an update/,
  ],
  ["is not JSON", "{", /is not the journal of an update/],
])("a journal that %s is refused", async (name, journal, message) => {
  const project = await makeSmallProject(`journal ${name}`);
  await mkdir(join(project, ".spec-update"));
  const text = typeof journal === "string" ? journal : JSON.stringify(journal);
  await writeFile(join(project, ".spec-update/journal.json"), text);
  await expect(undoInterrupted(project)).rejects.toThrow(message);
});

test("a copy that is lost is said, and nothing else is touched", async () => {
  const project = await makeSmallProject("lost");
  await replaceFiles(project, new Map(Object.entries(after)));
  await rm(join(project, ".spec-update/before-0"));
  await expect(undoInterrupted(project)).rejects.toThrow(/a\.yaml was replaced .* its copy is lost/);
  expect(await readProject(project)).toMatchObject(after);
});

test("a replacement that fails half-way leaves everything as it was", async () => {
  const project = await makeSmallProject("half-way");
  await writeFile(join(project, "spec/folder"), "");
  const files = new Map([...Object.entries(after), ["generated/schema.ts/below.ts", "x"]]);
  await expect(replaceFiles(project, files)).rejects.toThrow(/ENOTDIR/);
  expect(await isInterrupted(project)).toBe(false);
  expect(await readProject(project)).toEqual({ ...before, "spec/folder": "" });
});

test("of updates that start at once, one works at a time", async () => {
  const project = await makeSmallProject("turns");
  await mkdir(join(project, ".spec-update"));
  const gone = spawn(process.execPath, ["--version"], { stdio: "ignore" });
  await once(gone, "close");
  const mark = `running-${encodeURIComponent(hostname())}-${gone.pid}`;
  await writeFile(join(project, ".spec-update", mark), ""); // of an update that was killed
  const log = join(folder, "turns.log");
  await Promise.all(Array.from({ length: 5 }, () => run("take-turns", project, log)));
  const text = await readFile(log, "utf8");
  expect(text.replaceAll(/^Another update is running in this project: .*\n/gm, "")).toMatch(
    /^(begin\nend\n)+$/,
  );
  expect(await readProject(project)).toEqual(before);
});

test("what is finished is not undone", async () => {
  const project = await makeSmallProject("finished");
  await replaceFiles(project, new Map(Object.entries(after)));
  await finish(project);
  expect(await undoInterrupted(project)).toBeUndefined();
  expect(await readProject(project)).toEqual(after);
});
