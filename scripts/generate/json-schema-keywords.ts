import { isDeepStrictEqual } from "node:util";
import { binaryKeyword } from "./create-ajv.js";
import { followReference } from "./reference.js";
import { isObject } from "./source.js";
import type { JsonObject } from "./source.js";

// Single steps from a schema of OpenAPI to JSON Schema.

/** The keywords that restrict data; all others are annotations, or for other programs. */
export const keywords = new Set(
  (
    "$ref $defs definitions type enum const multipleOf minimum maximum exclusiveMinimum exclusiveMaximum minLength " +
    "maxLength pattern format items additionalItems minItems maxItems uniqueItems contains minProperties " +
    "maxProperties required properties patternProperties additionalProperties propertyNames dependentRequired " +
    "dependentSchemas prefixItems minContains maxContains unevaluatedItems unevaluatedProperties allOf anyOf oneOf " +
    "not if then else nullable discriminator"
  ).split(" "),
);

/** A schema with some of its keywords. */
export function pick(schema: JsonObject, keys: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => keys.has(key)));
}

/** A list without its duplicates, which ajv refuses. */
export function withoutDuplicates(values: unknown[]): unknown[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

/** `anyOf` without the branches whose values another branch allows too, such as known numbers beside any number. */
export function withoutImplied({ anyOf, ...schema }: JsonObject): JsonObject {
  if (!Array.isArray(anyOf)) return schema;
  const branches = anyOf.map((branch) => (isScalar(branch) ? pick(branch, keywords) : (branch as unknown)));
  const kept = branches.filter(
    (branch, index) =>
      !branches.some(
        (other, at) => at !== index && implies(branch, other) && (at < index || !implies(other, branch)),
      ),
  );
  const [only] = kept;
  return kept.length === 1 && implies(schema, only) ? schema : { ...schema, anyOf: kept };
}

/** Whether each keyword of a schema only restricts a scalar; bytes are not text. */
function isScalar(schema: unknown): schema is JsonObject {
  if (!isObject(schema) || schema.format === "binary") return false;
  return ["string", "number", "integer", "boolean"].includes(String(schema.type));
}

/** Whether one schema has every keyword of another, and allows null only if the other does. */
function implies(one: unknown, other: unknown): boolean {
  if (!isScalar(one) || !isScalar(other) || (one.nullable === true && other.nullable !== true)) return false;
  return Object.entries(other).every(
    ([key, value]) => key === "nullable" || isDeepStrictEqual(one[key], value),
  );
}

export function withBinary(schema: JsonObject): JsonObject {
  if (schema.type !== "string" || schema.format !== "binary") return schema;
  return { [binaryKeyword]: true, ...(schema.nullable === true && { nullable: true }) };
}

/** In 3.0, `exclusiveMinimum` is a boolean beside the bound; in JSON Schema it is the bound. */
export function withBounds(schema: JsonObject): JsonObject {
  const result = { ...schema };
  for (const [bound, exclusive] of [
    ["minimum", "exclusiveMinimum"],
    ["maximum", "exclusiveMaximum"],
  ] as const) {
    if (typeof schema[exclusive] !== "boolean") continue;
    delete result[exclusive];
    if (schema[exclusive] === false || schema[bound] === undefined) continue;
    delete result[bound];
    result[exclusive] = schema[bound];
  }
  return result;
}

export function withNull({ nullable, ...schema }: JsonObject): JsonObject {
  if (nullable !== true) return schema;
  const allowed =
    Array.isArray(schema.enum) && !schema.enum.includes(null) ? { enum: [...schema.enum, null] } : {};
  if (schema.type !== undefined) {
    return { ...schema, ...allowed, type: [...new Set(([] as unknown[]).concat(schema.type, "null"))] };
  }
  return Object.keys(schema).length === 0 ? {} : { anyOf: [schema, { type: "null" }] };
}

/**
 * `oneOf` with a discriminator: the branch is the one whose name the tag holds, even if the branches themselves allow
 * any tag. Elsewhere a discriminator says nothing that the schemas do not say.
 */
export function withTag(
  { discriminator, ...schema }: JsonObject,
  original: JsonObject,
  document: JsonObject,
  refer: (reference: string) => string,
): JsonObject {
  const branches = original.oneOf;
  if (!isObject(discriminator) || !Array.isArray(branches)) return schema;
  const tag = String(discriminator.propertyName);
  const mapping = Object.entries(isObject(discriminator.mapping) ? discriminator.mapping : {});
  const references = branches.map((branch) => (isObject(branch) ? branch.$ref : undefined));
  const isTagged = references.every(
    (reference) => typeof reference === "string" && isObjectSchema({ $ref: reference }, document),
  );
  if (!isTagged) return schema;
  const oneOf = (references as string[]).map((reference) => {
    const name = reference.split("/").at(-1)!;
    const tags = mapping.filter(([, target]) => target === reference || target === name).map(([key]) => key);
    const values = tags.length > 0 ? tags : [name];
    return { allOf: [{ $ref: refer(reference) }], properties: { [tag]: { enum: values } }, required: [tag] };
  });
  return { ...schema, type: "object", discriminator: { propertyName: tag }, oneOf };
}

function isObjectSchema(schema: unknown, document: JsonObject): boolean {
  const { type, properties, allOf } = followReference(schema, document);
  return type === "object" || isObject(properties) || Array.isArray(allOf);
}
