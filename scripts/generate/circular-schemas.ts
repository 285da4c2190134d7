import { resolveReference } from "./reference.js";
import { isObject } from "./source.js";
import type { Fail, JsonObject } from "./source.js";

/**
 * Removes the circular references of a document's schemas; a tree, which contains itself through properties or items, stays.
 *
 * A base whose `oneOf` lists schemas that extend the base by `allOf` is common. In their `allOf`, the base is replaced by its
 * own keywords, without its alternatives, which lead back to the schema itself. Any other circular schema is an error.
 */
export function breakCircularReferences(document: JsonObject, fail: Fail): JsonObject {
  const components = isObject(document.components) ? document.components : {};
  if (!isObject(components.schemas)) return document;
  const schemas = Object.entries(components.schemas).map(([name, schema]) => {
    const self = `#/components/schemas/${name}`;
    if (!isObject(schema) || !Array.isArray(schema.allOf) || !referencesOf(schema, document).has(self)) {
      return [name, schema];
    }
    return [
      name,
      { ...schema, allOf: schema.allOf.map((part) => withoutAlternatives(part, self, document)) },
    ];
  });
  const acyclic = {
    ...document,
    components: { ...components, schemas: Object.fromEntries(schemas) as JsonObject },
  };
  for (const [name, schema] of Object.entries(acyclic.components.schemas)) {
    if (!referencesOf(schema, acyclic).has(`#/components/schemas/${name}`)) continue;
    fail(
      ["components", "schemas", name],
      `schema ${name} contains itself, with no property or item in between`,
    );
  }
  return acyclic;
}

/** A part of `self`'s `allOf` that leads back to `self`, without its alternatives; any other part as it is. */
function withoutAlternatives(part: unknown, self: string, document: JsonObject): unknown {
  const leadsBack = (schema: unknown): boolean => referencesOf(schema, document).has(self);
  if (!isObject(part) || typeof part.$ref !== "string" || !leadsBack(part)) return part;
  const target = resolveReference(part.$ref, document) as JsonObject;
  const { anyOf: _any, oneOf: _one, discriminator: _tag, allOf, ...own } = target;
  const inherited = Array.isArray(allOf) ? allOf.filter((one) => !leadsBack(one)) : [];
  return inherited.length > 0 ? { ...own, allOf: inherited } : own;
}

/** Every `$ref` that applies to the same value as the schema, at any depth. */
function referencesOf(schema: unknown, document: JsonObject, found = new Set<string>()): Set<string> {
  if (!isObject(schema)) return found;
  if (typeof schema.$ref === "string" && !found.has(schema.$ref)) {
    found.add(schema.$ref);
    referencesOf(resolveReference(schema.$ref, document), document, found);
  }
  for (const word of ["allOf", "anyOf", "oneOf"]) {
    if (Array.isArray(schema[word])) schema[word].forEach((part) => referencesOf(part, document, found));
  }
  return found;
}
