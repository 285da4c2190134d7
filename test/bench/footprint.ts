import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import type { Samples } from "./run.js";
import type { Workload } from "./workloads.js";
import { oursOnCreateFetch, peers as everyPeer } from "./workloads.js";

const run = promisify(execFile);
const here = import.meta.dirname;

/** The imports of the smallest program that submits. */
const imports: Record<string, string[]> = {
  "built-in-fetch": [],
  undici: ["undici"],
  fal: ["@fal-ai/client"],
  "hey-api": ["hey-api-client"],
  axios: ["axios", "form-data"],
};

/** The costs of a peer before it has sent anything: import, bundle, compilation. */
export const footprint: Workload = {
  name: "footprint",
  title: "The smallest program that submits",
  kind: "footprint",
  settings: {},
  peers: everyPeer.filter((peer) => peer !== "undici" && peer !== oursOnCreateFetch), // one program for both fetches
  measures: [
    { key: "importMs", label: "import", unit: "ms", better: "lower" },
    { key: "bundleKb", label: "bundle for browsers, minified", unit: "kB", better: "lower" },
    {
      key: "gzipKb",
      label: "bundle for browsers, minified and gzipped",
      unit: "kB",
      better: "lower",
    },
    { key: "tscSeconds", label: "tsc", unit: "s", better: "lower" },
    { key: "instantiations", label: "tsc instantiations", unit: "", better: "lower" },
  ],
  rounds: 3,
  quickRounds: 1,
};

/** Measures {@link footprint}; a quick run leaves the compiler out. */
export async function runFootprint(
  peers: readonly string[],
  rounds: number,
  withCompiler: boolean,
): Promise<Samples> {
  const samples: Samples = Object.fromEntries(peers.map((peer) => [peer, []]));
  for (let round = 0; round < rounds; round++) {
    for (const peer of peers) {
      const compiled = withCompiler ? await compile(peer) : {};
      samples[peer]?.push({ importMs: await importTime(peer), ...(await bundle(peer)), ...compiled });
    }
  }
  return samples;
}

async function importTime(peer: string): Promise<number> {
  const { stdout } = await run(process.execPath, [
    join(here, "import-time.mjs"),
    ...(imports[peer] ?? [peer]),
  ]);
  return Number(stdout);
}

async function bundle(peer: string) {
  const { outputFiles } = await build({
    entryPoints: [join(here, `programs/${peer}.mjs`)],
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    write: false,
    logLevel: "error",
  });
  const bytes = outputFiles[0]?.contents ?? new Uint8Array();
  return { bundleKb: bytes.length / 1000, gzipKb: gzipSync(bytes).length / 1000 };
}

async function compile(peer: string) {
  const compiler = join(here, "node_modules/typescript/bin/tsc");
  const flags = "--noEmit --allowJs --checkJs --strict --skipLibCheck --target es2022 --module esnext";
  const more = "--moduleResolution bundler --lib es2023,dom,dom.iterable --types node --extendedDiagnostics";
  const program = join(here, `programs/${peer}.mjs`);
  const { stdout } = await run(
    process.execPath,
    [compiler, ...flags.split(" "), ...more.split(" "), program],
    {
      cwd: here,
    },
  );
  const numberAfter = (label: string) => Number(new RegExp(`^${label}:\\s+([\\d.]+)`, "m").exec(stdout)?.[1]);
  return { tscSeconds: numberAfter("Total time"), instantiations: numberAfter("Instantiations") };
}
