import { createReadStream } from "node:fs";

/**
 * Reads a text file line by line, in memory that does not depend on its size.
 *
 * Only a line feed ends a line: JSON text may hold every other separator as it is.
 */
export async function* readLines(path: string): AsyncGenerator<string, void> {
  let rest = "";
  for await (const chunk of createReadStream(path, "utf8")) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}
