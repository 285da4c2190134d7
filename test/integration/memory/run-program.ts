import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";

/** Runs a program of `programs/` in a process of its own, which holds nothing else, and gives the JSON that it printed. */
export async function runProgram(
  name: string,
  parameters: readonly string[],
  environment: Record<string, string> = {},
): Promise<Record<string, unknown>> {
  const folder = await mkdtemp(join(tmpdir(), "tensorslab-images-"));
  try {
    const outfile = join(folder, `${name}.mjs`);
    const source = fileURLToPath(new URL(`./programs/${name}.ts`, import.meta.url));
    const banner = {
      js: 'import { createRequire as toRequire } from "node:module"; const require = toRequire(import.meta.url);', // for undici
    };
    await build({ entryPoints: [source], outfile, bundle: true, platform: "node", format: "esm", banner });
    const { stdout } = await promisify(execFile)(process.execPath, [outfile, ...parameters], {
      timeout: 60_000,
      env: { ...process.env, ...environment },
    });
    return JSON.parse(stdout) as Record<string, unknown>;
  } finally {
    await rm(folder, { recursive: true });
  }
}
