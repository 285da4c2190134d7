import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

export const root = resolve(import.meta.dirname, "../..");

/** Runs a program; rejects with its output if it fails. */
export const run = promisify(execFile);

export interface InstalledPackage {
  /** A project of its own, outside the repository, that has the packed package in its node_modules. */
  folder: string;
  /** What is in the tarball. */
  files: string[];
  remove(): Promise<void>;
}

/**
 * Packs the package as it would be published, and installs the tarball elsewhere.
 *
 * The registry is not asked: its dependencies are packed from what is installed here.
 */
export async function installPackage(): Promise<InstalledPackage> {
  const folder = await mkdtemp(join(tmpdir(), "package-"));
  const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as {
    name: string;
    dependencies: Record<string, string>;
  };
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder], { cwd: root });
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf("[\n"))) as [
    { filename: string; files: { path: string }[] },
  ];
  const local = Object.keys(manifest.dependencies).map((name) => [
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
  await symlink(join(root, "node_modules/@types"), join(folder, "node_modules/@types"));
  return {
    folder,
    files: packed.files.map(({ path }) => path),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
