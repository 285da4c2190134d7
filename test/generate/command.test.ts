import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { generate as runGenerate } from "../../scripts/generate/command.js";
import { copySpec, makeFolder } from "../support/generate.js";

/** Runs the command with `--json` and without. */
async function run(parameters: string[]) {
  const lines: string[] = [];
  const output: string[] = [];
  const exitCode = await runGenerate(parameters, (line) => lines.push(line));
  const status = await runGenerate(
    [...parameters, "--json"],
    (line) => lines.push(line),
    (text) => output.push(text),
  );
  expect([status, output.length]).toEqual([exitCode, 1]);
  return {
    exitCode,
    lines,
    json: JSON.parse(output[0]!) as { ok: boolean; lines: string[]; error?: string },
  };
}

test("a file that is a folder, a folder that is a file, and one that is missing are named with the reason", async () => {
  const folder = await makeFolder();
  const spec = await copySpec(join(folder, "spec"), {});
  await rm(join(spec, "overlay.yaml"));
  await mkdir(join(spec, "overlay.yaml"));
  const file = join(folder, "file");
  await writeFile(file, "");
  const cases: [string[], string][] = [
    [["--spec", spec], `${spec}/overlay.yaml: cannot be used: it is a folder, but must be a file (EISDIR)`],
    [["--spec", join(folder, "none")], `${folder}/none: cannot be used: it does not exist (ENOENT)`],
    [
      ["--readme", folder, "--check"],
      `${folder}: cannot be used: it is a folder, but must be a file (EISDIR)`,
    ],
    [["--out", file], `${file}: cannot be used: it is a file, but must be a folder (EEXIST)`],
  ];
  for (const [parameters, message] of cases) {
    const { exitCode, lines, json } = await run(parameters);
    expect([exitCode, lines]).toEqual([1, [message]]);
    expect(json).toEqual({ ok: false, lines: [], error: message });
  }
});

test("--json says that all is well, and which files are stale", async () => {
  expect((await run(["--check"])).json).toEqual({ ok: true, lines: [] });
  const out = join(await makeFolder(), "none");
  const { exitCode, json } = await run(["--check", "--out", out]);
  expect([exitCode, json.ok]).toEqual([1, false]);
  expect(json.lines).toContain(`stale: ${out}/schema.ts`);
});
