import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

/** Names of records, images and locks until they are complete. */
const temporaryName = /^\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.(tmp|part|lock)$/;

/** A record is written in no time, and a download that gets nothing for half as long is given up. */
const longestPauseMs = 60_000;

/** Removes the half-written files of processes that were killed: those that have not grown for a minute. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!temporaryName.test(name)) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined); // gone by now
    if (found && Date.now() - found.mtimeMs > longestPauseMs)
      await rm(path, { recursive: true, force: true });
  }
}
