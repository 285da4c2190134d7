import { execFile } from "node:child_process";
import { chmod, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { buildCommand } from "./support/child.js";
import { command } from "./support/command.js";
import { models } from "../../generated/operations.js";

const completions = async (...words: string[]) =>
  (await command(["complete", "--", ...words])).output.split("\n").filter((line) => line !== "");

describe("completion", () => {
  it("offers commands, flags and values, from the same source as the command itself", async () => {
    expect(await completions("")).toEqual(
      expect.arrayContaining(["generate", "submit", "status", "wait", "download", "resume", "batch", "mock"]),
    );
    expect(await completions("")).not.toContain("complete");
    expect(await completions("ba")).toEqual(["batch"]);
    expect(await completions("generate", "--res")).toEqual(["--resolution"]);
    expect(await completions("--bat")).toEqual(["--batchsize"]);
    expect(await completions("batch", "--resub")).toEqual(["--resubmit-unknown", "--resubmit-failed"]);
    expect(await completions("submit", "--model", "")).toEqual(Object.keys(models));
    expect(await completions("generate", "-o", "")).toEqual([]); // a path
    expect(await completions("batch", "--json", "")).toEqual([]);
    expect(await completions("completion", "z")).toEqual(["zsh"]);
    expect(await completions("help", "ba")).toEqual(["batch"]);
    expect((await command(["completion", "fish"])).output).toContain("complete -c tensorslab-images -f -a");
  });

  it.each(["bash", "zsh", "fish"])("has a script for %s", async (shell) => {
    const { exitCode, output } = await command(["completion", shell]);
    expect([exitCode, output]).toEqual([0, expect.stringContaining("tensorslab-images complete -- ")]);
  });

  describe("in bash", () => {
    let folder: string;
    beforeAll(async () => {
      const program = await buildCommand();
      folder = join(program, "..");
      await writeFile(
        join(folder, "tensorslab-images"),
        `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`,
      );
      await chmod(join(folder, "tensorslab-images"), 0o755);
    });

    it("completes a command, and a flag of it", async () => {
      const script = `
        source <(tensorslab-images completion bash)
        complete_words() {
          COMP_WORDS=(tensorslab-images "$@"); COMP_CWORD=$#
          _tensorslab_images; printf '%s\\n' "\${COMPREPLY[@]}"
        }
        complete_words ba
        complete_words generate --res`;
      const env = { PATH: `${folder}${delimiter}${process.env.PATH}` };
      const { stdout } = await promisify(execFile)("bash", ["-c", script], { env });
      expect(stdout).toBe("batch\n--resolution\n");
    });
  });
});
