import { spawn } from "node:child_process";
import { join } from "node:path";

const checks = [
  {
    name: "types",
    command: ["node_modules/typescript-7/bin/tsc", "--noEmit"],
  },
  {
    name: "contract tests",
    command: ["node_modules/vitest/vitest.mjs", "run", "test/contract", "test/operations"],
  },
];

/** Compiles a regenerated project's sources and runs its contract tests; gives the output of the first that fails. */
export async function verify(project: string): Promise<{ name: string; output: string } | undefined> {
  for (const { name, command } of checks) {
    const child = spawn(process.execPath, [join(project, command[0]!), ...command.slice(1)], {
      cwd: project,
      env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => output.push(text));
    const exitCode = await new Promise<number | null>((resolve, reject) =>
      child.on("error", reject).on("close", resolve),
    );
    if (exitCode !== 0) return { name, output: output.join("").trim() };
  }
  return undefined;
}
