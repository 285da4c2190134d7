import { isScalar, LineCounter, parseDocument, visit } from "yaml";
import type { Document, Node } from "yaml";

/** What is wrong with a document, and where: `file:line: reason`. */
export class DocumentError extends Error {
  override name = "DocumentError";
}

export type JsonObject = Record<string, unknown>;

/** The way to a value in a document, from its root. */
export type Path = readonly (string | number)[];

/** Says what is wrong with the value at a path of a document. */
export type Fail = (path: Path, reason: string) => never;

/** One YAML or JSON file, with what is needed to say on which line a value stands. */
export interface Source {
  file: string;
  text: string;
  value: JsonObject;
  fail: Fail;
}

/** Parses a file's text; `file` is what errors call it. */
export function parseSource(file: string, text: string): Source {
  const value = parseJson(text) ?? readYaml(file, text);
  if (!isObject(value)) {
    const kind = Array.isArray(value) ? "a list" : value === null ? "nothing" : `a ${typeof value}`;
    throw new DocumentError(`${file}:1: holds ${kind}, expected a mapping`);
  }
  return {
    file,
    text,
    value,
    fail(path, reason) {
      throw new DocumentError(`${file}:${lineOf(path, file, text)}: ${reason}`);
    },
  };
}

/** JSON is YAML, but its own parser is a hundred times as fast; what it refuses, the other one explains. */
function parseJson(text: string): unknown {
  if (!text.trimStart().startsWith("{")) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readYaml(file: string, text: string): unknown {
  const lines = new LineCounter();
  const document = parseYaml(file, text, lines);
  let line = 1;
  try {
    visit(document, {
      Alias(_, alias) {
        const [at] = alias.range!;
        line = lines.linePos(at).line;
        const target = alias.resolve(document);
        if (!target) throw new ReferenceError(`*${alias.source} stands for nothing`);
        const [start, , end] = target.range!;
        if (start < at && at < end)
          throw new ReferenceError(`*${alias.source} stands for what it is a part of`);
      },
    });
    return document.toJS();
  } catch (error) {
    throw new DocumentError(`${file}:${line}: is not YAML: ${(error as Error).message}`);
  }
}

function parseYaml(file: string, text: string, lines = new LineCounter()): Document {
  const document = parseDocument(text, { lineCounter: lines });
  const [fault] = document.errors;
  if (fault) {
    const line = lines.linePos(fault.pos[0]).line;
    throw new DocumentError(`${file}:${line}: is not YAML: ${fault.message.split("\n")[0]}`);
  }
  return document;
}

/** The line of the deepest node on the way to `path` that the file has. */
function lineOf(path: Path, file: string, text: string): number {
  const lines = new LineCounter();
  const document = parseYaml(file, text, lines);
  for (let length = path.length; length > 0; length--) {
    const parent = document.getIn(path.slice(0, length - 1), true);
    const key = path[length - 1];
    let offset: number | undefined;
    visit(parent as Node, {
      Pair: (_, pair) => {
        if (isScalar(pair.key) && String(pair.key.value) === String(key)) offset ??= pair.key.range?.[0];
        return visit.SKIP;
      },
    });
    offset ??= (document.getIn(path.slice(0, length), true) as Node | undefined)?.range?.[0];
    if (offset !== undefined) return lines.linePos(offset).line;
  }
  return 1;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
