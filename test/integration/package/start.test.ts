import { spawnSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installPackage } from "./install.js";
import type { InstalledPackage } from "./install.js";

// How quickly the command starts, without a clock: by the files and the parts of Node that it loads.

let installed: InstalledPackage;
let main: string;
let empty: string;
beforeAll(async () => {
  installed = await installPackage();
  main = join(installed.folder, "node_modules/tensorslab-images/dist/src/cli/main.js");
  empty = join(installed.folder, "empty.mjs");
  await writeFile(empty, "");
});
afterAll(() => installed.remove());

/** Runs a program with its output thrown away, for which Node loads the least; returns what it says as an error, if asked. */
function start(words: string[], errors: "pipe" | "ignore"): string {
  const { stderr, error } = spawnSync(process.execPath, words, {
    encoding: "utf8",
    stdio: ["ignore", "ignore", errors],
    env: { PATH: process.env.PATH, PROBE: join(installed.folder, "loaded.json") },
  });
  if (error) throw error;
  return stderr ?? "";
}

/** The parts of Node that a program loads. */
async function partsOf(words: string[]): Promise<string[]> {
  const probe = join(installed.folder, "probe.cjs");
  await writeFile(
    probe,
    `process.on("exit", () => require("node:fs").writeFileSync(process.env.PROBE, JSON.stringify(process.moduleLoadList)))`,
  );
  start(["--require", probe, ...words], "ignore");
  const all = JSON.parse(await readFile(join(installed.folder, "loaded.json"), "utf8")) as string[];
  return all.map((part) => part.replace("NativeModule ", "")).filter((part) => !/internal/i.test(part));
}

/** The names of the files that the command loads, without the hashes of their content. */
function filesOf(words: string[]): string[] {
  const hooks = `export async function load(url, context, next) {
    if (url.startsWith("file:")) process._rawDebug("loads " + url);
    return next(url, context);
  }`;
  const asUrl = (source: string) => `data:text/javascript,${encodeURIComponent(source)}`;
  const registers = `import { register } from "node:module"; register(${JSON.stringify(asUrl(hooks))});`;
  const said = start(["--import", asUrl(registers), main, ...words], "pipe");
  return [...said.matchAll(/^loads (.*)$/gm)].map(([, url]) =>
    basename(new URL(url!).pathname).replace(/-[A-Z0-9]{8}\.js$/, ""),
  );
}

it("prints its version with two files, and hardly more of Node than an empty program loads", async () => {
  expect(filesOf(["--version"])).toEqual(["main.js", "chunk"]);
  const before = await partsOf([empty]);
  const added = (await partsOf([main, "--version"])).filter((part) => !before.includes(part));
  expect(added).toEqual(["module"]); // which reads package.json
});

describe("loads nothing that only a submit needs", () => {
  const words = [["--help"], ["help", "batch"], ["completion", "bash"], ["complete", "--", "ba"], ["hepl"]];
  it.each(words.map((given) => ({ given })))("for $given", async ({ given }) => {
    const files = filesOf(given);
    expect(files.filter((file) => file !== "chunk")).toEqual(["main.js", "run"]);
    expect(files.length).toBeLessThanOrEqual(6);
    const before = await partsOf([empty]);
    const added = (await partsOf([main, ...given])).filter((part) => !before.includes(part));
    const slow = [
      "child_process",
      "crypto",
      "dns",
      "fs/promises",
      "http",
      "net",
      "timers/promises",
      "tls",
      "v8",
    ];
    expect(added.filter((part) => slow.includes(part))).toEqual([]);
    expect(added).toContain("stream"); // the probe sees what is loaded
  });

  it("but for work all of it", () => {
    expect(filesOf(["records", installed.folder])).toContain("perform");
  });
});
