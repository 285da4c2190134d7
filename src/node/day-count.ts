import { join } from "node:path";
import { RecordError } from "../index.js";
import type { CountDay } from "../index.js";
import { withLock } from "./lock.js";
import { NotAFile, readRegularFile } from "./read-regular-file.js";
import { replaceFile } from "./replace-file.js";

/** So many processes may count at the same time that one waits its turn for a while. */
const waitMs = 10_000;

/** Counts a day's images in a file that all processes of a folder share, `.images-2026-01-31`. */
export function createCountDay(folder: string, mode: number): CountDay {
  return (day, images, limit) =>
    withLock(join(folder, ".images.lock"), { waitMs }, async () => {
      const count = await readDayCount(folder, day);
      if (count + images > limit) return false;
      const text = `${Math.max(0, count + images)}\n`;
      await replaceFile(pathOf(folder, day), text, { mode, durable: false });
      return true;
    });
}

/**
 * The number of a day's images.
 *
 * @throws {RecordError} The file does not hold a number.
 */
export async function readDayCount(folder: string, day: string): Promise<number> {
  const path = pathOf(folder, day);
  const text = await readRegularFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "0";
    if (error instanceof NotAFile || error.code === "EISDIR") return "";
    throw error;
  });
  const count = /^\d+\s*$/.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(count)) return count;
  throw new RecordError(`${path} must hold the number of the day's images; nothing was sent`);
}

const pathOf = (folder: string, day: string): string => join(folder, `.images-${day}`);
