import { isAlias, isMap, isNode, isPair, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import type { Document, Node, Pair } from "yaml";
import { printable } from "./printable.js";

/** A document that cannot be used: `file:line: reason (at JSON pointer)`. */
export class DocumentError extends Error {
  override name = "DocumentError";

  constructor(message: string) {
    super(printable(message));
  }
}

export type JsonObject = Record<string, unknown>;

/** The keys and indices that lead to a value in a document, from its root. */
export type Path = readonly (string | number)[];

/** Throws a DocumentError about the value at a path of a document. */
export type Fail = (path: Path, reason: string) => never;

/** One YAML or JSON file, with all that is needed to say on which line a value stands. */
export interface Source {
  file: string;
  text: string;
  value: JsonObject;
  fail: Fail;
}

// A page of an API has a few thousand values, none deeper than thirty; these keep a hostile one from costing minutes.
const mostAliases = 5_000;
const mostValuesByAliases = 100_000;
const mostLevels = 200;

/** Parses a file's text; `file` is its name in errors. */
export function parseSource(file: string, text: string): Source {
  const fail: Fail = (path, reason) => {
    const place = path.length > 0 ? ` (at ${toPointer(path)})` : "";
    throw new DocumentError(`${file}:${lineOf(path, file, text)}: ${reason}${place}`);
  };
  const value = parseJson(text) ?? readYaml(file, text);
  if (!isObject(value)) {
    const kind = Array.isArray(value) ? "a list" : value === null ? "nothing" : `a ${typeof value}`;
    throw new DocumentError(`${file}:1: holds ${kind}, expected a mapping`);
  }
  checkKeysAndDepth(value, fail);
  return { file, text, value, fail };
}

/** A path as a JSON pointer. */
export function toPointer(path: Path): string {
  return path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** Parses JSON with its own parser, which is a hundred times as fast; the YAML parser explains what is wrong with the rest. */
function parseJson(text: string): unknown {
  if (!text.trimStart().startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    // Of a key that is written twice, only the last value is in `value`.
    const keys = [...text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/gs)].filter(([, colon]) => colon);
    return keys.length === countKeys(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function countKeys(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + countKeys(item), 0);
  if (!isObject(value)) return 0;
  const values = Object.values(value);
  return values.reduce<number>((sum, item) => sum + countKeys(item), values.length);
}

function readYaml(file: string, text: string): unknown {
  const lines = new LineCounter();
  const document = parseYaml(file, text, lines);
  checkNodes(document, (node, reason) => {
    throw new DocumentError(`${file}:${lines.linePos(node.range![0]).line}: is not YAML: ${reason}`);
  });
  try {
    return document.toJS({ maxAliasCount: -1 }); // the aliases are checked
  } catch (error) {
    throw new DocumentError(`${file}:1: is not YAML: ${(error as Error).message}`);
  }
}

function parseYaml(file: string, text: string, lines = new LineCounter()): Document.Parsed {
  try {
    const document = parseDocument(text, { lineCounter: lines, merge: true, uniqueKeys: false });
    const [fault] = document.errors;
    const { version } = document.directives.yaml;
    if (!fault && version !== "1.2") {
      throw new DocumentError(
        `${file}:1: is YAML ${version}, where names such as no and on are booleans: OpenAPI is written in YAML 1.2`,
      );
    }
    if (!fault) return document;
    if (fault.message.includes("call stack")) throw new RangeError(fault.message);
    const line = lines.linePos(fault.pos[0]).line;
    throw new DocumentError(`${file}:${line}: is not YAML: ${fault.message.split("\n")[0]}`);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new DocumentError(`${file}:1: is nested too deeply`);
  }
}

/** Fails at duplicate keys, at aliases without an anchor or within their own value, and where aliases multiply. */
function checkNodes(document: Document.Parsed, fail: (node: Node, reason: string) => never): void {
  const anchors = new Map<string, number>();
  let aliases = 0;
  let added = 0;

  /** Counts the values of a node with its aliases expanded. */
  function measure(node: unknown): number {
    if (isPair(node)) return measure(node.key) + measure(node.value);
    if (!isNode(node)) return 0;
    if (isAlias(node)) {
      const size = anchors.get(node.source);
      if (size === undefined) return fail(node, `the alias *${node.source} has no anchor`);
      if (size === 0) return fail(node, `the alias *${node.source} refers to a value that contains it`);
      if (++aliases > mostAliases || (added += size) > mostValuesByAliases)
        return fail(node, "its aliases expand to too many values");
      return size;
    }
    const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
    if (anchor !== undefined) anchors.set(anchor, 0);
    if (isMap(node)) checkKeys(node.items, fail);
    let size = 1;
    if (isMap(node) || isSeq(node)) for (const item of node.items as unknown[]) size += measure(item);
    if (anchor !== undefined) anchors.set(anchor, size);
    return size;
  }
  measure(document.contents);
}

/** YAML's own check compares each key with each other one, which takes minutes in a long mapping. */
function checkKeys(pairs: readonly Pair[], fail: (node: Node, reason: string) => never): void {
  const known = new Set<unknown>();
  for (const { key } of pairs) {
    if (!isScalar(key)) return fail(key as Node, "a key must be text");
    const name = String(key.value);
    if (known.has(name)) fail(key, `the key ${name} is duplicated`);
    known.add(name);
  }
}

/** Refuses a key that a JavaScript object cannot have as a key of its own, nesting that no document needs, and what JSON lacks. */
function checkKeysAndDepth(value: JsonObject, fail: Fail): void {
  const visitValue = (node: unknown, path: Path): void => {
    if (typeof node === "number" && !Number.isFinite(node)) fail(path, "must be a number that JSON can hold");
    if (typeof node !== "object" || node === null) return;
    if (!Array.isArray(node) && Object.getPrototypeOf(node) !== Object.prototype) {
      fail(path, "must be a value that JSON can hold: write it as text, without a tag"); // dates, bytes, sets
    }
    if (path.length > mostLevels) fail(path.slice(0, 5), "is nested too deeply");
    for (const [key, inner] of Object.entries(node)) {
      const at = [...path, Array.isArray(node) ? Number(key) : key];
      if (key === "__proto__") fail(at, "`__proto__` cannot be a key");
      visitValue(inner, at);
    }
  };
  visitValue(value, []);
}

/** The line of the deepest node on the way to `path` that the file has. */
function lineOf(path: Path, file: string, text: string): number {
  const lines = new LineCounter();
  const document = parseYaml(file, text, lines);
  let node: unknown = document.contents;
  let offset = 0;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    let next: unknown;
    if (isMap(node)) {
      const pair = (node.items as Pair[]).find(
        ({ key }) => isScalar(key) && String(key.value) === String(step),
      );
      offset = (pair?.key as Node | undefined)?.range?.[0] ?? offset;
      next = pair?.value;
    } else if (isSeq(node)) {
      next = node.items[Number(step)];
      offset = (next as Node | undefined)?.range?.[0] ?? offset;
    }
    if (next === undefined) break;
    node = next;
  }
  return lines.linePos(offset).line;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
