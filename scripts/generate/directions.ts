import { propertiesOf } from "./form-parts.js";
import { followReference } from "./reference.js";
import { isObject } from "./source.js";
import type { JsonObject } from "./source.js";
import { mapSchemas } from "./walk.js";

/** Marks a property that only a response has, or only a request. */
export type Mark = "readOnly" | "writeOnly";

/** A document whose schemas do not require properties with a mark: a request cannot contain a read-only property. */
export function withoutRequired(document: JsonObject, mark: Mark): JsonObject {
  if (!JSON.stringify(document).includes(`"${mark}":true`)) return document;
  return mapSchemas(document, (schema) => {
    if (!Array.isArray(schema.required) && !Array.isArray(schema.allOf)) return schema;
    const properties = Object.entries(propertiesOf(schema, document));
    const marked = properties.filter(([, property]) => isMarked(property, mark, document));
    return marked.length === 0 ? schema : withoutNames(schema, new Set(marked.map(([name]) => name)));
  });
}

/** Whether a property, or a schema that it refers to or combines, has a mark. */
export function isMarked(property: unknown, mark: Mark, document: JsonObject): boolean {
  const target = followReference(property, document);
  const parts = [target.allOf, target.anyOf].flatMap((list) =>
    Array.isArray(list) ? (list as unknown[]) : [],
  );
  return [property, target, ...parts.map((part) => followReference(part, document))].some(
    (schema) => isObject(schema) && schema[mark] === true,
  );
}

/** Removes names from `required`, also within `allOf`, whose parts may require each other's properties. */
function withoutNames(schema: JsonObject, names: ReadonlySet<unknown>): JsonObject {
  const { required, allOf, ...rest } = schema;
  const kept = Array.isArray(required) ? (required as unknown[]).filter((name) => !names.has(name)) : [];
  return {
    ...rest,
    ...(kept.length > 0 && { required: kept }),
    ...(Array.isArray(allOf) && {
      allOf: allOf.map((part: unknown) => (isObject(part) ? withoutNames(part, names) : part)),
    }),
  };
}
