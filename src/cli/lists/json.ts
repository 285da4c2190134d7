import { readLines } from "./lines.js";
import type { Fault, WrittenRow } from "./row.js";

/** Reads a list with one JSON object on each line; blank lines are skipped. */
export async function* readJsonLines(text: AsyncIterable<string>): AsyncGenerator<WrittenRow | Fault, void> {
  let line = 0;
  for await (const written of readLines(text)) {
    line++;
    if (written.trim() !== "") yield readRow(written, line);
  }
}

/** Reads a list that is one JSON array of objects. */
export async function* readJsonArray(text: AsyncIterable<string>): AsyncGenerator<WrittenRow | Fault, void> {
  let whole = "";
  for await (const chunk of text) whole += chunk;
  const start = whole.search(/\S/);
  if (start < 0) return;
  if (whole[start] !== "[") {
    const message =
      'must be a JSON array, such as [{"prompt": "a red fox"}]; a list with an object on each line is .jsonl';
    return yield { line: lineAt(whole, start), path: "", message };
  }
  yield* readElements(whole, start);
}

/** Each element on its own, so that each fault has its line. */
function* readElements(whole: string, start: number): Generator<WrittenRow | Fault, void> {
  // Strings are skipped as a whole, since they may hold brackets.
  const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{},]|[^\s"[\]{},]+|"/gs;
  token.lastIndex = start + 1;
  let depth = 0;
  let from: number | undefined;
  let line = lineAt(whole, start);
  let counted = start;
  const countTo = (at: number) => (line += countBreaks(whole, counted, (counted = at)));
  let isFirst = true;
  for (let match = token.exec(whole); match; match = token.exec(whole)) {
    const [text] = match;
    const isEnd = depth === 0 && (text === "," || text === "]");
    if (!isEnd) {
      from ??= match.index;
      if (text === "[" || text === "{") depth++;
      if (text === "]" || text === "}") depth--;
      continue;
    }
    const isEmptyArray = text === "]" && isFirst && from === undefined;
    if (!isEmptyArray) {
      countTo(from ?? match.index);
      yield readRow(whole.slice(from ?? match.index, match.index), line);
    }
    from = undefined;
    isFirst = false;
    if (text === ",") continue;
    const rest = whole.slice(token.lastIndex).search(/\S/);
    if (rest < 0) return;
    countTo(token.lastIndex + rest);
    return yield { line, path: "", message: "has text after the end of the array" };
  }
  countTo(from ?? counted);
  yield { line, path: "", message: "is not complete: the array does not end" };
}

const countBreaks = (text: string, from: number, to: number): number =>
  text.slice(from, to).match(/\r\n|\n|\r/g)?.length ?? 0;

const lineAt = (text: string, at: number): number => 1 + countBreaks(text, 0, at);

/** A name that an object has twice, of which a parser takes the last in silence. */
function findRepeated(object: string): string | undefined {
  const names = new Set<string>();
  let depth = 0;
  for (const [token] of object.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|[[\]{}]/gs)) {
    if (token === "{" || token === "[") depth++;
    else if (token === "}" || token === "]") depth--;
    else if (depth === 1 && token.endsWith(":")) {
      const name = JSON.parse(token.replace(/\s*:$/, "")) as string;
      if (names.has(name)) return name;
      names.add(name);
    }
  }
  return undefined;
}

function readRow(text: string, line: number): WrittenRow | Fault {
  try {
    const fields: unknown = JSON.parse(text);
    if (typeof fields === "object" && fields !== null && !Array.isArray(fields)) {
      const repeated = findRepeated(text);
      if (repeated !== undefined) return { line, path: repeated, message: "is there more than once" };
      return { line, fields: fields as Record<string, unknown> };
    }
    return { line, path: "", message: 'must be a JSON object, such as {"prompt": "a red fox"}' };
  } catch (error) {
    return { line, path: "", message: `must be valid JSON: ${(error as Error).message}` };
  }
}
