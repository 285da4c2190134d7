import { execFile } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { inject } from "vitest";

export const root = resolve(import.meta.dirname, "../../..");

/** Runs a program; rejects with its output if it fails. */
export const run = promisify(execFile);

export interface InstalledPackage {
  /** A project of its own, outside the repository, that has the packed package in its node_modules. */
  folder: string;
  /** The files in the tarball. */
  files: string[];
  remove(): Promise<void>;
}

/** A copy of the project that has the packed package installed, for one file of tests to write into. */
export async function installPackage(): Promise<InstalledPackage> {
  const { folder: original, files } = inject("installedPackage");
  const folder = await mkdtemp(join(tmpdir(), "package-"));
  await cp(original, folder, { recursive: true, verbatimSymlinks: true });
  return { folder, files, remove: () => rm(folder, { recursive: true, force: true }) };
}
