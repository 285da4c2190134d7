import { execFile } from "node:child_process";
import type { ExecFileOptions } from "node:child_process";

/** Runs a program to its end; rejects with all that it printed if it fails or takes more than ten minutes. */
export function run(
  program: string,
  parameters: readonly string[],
  options: ExecFileOptions = {},
): Promise<{ stdout: string; stderr: string }> {
  const settings = {
    timeout: 600_000,
    killSignal: "SIGKILL",
    maxBuffer: 64 * 1024 * 1024,
    ...options,
  } as const;
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      parameters,
      { ...settings, encoding: "utf8" },
      (error, stdout, stderr) => {
        if (!error) return resolve({ stdout, stderr });
        const printed = `${stdout}${stderr}`.trim();
        reject(
          Object.assign(new Error(`${program} ${parameters.join(" ")}: ${error.message}\n${printed}`), {
            printed,
          }),
        );
      },
    );
    child.stdin?.end();
  });
}
