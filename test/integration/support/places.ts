import { mkdir, mkdtemp } from "node:fs/promises";
import { join, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "../../..");

/** Where the integration tests have their packages, the packed package of this project among them. */
export const folder = resolve(import.meta.dirname, "..");

/** A new folder for programs, from which all packages of the integration tests are imported by name; kept until the next run. */
export async function makeScratchFolder(name: string): Promise<string> {
  const scratch = join(folder, ".scratch");
  await mkdir(scratch, { recursive: true });
  return mkdtemp(join(scratch, `${name}-`));
}
