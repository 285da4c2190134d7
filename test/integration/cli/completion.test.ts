import { chmod, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { models } from "../../../generated/operations.js";
import { buildCommand } from "../../cli/support/child.js";
import { findProgram } from "../support/debian.js";
import { run } from "../support/run.js";

// What the shells themselves offer, with the scripts that the command prints.

let folder: string;
beforeAll(async () => {
  const program = await buildCommand();
  folder = dirname(program);
  const start = join(folder, "tensorslab-images");
  await writeFile(start, `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`);
  await chmod(start, 0o755);
});

async function ask(shell: string, words: string[]): Promise<string[]> {
  const env = { HOME: folder, TERM: "dumb", PATH: `${folder}${delimiter}${process.env.PATH}` };
  const { stdout } = await run(shell, words, { cwd: folder, env });
  return stdout.split(/\r?\n/).filter((line) => line !== "");
}

const lines: [line: string, offered: string[]][] = [
  ["tensorslab-images ba", ["batch"]],
  ["tensorslab-images help ba", ["batch"]],
  ["tensorslab-images generate --res", ["--resolution"]],
  ["tensorslab-images batch --resub", ["--resubmit-failed", "--resubmit-unknown"]],
  ["tensorslab-images generate --model ", Object.keys(models).toSorted()],
  ["tensorslab-images completion ", ["bash", "fish", "zsh"]],
  ["tensorslab-images batch package.j", ["package.json"]],
];

test.each(lines)("fish offers after %j what there is, and no file beside it", async (line, offered) => {
  const fish = await findProgram("fish");
  const script = `tensorslab-images completion fish | source; complete --do-complete '${line}'`;
  const found = await ask(fish, ["--no-config", "-c", script]);
  expect(found.map((each) => each.split("\t")[0]).toSorted()).toEqual(offered);
});

describe("zsh", () => {
  // Candidates are given to the shell's own completion, which works in a terminal alone: here they are printed instead.
  const printed = `
    compdef() { :; }
    compadd() { print -l -- "\${(@P)@[-1]}"; }
    _files() { print package.json; }
    source <(tensorslab-images completion zsh)
    words=("\${(@s: :)1}"); CURRENT=$#words
    _tensorslab_images`;
  test.each(lines)("is given after %j what there is", async (line, offered) => {
    const found = await ask(await findProgram("zsh"), ["-f", "-c", printed, "zsh", line]);
    expect(found.toSorted()).toEqual(offered);
  });

  test("completes a line in a terminal, which is then the command that was meant", async () => {
    const script = `
      zmodload zsh/zpty
      zpty asked "TERM=xterm zsh --no-rcs -i"
      zpty -w asked "autoload -U compinit; compinit -u -d $HOME/dump; source <(tensorslab-images completion zsh); print rea''dy"
      zpty -r asked text '*ready*'
      zpty -n -w asked $'tensorslab-images help ba\t\n'
      zpty -r asked text '*Make the images*'
      print -r -- "$text"`;
    const shown = (await ask(await findProgram("zsh"), ["-f", "-c", script])).join("\n");
    expect(shown).toContain("Usage: tensorslab-images batch");
  });
});
