import { execFile } from "node:child_process";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";

const root = resolve(import.meta.dirname, "../..");
const installed = join(import.meta.dirname, "node_modules");
const run = promisify(execFile);

/** Installs the peers if they are not there yet, and makes what is measured of the sources as they are now. */
export async function prepare(chosenPeers: readonly string[] | undefined): Promise<void> {
  if (!(await isInstalled())) {
    await run("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], { cwd: import.meta.dirname });
  }
  await buildPackage(join(installed, "tensorslab-images"));
  if (chosenPeers?.includes("hey-api") ?? true) await generateHeyApiClient(join(installed, "hey-api-client"));
}

/** The exact versions of the peers. */
export async function peerVersions(): Promise<Record<string, string>> {
  const manifest = JSON.parse(await readFile(join(import.meta.dirname, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  return manifest.dependencies;
}

async function isInstalled(): Promise<boolean> {
  for (const [name, version] of Object.entries(await peerVersions())) {
    const manifest = await readFile(join(installed, name, "package.json"), "utf8").catch(() => "{}");
    if ((JSON.parse(manifest) as { version?: string }).version !== version) return false;
  }
  return true;
}

/** The package as it is published; what it depends on is found further up. */
async function buildPackage(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  await cp(join(root, "package.json"), join(folder, "package.json"));
  await run("npm", ["run", "build"], { cwd: root });
  await cp(join(root, "dist"), join(folder, "dist"), { recursive: true });
}

async function generateHeyApiClient(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  // Named like this, so that the compiler does not look for the types of a package that may not be installed.
  const generator = "@hey-api/openapi-ts";
  const { createClient } = (await import(import.meta.resolve(generator))) as {
    createClient(options: object): Promise<unknown>;
  };
  await createClient({
    input: join(root, "generated/openapi.json"),
    output: join(folder, "src"),
    plugins: ["@hey-api/client-fetch", "@hey-api/sdk", "@hey-api/typescript"],
    logs: { level: "silent", file: false },
  });
  const entry =
    'export * from "./sdk.gen.js"; export { createClient, createConfig } from "./client/index.js";\n';
  await writeFile(join(folder, "src/entry.ts"), entry);
  await writeFile(
    join(folder, "package.json"),
    JSON.stringify({ type: "module", exports: { types: "./src/entry.ts", default: "./index.js" } }),
  );
  await build({
    entryPoints: [join(folder, "src/entry.ts")],
    outfile: join(folder, "index.js"),
    bundle: true,
    format: "esm",
    platform: "node",
    logLevel: "error",
  });
}
