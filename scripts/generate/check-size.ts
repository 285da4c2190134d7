import { resolveReference } from "./reference.js";
import { isObject } from "./source.js";
import type { Fail, JsonObject } from "./source.js";
import { visitSchemas } from "./walk.js";

/** No schema of an API is put together of more than some hundreds. */
const mostParts = 10_000;

/** The words by which a schema is put together of others. */
const words = "allOf anyOf oneOf not if then else".split(" ");

/**
 * Fails at the first schema that stands for too many others, once its parts take the place of their references.
 *
 * References, like the aliases of YAML, can make much of a little: a schema of two references to one of two references, and
 * so on, stands for a million after twenty steps.
 */
export function checkParts(document: JsonObject, fail: Fail): void {
  let count = 0;
  /** Counts a schema and its parts, until there are too many; one that leads back to itself counts once. */
  function countParts(schema: unknown, above: ReadonlySet<unknown>): void {
    if (!isObject(schema) || ++count > mostParts || above.has(schema)) return;
    const target = typeof schema.$ref === "string" ? resolveReference(schema.$ref, document) : undefined;
    const inside = new Set(above).add(schema);
    for (const part of [target, ...words.flatMap((word) => schema[word] ?? [])]) countParts(part, inside);
  }
  visitSchemas(document, (schema, path) => {
    count = 0;
    countParts(schema, new Set());
    if (count > mostParts) fail(path, "stands for too much: its references multiply");
  });
}
