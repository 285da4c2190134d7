import { resolveReference } from "./reference.js";
import { isObject } from "./source.js";
import type { Fail, JsonObject } from "./source.js";
import { visitSchemas } from "./walk.js";

/** No schema of an API is composed of more than some hundreds. */
const mostParts = 10_000;

/** The keywords by which a schema is composed of others. */
const composing = "allOf anyOf oneOf not if then else".split(" ");

/**
 * Fails at the first schema that expands to too many others when its references are followed.
 *
 * References can multiply, like the aliases of YAML: a schema of two references to a schema of two references, and so on,
 * expands to a million schemas after twenty steps.
 */
export function checkParts(document: JsonObject, fail: Fail): void {
  let count = 0;
  /** Counts a schema and its parts, until there are too many; a circular one counts once. */
  function countParts(schema: unknown, above: ReadonlySet<unknown>): void {
    if (!isObject(schema) || ++count > mostParts || above.has(schema)) return;
    const target = typeof schema.$ref === "string" ? resolveReference(schema.$ref, document) : undefined;
    const inside = new Set(above).add(schema);
    for (const part of [target, ...composing.flatMap((word) => schema[word] ?? [])]) countParts(part, inside);
  }
  visitSchemas(document, (schema, path) => {
    count = 0;
    countParts(schema, new Set());
    if (count > mostParts) fail(path, "expands to too many schemas: its references multiply");
  });
}
