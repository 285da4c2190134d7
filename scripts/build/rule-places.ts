import { resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import type { Pair } from "yaml";
import type { DocumentRules, FieldRules } from "../../src/mock-server/control/rules.js";
import { mergeSpecification, readSpecification } from "../generate/document.js";
import { listOperations, requestMedia } from "../generate/operation.js";
import { applyOverlay } from "../generate/overlay.js";
import { isObject } from "../generate/source.js";
import type { JsonObject, Path, Source } from "../generate/source.js";

type Locate = (path: Path) => string;

/** Finds where in `spec/` each rule about a request stands: the file and the line, for the mock server's page. */
export async function findRulePlaces(
  folder = resolve(import.meta.dirname, "../../spec"),
): Promise<DocumentRules> {
  const specification = await readSpecification(folder);
  const merged = await mergeSpecification(specification);
  const { documents, overlay } = specification;
  const overlaid = overlay && (await applyOverlay(merged, overlay));
  const document = overlaid?.document ?? merged;
  const locate = createLocate(documents, overlay, [merged, ...(overlaid?.steps ?? [])]);
  const entries = listOperations(document).map((operation): [string, DocumentRules[string]] => {
    const media = requestMedia(operation, document);
    const body: Path = ["paths", operation.path, operation.method, "requestBody"];
    const rules: Record<string, FieldRules> = { "": readRules(document, body, locate) };
    if (media) collect(document, [...body, "content", media.type, "schema"], locate, rules);
    return [operation.name, rules];
  });
  return Object.fromEntries(entries);
}

/** Adds the rules of a schema, of its properties and of the schemas that it combines. */
function collect(document: JsonObject, at: Path, locate: Locate, rules: Record<string, FieldRules>): void {
  const path = follow(document, at);
  const schema = valueAt(document, path);
  if (!isObject(schema)) return;
  rules[""] = { ...rules[""]!, words: { ...rules[""]!.words, ...readRules(document, path, locate).words } };
  for (const name of Object.keys(isObject(schema.properties) ? schema.properties : {})) {
    rules[name] = readRules(document, follow(document, [...path, "properties", name]), locate);
  }
  for (const word of ["allOf", "anyOf", "oneOf"]) {
    const parts = Array.isArray(schema[word]) ? schema[word] : [];
    for (const index of parts.keys()) collect(document, [...path, word, index], locate, rules);
  }
}

/** The keywords of one schema that are rules, each with its place. */
function readRules(document: JsonObject, path: Path, locate: Locate): FieldRules {
  const schema = valueAt(document, path);
  const words = Object.entries(isObject(schema) ? schema : {}).filter(
    ([word, value]) => word === "required" || word === "enum" || typeof value !== "object",
  );
  return {
    place: locate(path),
    words: Object.fromEntries(
      words
        .filter(([word]) => !word.startsWith("x-"))
        .map(([word, value]) => [word, { place: locate([...path, word]), value }]),
    ),
  };
}

/** The path of a reference's target. */
function follow(document: JsonObject, path: Path): Path {
  const value = valueAt(document, path);
  if (!isObject(value) || typeof value.$ref !== "string" || !value.$ref.startsWith("#/")) return path;
  const steps = value.$ref.slice(2).split("/");
  return steps.map((step) => decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** A value that a vendored document has as it is comes from there; else from the last action that changed it. */
function createLocate(documents: Source[], overlay: Source | undefined, steps: JsonObject[]): Locate {
  const lines = new Map<Source, (path: Path) => number>();
  function lineIn(source: Source, path: Path): string {
    const find = lines.get(source) ?? createLines(source.text);
    lines.set(source, find);
    return `spec/${source.file}:${find(path)}`;
  }
  return (path) => {
    const value = valueAt(steps.at(-1)!, path);
    // Actions only change parts of a schema, whose place is where the document defines it.
    const owner = documents.find((source) => {
      const vendored = valueAt(source.value, path);
      return isObject(value) ? vendored !== undefined : isDeepStrictEqual(vendored, value);
    });
    if (owner || !overlay) return lineIn(owner ?? documents[0]!, path);
    const action = steps.findLastIndex(
      (step, index) => index > 0 && !isDeepStrictEqual(valueAt(step, path), valueAt(steps[index - 1]!, path)),
    );
    const update = ["actions", action - 1, "update"];
    for (let length = path.length; length > 0; length--) {
      const inner = [...update, ...path.slice(-length)];
      if (valueAt(overlay.value, inner) !== undefined) return lineIn(overlay, inner);
    }
    return lineIn(overlay, update);
  };
}

/** The line of the deepest part of a path that a text has. */
function createLines(text: string): (path: Path) => number {
  const counter = new LineCounter();
  const { contents } = parseDocument(text, { lineCounter: counter });
  return (path) => {
    let node: unknown = contents;
    let offset = 0;
    for (const step of path) {
      if (isMap(node)) {
        const pair = (node.items as Pair[]).find(
          ({ key }) => isScalar(key) && String(key.value) === String(step),
        );
        if (!pair) break;
        offset = (isNode(pair.key) && pair.key.range?.[0]) || offset;
        node = pair.value;
      } else if (isSeq(node)) {
        node = node.items[Number(step)];
        offset = (isNode(node) && node.range?.[0]) || offset;
      } else break;
    }
    return counter.linePos(offset).line;
  };
}

function valueAt(document: JsonObject, path: Path): unknown {
  return path.reduce<unknown>(
    (node, step) => (isObject(node) || Array.isArray(node) ? node[step as never] : undefined),
    document,
  );
}
