import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** A project that has the packed package installed, and what is in the tarball. */
    installedPackage: { folder: string; files: string[] };
  }
}

const root = resolve(import.meta.dirname, "../../..");
const run = promisify(execFile);

/**
 * Packs the package as it would be published, and installs the tarball elsewhere, once for all tests.
 *
 * The registry is not asked: its dependencies are packed from what is installed here.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "package-"));
  const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as {
    name: string;
    dependencies: Record<string, string>;
    peerDependencies: Record<string, string>;
    devDependencies: Record<string, string>;
  };
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder], { cwd: root });
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf("[\n"))) as [
    { filename: string; files: { path: string }[] },
  ];
  // Of the optional peers, those that an entry point cannot be loaded without.
  const peers = Object.keys(manifest.peerDependencies).filter((name) => name in manifest.devDependencies);
  const local = [...Object.keys(manifest.dependencies), ...peers].map((name) => [
    name,
    `file:${join(root, "node_modules", name)}`,
  ]);
  await writeFile(
    join(folder, "package.json"),
    JSON.stringify({
      private: true,
      type: "module",
      dependencies: { [manifest.name]: `file:./${packed.filename}`, ...Object.fromEntries(local) },
    }),
  );
  await run("npm", ["install", "--offline", "--no-audit", "--no-fund", "--ignore-scripts"], { cwd: folder });
  // The compiler's own types of Node, for programs that are type-checked there.
  await symlink(join(root, "node_modules/@types"), join(folder, "node_modules/@types"), "junction");
  project.provide("installedPackage", { folder, files: packed.files.map(({ path }) => path) });
  return () => rm(folder, { recursive: true, force: true });
}
