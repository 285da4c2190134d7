import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Writes all of `files` (by path) or none: each is written beside its target and renamed when all are written. */
export async function writeFiles(files: ReadonlyMap<string, string>): Promise<void> {
  const beside = (path: string): string => `${path}.new`;
  try {
    for (const [path, text] of files) {
      await mkdir(join(path, ".."), { recursive: true });
      await writeFile(beside(path), text);
    }
  } catch (error) {
    await Promise.all([...files.keys()].map((path) => rm(beside(path), { force: true }).catch(() => {})));
    const { path = "" } = error as NodeJS.ErrnoException;
    const meant = [...files.keys()].find((one) => beside(one) === path);
    throw Object.assign(error as Error, { path: meant ?? path });
  }
  for (const path of files.keys()) await rename(beside(path), path);
}

/** The names of the files in `folder` that differ from `files`: changed, missing or left over. */
export async function findStale(files: ReadonlyMap<string, string>, folder: string): Promise<string[]> {
  const present = await readdir(folder).catch(() => []);
  const names = new Set([...files.keys(), ...present]);
  const checks = [...names].sort().map(async (name) => {
    const text = await readFile(join(folder, name), "utf8").catch(() => undefined);
    return text !== undefined && text === files.get(name) ? [] : [name];
  });
  return (await Promise.all(checks)).flat();
}
