import { essence, listOperations } from "./operation.js";
import { propertiesOf } from "./form-parts.js";
import { followReference } from "./reference.js";
import { isObject } from "./source.js";
import type { JsonObject } from "./source.js";

// A document can describe a form in many ways; the overlay and the command rely on one: an object with its fields.

/** Moves each form into its operation: without references, and without `allOf` where its parts can be combined. */
export function inlineForms(document: JsonObject): JsonObject {
  return mapForms(document, (schema) => flatten(schema, document));
}

/**
 * A document in which a form that allows no other fields names those of its alternatives too.
 *
 * Without that, `additionalProperties: false` beside `oneOf` forbids every field of the alternatives.
 */
export function closeForms(document: JsonObject): JsonObject {
  return mapForms(document, (schema) => {
    const hasAlternatives = ["allOf", "anyOf", "oneOf"].some((word) => Array.isArray(schema[word]));
    if (schema.additionalProperties !== false || !hasAlternatives) return schema;
    return { ...schema, properties: propertiesOf(schema, document) };
  });
}

function mapForms(document: JsonObject, change: (schema: JsonObject) => JsonObject): JsonObject {
  const copy = structuredClone(document);
  for (const { operation } of listOperations(copy)) {
    if (!isObject(operation.requestBody)) continue;
    const body = structuredClone(followReference(operation.requestBody, copy));
    let hasForm = false;
    for (const [type, media] of Object.entries(isObject(body.content) ? body.content : {})) {
      if (essence(type) !== "multipart/form-data" || !isObject(media) || !isObject(media.schema)) continue;
      media.schema = change(media.schema);
      hasForm = true;
    }
    if (hasForm) operation.requestBody = body;
  }
  return copy;
}

/** Follows the references of a form, and combines its `allOf` where the parts only list fields. */
function flatten(schema: JsonObject, document: JsonObject, above: readonly JsonObject[] = []): JsonObject {
  const target = followReference(schema, document);
  if (above.includes(target)) return schema; // a form that contains itself is refused elsewhere
  const inner = (part: unknown): unknown =>
    isObject(part) ? flatten(part, document, [...above, target]) : part;
  const result = structuredClone(target);
  for (const word of ["allOf", "anyOf", "oneOf"]) {
    if (Array.isArray(result[word]) && result.discriminator === undefined)
      result[word] = (target[word] as unknown[]).map(inner);
  }
  const { allOf, ...own } = result;
  if (!Array.isArray(allOf)) return result;
  const parts = [...(allOf as unknown[]), own];
  return parts.every(isPlain) && hasEachFieldOnce(parts) ? combine(parts) : result;
}

const plainKeywords = new Set("type properties required title description example".split(" "));

/** Whether a part of `allOf` only lists fields and which of them are required. */
function isPlain(part: unknown): part is JsonObject {
  return isObject(part) && Object.keys(part).every((key) => plainKeywords.has(key) || key.startsWith("x-"));
}

function hasEachFieldOnce(parts: readonly JsonObject[]): boolean {
  const names = parts.flatMap(({ properties }) => (isObject(properties) ? Object.keys(properties) : []));
  return new Set(names).size === names.length;
}

function combine(parts: readonly JsonObject[]): JsonObject {
  const required = new Set(
    parts.flatMap((part) => (Array.isArray(part.required) ? (part.required as unknown[]) : [])),
  );
  const properties = Object.assign({}, ...parts.map((part) => part.properties)) as JsonObject;
  return {
    ...(Object.assign({}, ...parts) as JsonObject),
    type: "object",
    properties,
    ...(required.size > 0 && { required: [...required] }),
  };
}
