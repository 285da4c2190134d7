import { isDeepStrictEqual } from "node:util";
import { listOperations } from "./operation.js";
import { printable } from "./printable.js";
import { isObject } from "./source.js";
import type { JsonObject, Source } from "./source.js";
import { meaningOf } from "./walk.js";

/**
 * Merges documents into one; two different definitions of the same thing are an error.
 *
 * Where only descriptions differ, those of the first document by file name are kept, and `notes` gets a line.
 */
export function mergeDocuments(documents: readonly Source[], notes: string[] = []): JsonObject {
  const merged: JsonObject = {};
  const owners = new Map<string, Source>();

  function add(target: JsonObject, name: string, value: unknown, path: string[], source: Source): void {
    const label = path.join(" ");
    const owner = owners.get(label);
    owners.set(label, owner ?? source);
    if (!owner) target[name] = value;
    else if (!isDeepStrictEqual(meaningOf(target[name]), meaningOf(value)))
      source.fail(path, `${label} is defined differently in ${owner.file} and ${source.file}`);
    else if (!isDeepStrictEqual(target[name], value))
      notes.push(
        printable(
          `${label} is described differently in ${owner.file}, whose description is kept, and ${source.file}`,
        ),
      );
  }

  function addEach(section: string, name: string, value: unknown, source: Source): void {
    if (!isObject(value)) return;
    const sections = (merged[section] ??= {}) as JsonObject;
    const target = (sections[name] ??= {}) as JsonObject;
    for (const [key, item] of Object.entries(value)) add(target, key, item, [section, name, key], source);
  }

  for (const source of documents) {
    const { openapi, info, tags, paths, components, ...rest } = source.value;
    if (merged.openapi === undefined || minorOf(openapi) !== minorOf(merged.openapi)) {
      add(merged, "openapi", openapi, ["openapi"], source);
    }
    for (const [name, value] of Object.entries(rest)) {
      if (name.startsWith("x-")) merged[name] ??= value;
      else add(merged, name, value, [name], source);
    }
    merged.info ??= info; // each page describes itself; the first one, by file name, speaks for all
    if (Array.isArray(tags)) {
      const known = (merged.tags ?? []) as JsonObject[];
      const added = (tags as JsonObject[]).filter((tag) => !known.some(({ name }) => name === tag.name));
      merged.tags = [...known, ...added];
    }
    for (const [section, values] of Object.entries({ paths, components })) {
      if (!isObject(values)) continue;
      merged[section] ??= {};
      for (const [name, value] of Object.entries(values)) addEach(section, name, value, source);
    }
  }
  checkOperationIds(documents);
  return structuredClone(merged);
}

/** `3.0` of `3.0.3`: the patch version does not change what a document means. */
function minorOf(version: unknown): string {
  return String(version).split(".", 2).join(".");
}

function checkOperationIds(documents: readonly Source[]): void {
  const known = new Map<string, { source: Source; name: string }>();
  for (const source of documents) {
    for (const { name, path, method, operation } of listOperations(source.value)) {
      const id = operation.operationId;
      if (typeof id !== "string") continue;
      const first = known.get(id);
      if (first && first.name !== name) {
        source.fail(
          ["paths", path, method, "operationId"],
          `operationId ${id} is defined differently in ${first.source.file} (${first.name}) and ${source.file} (${name})`,
        );
      }
      known.set(id, { source, name });
    }
  }
}
