import { createHash } from "node:crypto";

/** Together with a number and an extension this stays far below the 143 bytes of the strictest file system in use. */
const longestStem = 100;

/**
 * Names the file of a task's image: `<taskid>-<number>.<extension>`.
 *
 * A task id is text of the service's choosing. Whatever is not a lower-case ASCII letter, a digit, an underscore or a
 * hyphen is percent-encoded, which leaves no separator, no dot, no name that Windows reserves, and nothing that a file
 * system folds or normalises. Upper case is encoded too, so two ids that differ stay apart even where case is ignored.
 */
export function imageFileName(taskid: string, number: number, extension: string): string {
  return `${stemOf(taskid)}-${number}.${extension}`;
}

function stemOf(taskid: string): string {
  if (taskid === "") return "%"; // Nothing else is encoded like this, nor as the %x below.
  const stem = Array.from(taskid, encodeCharacter).join("").replace(/^-/, "%2d");
  if (stem.length <= longestStem) return stem;
  const digest = createHash("sha256").update(taskid, "utf16le").digest("hex");
  return `${stem.slice(0, longestStem - digest.length - 2)}%x${digest}`;
}

function encodeCharacter(character: string): string {
  if (/^[a-z0-9_-]$/.test(character)) return character;
  // UTF-8 has no bytes for half of a surrogate pair and would make all of them the same.
  if (/^[\ud800-\udfff]$/.test(character)) return `%u${character.charCodeAt(0).toString(16)}`;
  return Array.from(Buffer.from(character), (byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
}
