import { readFile } from "node:fs/promises";

/** The bytes of a file; undefined if there is none. An error names the file, which Node's does not always. */
export async function readIfPresent(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw Object.assign(error as Error, { path });
  }
}
