import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { copySpec, generate, makeFolder, root, run } from "../../support/generate.js";
import { buildCommand } from "../../cli/support/child.js";

// A document whose fields have the names of flags, of what every object has, and of what a shell or a parser reads.

/** The fields that are flags, and the flag of each. */
const flags = {
  "no-watermark": "--field-no-watermark",
  "no-key": "--field-no-key",
  key: "--field-key", // `--no-key` is its opposite
  version: "--field-version",
  help: "--field-help",
  constructor: "--field-constructor",
  hasOwnProperty: "--field-hasOwnProperty",
  "value-of": "--field-value-of", // which the parser keeps as `valueOf`
  toString: "--field-toString",
  json: "--field-json",
  out: "--field-out",
  model: "--field-model",
  source: "--field-source",
  "dry-run": "--field-dry-run",
  baseUrl: "--field-baseUrl", // the parser takes it for `--base-url`, where the key goes
  "field-out": "--field-field-out",
  "a-b": "--a-b",
  aB: "--field-aB",
  JSON: "--JSON",
  "a.b": "--a.b",
  h: "--h",
  no: "--no",
  "123": "--123",
  class: "--class",
  then: "--then",
  $ref: "--$ref",
  "it's": "--it's",
  'x"y': '--x"y',
  日本語: "--日本語",
};

/** The fields that no flag can have the name of. */
const unwritable = ["a[0]", "prompt text", "-x", "--y", "a=b", "a,b", "\u001B[31mred"];

let program: string;
beforeAll(async () => {
  const folder = await makeFolder(afterAll);
  const fields = [...Object.keys(flags), ...unwritable].map(
    (name) => `${JSON.stringify(name)}: { type: string }`,
  );
  const addFields = (text: string) =>
    text.replace(/^( +)resolution:\n/m, (line, indent: string) =>
      [...fields.map((field) => `${indent}${field}\n`), line].join(""),
    );
  const spec = await copySpec(join(folder, "spec"), { "seedreamv5.yaml": addFields });
  const [result] = await generate([["--spec", spec, "--out", join(folder, "generated")]]);
  expect(result).toEqual({ exitCode: 0, errors: "" });
  await cp(join(root, "src"), join(folder, "src"), { recursive: true });
  program = await buildCommand(folder);
});

const cli = (...words: string[]) => run([program, "generate", "a fox", ...words], root);
const fieldsOf = (output: string) =>
  (JSON.parse(output) as { request: { fields: Record<string, string> } }).request.fields;

it("each flag fills its field and no other, and the service takes them", async () => {
  const out = await makeFolder();
  const words = Object.values(flags).flatMap((flag) => [flag, `value of ${flag}`]);
  const { output } = await cli(...words, "--dry-run", "--json");
  const values = Object.entries(flags).map(([name, flag]) => [name, `value of ${flag}`]);
  expect(fieldsOf(output)).toEqual({ prompt: "a fox", ...Object.fromEntries(values) });
  const made = await cli(...words, "--mock", "--json", "--out", out);
  expect([made.exitCode, made.output]).toEqual([0, expect.stringContaining(out)]);
});

it("the help names each flag, and those of the command keep their meaning", async () => {
  const { output, exitCode } = await cli("--help");
  expect(exitCode).toBe(0);
  const written = output.split("\n").map((line) => line.trim());
  for (const flag of Object.values(flags)) expect(written).toContain(`${flag} <text>`);
  for (const name of unwritable) expect(output).not.toContain(`--${name} `);
  expect(output).not.toContain("\u001B");
  const opposite = await cli("--no-watermark", "--dry-run");
  expect([opposite.exitCode, opposite.output]).toEqual([2, expect.stringContaining("--no-watermark")]);
});

it("a list takes every field by its name", async () => {
  const folder = await makeFolder();
  const row = Object.fromEntries([...Object.keys(flags), ...unwritable].map((name) => [name, `v ${name}`]));
  await writeFile(join(folder, "list.json"), JSON.stringify([{ prompt: "a fox", ...row }]));
  const { output, exitCode } = await run(
    [program, "batch", join(folder, "list.json"), "--dry-run", "--json"],
    folder,
  );
  expect([exitCode, output]).toEqual([0, expect.stringContaining('"submits": 1')]);
  const unknown = JSON.stringify([{ prompt: "a fox", ...row, "b[0]": "x" }]);
  await writeFile(join(folder, "unknown.json"), unknown);
  const refused = await run([program, "batch", join(folder, "unknown.json"), "--dry-run"], folder);
  expect([refused.exitCode, refused.output]).toEqual([2, expect.stringContaining("b[0]")]);
});
