import { readLines } from "./lines.js";
import type { Fault, WrittenRow } from "./read-list.js";

/** Reads a list with one JSON object on each line; empty lines are passed over. */
export async function* readJsonLines(path: string): AsyncGenerator<WrittenRow | Fault, void> {
  let line = 0;
  for await (const text of readLines(path)) {
    line++;
    const trimmed = text.replace(/^\ufeff/, "").trim();
    if (trimmed !== "") yield readRow(trimmed, line);
  }
}

function readRow(text: string, line: number): WrittenRow | Fault {
  try {
    const fields: unknown = JSON.parse(text);
    if (typeof fields === "object" && fields !== null && !Array.isArray(fields)) {
      return { line, fields: fields as Record<string, unknown> };
    }
    return { line, path: "", message: 'must be a JSON object, such as {"prompt": "a red fox"}' };
  } catch (error) {
    return { line, path: "", message: `is no JSON: ${(error as Error).message}` };
  }
}
