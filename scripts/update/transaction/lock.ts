import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { UpdateError } from "../update-error.js";
import { stateFolder } from "./state-folder.js";

const prefix = "running-";
const mostAttempts = 5;

/**
 * Does `work` while no other update runs in the project; marks of processes that were killed are removed.
 *
 * Each process leaves a mark and then looks for others: of two that start at once at least one sees the other. Those
 * that do remove their mark and look again after a random time, since otherwise both would refuse.
 *
 * @throws {UpdateError} Another update is running.
 */
export async function withLock<T>(project: string, work: () => Promise<T>): Promise<T> {
  const folder = stateFolder(project);
  const own = join(folder, `${prefix}${encodeURIComponent(hostname())}-${process.pid}`);
  for (let attempt = 1; ; attempt++) {
    await mkdir(folder, { recursive: true });
    await writeFile(own, "");
    try {
      const other = await findOther(folder, own);
      if (other === undefined) return await work();
      if (attempt === mostAttempts)
        throw new UpdateError(
          `Another update is running in this project: wait for it to end. If none is running, delete ${other}`,
        );
    } finally {
      await rm(own, { force: true });
    }
    await delay(Math.random() * 200);
  }
}

async function findOther(folder: string, own: string): Promise<string | undefined> {
  const marks = (await readdir(folder)).filter((name) => name.startsWith(prefix));
  for (const name of marks) {
    const path = join(folder, name);
    if (path === own) continue;
    if (isAlive(name)) return path;
    await rm(path, { force: true });
  }
  return undefined;
}

/** Whether the process of a mark runs; what another machine runs cannot be seen, so that counts as running. */
function isAlive(mark: string): boolean {
  const [, host, id] = /^running-(.*)-(\d+)$/.exec(mark) ?? [];
  if (host !== encodeURIComponent(hostname())) return true;
  try {
    return process.kill(Number(id), 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
