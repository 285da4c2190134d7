import { rename } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";

/** Milliseconds before each further try: less than three seconds together. */
const delaysMs = [10, 20, 50, 100, 200, 500, 1000, 1000];

/**
 * Renames, again if it meets EPERM, EACCES or EBUSY: on Windows, a virus scanner or an indexer holds new files for a moment.
 */
export async function renamePatiently(from: string, to: string, makeRename = rename): Promise<void> {
  for (const delayMs of delaysMs) {
    try {
      return await makeRename(from, to);
    } catch (error) {
      if (!isHeld(error)) throw error;
    }
    await setTimeout(delayMs);
  }
  return makeRename(from, to);
}

function isHeld(error: unknown): boolean {
  return ["EPERM", "EACCES", "EBUSY"].includes(String((error as NodeJS.ErrnoException).code));
}
