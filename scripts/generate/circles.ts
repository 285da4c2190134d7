import { resolveReference } from "./reference.js";
import { isObject } from "./source.js";
import type { Fail, JsonObject } from "./source.js";

/**
 * A document whose schemas do not contain themselves; trees, which do so through properties or items, stay.
 *
 * A base whose `oneOf` lists what takes the base up in its own `allOf` is common. There the base stands for what it
 * says itself, since its alternatives lead back to where one already is. Other circles mean nothing: they are errors.
 */
export function openCircles(document: JsonObject, fail: Fail): JsonObject {
  const components = isObject(document.components) ? document.components : {};
  if (!isObject(components.schemas)) return document;
  const schemas = Object.entries(components.schemas).map(([name, schema]) => {
    const self = `#/components/schemas/${name}`;
    if (!isObject(schema) || !Array.isArray(schema.allOf) || !containedBy(schema, document).has(self)) {
      return [name, schema];
    }
    return [name, { ...schema, allOf: schema.allOf.map((part) => ownWords(part, self, document)) }];
  });
  const opened = {
    ...document,
    components: { ...components, schemas: Object.fromEntries(schemas) as JsonObject },
  };
  for (const [name, schema] of Object.entries(opened.components.schemas)) {
    if (!containedBy(schema, opened).has(`#/components/schemas/${name}`)) continue;
    fail(
      ["components", "schemas", name],
      `schema ${name} contains itself, with no property or item in between`,
    );
  }
  return opened;
}

/** Resolves a part of `self`'s `allOf`, unless it leads back to `self`. */
function ownWords(part: unknown, self: string, document: JsonObject): unknown {
  const leadsBack = (schema: unknown): boolean => containedBy(schema, document).has(self);
  if (!isObject(part) || typeof part.$ref !== "string" || !leadsBack(part)) return part;
  const target = resolveReference(part.$ref, document) as JsonObject;
  const { anyOf: _any, oneOf: _one, discriminator: _tag, allOf, ...own } = target;
  const inherited = Array.isArray(allOf) ? allOf.filter((one) => !leadsBack(one)) : [];
  return inherited.length > 0 ? { ...own, allOf: inherited } : own;
}

/** The `$ref`s that a schema consists of, at any depth, as far as they are about the same value. */
function containedBy(schema: unknown, document: JsonObject, found = new Set<string>()): Set<string> {
  if (!isObject(schema)) return found;
  if (typeof schema.$ref === "string" && !found.has(schema.$ref)) {
    found.add(schema.$ref);
    containedBy(resolveReference(schema.$ref, document), document, found);
  }
  for (const word of ["allOf", "anyOf", "oneOf"]) {
    if (Array.isArray(schema[word])) schema[word].forEach((part) => containedBy(part, document, found));
  }
  return found;
}
