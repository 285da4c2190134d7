import { fullFormats } from "ajv-formats/dist/formats.js";
import { isDeepStrictEqual } from "node:util";
import { followReference } from "./reference.js";
import { isObject } from "./source.js";
import type { JsonObject } from "./source.js";
import { mapInnerSchemas } from "./walk.js";

/** The keyword of ours for bytes: JSON Schema has no word for them. */
export const binaryKeyword = "binaryPart";

/** The keyword of ours for types that an answer is read as, parted by spaces. */
export const readKeyword = "readAs";

/** The keyword of ours for a pattern with a message of its own. */
export const patternKeyword = "explainedPattern";

export interface ExplainedPattern {
  pattern: string;
  message: string;
}

/** The words of OpenAPI's schemas that say what data may be; all others are prose, or for others. */
const keywords = new Set(
  (
    "$ref $defs definitions type enum const multipleOf minimum maximum exclusiveMinimum exclusiveMaximum minLength " +
    "maxLength pattern format items additionalItems minItems maxItems uniqueItems contains minProperties " +
    "maxProperties required properties patternProperties additionalProperties propertyNames dependentRequired " +
    "dependentSchemas prefixItems minContains maxContains unevaluatedItems unevaluatedProperties allOf anyOf oneOf " +
    "not if then else nullable discriminator"
  ).split(" "),
);

/** Words that JSON Schema has had only since 2019; ajv has them in a mode of its own. */
const lateKeywords =
  "prefixItems dependentRequired dependentSchemas minContains maxContains unevaluatedItems unevaluatedProperties";

/** The schemas of a document in the words of JSON Schema. */
export interface CheckSchemas {
  /** Turns a schema of the document into one that refers to `definitions`. */
  toCheck: (schema: unknown) => unknown;
  /** Every schema that was referred to so far, by its pointer; with an id of its own, so that each is compiled once. */
  definitions: Map<string, JsonObject & { $id: string }>;
  /** The peculiarities met so far that ajv must be told of. */
  met: {
    /** A word that only the newest JSON Schema has. */
    late: boolean;
    /** A pattern that is no regular expression in Unicode mode, and is one without. */
    sloppyPattern: boolean;
    /** A field that every object seems to have, such as `constructor`. */
    inheritedName: boolean;
    /** Patterns that are no ECMAScript regular expressions: they cannot be checked. */
    foreignPatterns: Set<string>;
  };
}

/** Prepares a document's schemas for ajv; `adapt` has the last word, and `prose` names words that are kept besides. */
export function createCheckSchemas(
  document: JsonObject,
  adapt: (schema: JsonObject) => JsonObject,
  prose: ReadonlySet<string> = new Set(),
): CheckSchemas {
  const definitions: CheckSchemas["definitions"] = new Map();
  const late = new Set(lateKeywords.split(" "));
  const words = new Set([...keywords, ...prose]);
  const met = { late: false, sloppyPattern: false, inheritedName: false, foreignPatterns: new Set<string>() };

  function refer(reference: string): string {
    const known = definitions.get(reference);
    if (known) return known.$id;
    const definition = { $id: `schema${definitions.size}` };
    definitions.set(reference, definition); // known before its own references are followed, which may lead back here
    Object.assign(definition, toCheck(followReference({ $ref: reference }, document)));
    return definition.$id;
  }

  function isPattern(pattern: string): boolean {
    if (isRegularExpression(pattern, "u")) return true;
    if (isRegularExpression(pattern, "")) return (met.sloppyPattern = true);
    met.foreignPatterns.add(pattern);
    return false;
  }

  function toCheck(schema: unknown): unknown {
    if (!isObject(schema)) return schema === false ? false : {};
    met.late ||= Object.keys(schema).some((key) => late.has(key));
    met.inheritedName ||=
      isObject(schema.properties) && Object.keys(schema.properties).some((key) => key in {});
    const kept = pick(schema, words);
    if (typeof kept.$ref === "string") kept.$ref = refer(kept.$ref);
    for (const list of ["enum", "required"])
      if (Array.isArray(kept[list])) kept[list] = withoutDoubles(kept[list]);
    if (kept.pattern !== undefined && !isPattern(String(kept.pattern))) delete kept.pattern;
    if (kept.pattern !== undefined && typeof schema["x-pattern-message"] === "string") {
      kept[patternKeyword] = { pattern: kept.pattern, message: schema["x-pattern-message"] };
      delete kept.pattern;
    }
    if (isObject(kept.propertyNames)) {
      const { type: _type, ...names } = kept.propertyNames; // a name is text, and is not to be read as anything else
      kept.propertyNames = names;
    }
    if (isObject(kept.patternProperties)) {
      const known = Object.entries(kept.patternProperties).filter(([pattern]) => isPattern(pattern));
      kept.patternProperties = Object.fromEntries(known);
    }
    if (
      typeof kept.format === "string" &&
      !Object.hasOwn(fullFormats, kept.format) &&
      kept.format !== "binary"
    )
      delete kept.format;
    const inner = mapInnerSchemas(withoutSubsumed(kept), toCheck);
    return adapt(withNull(withBinary(withBounds(withTag(inner, schema, document, refer)))));
  }

  return { toCheck, definitions, met };
}

/** A value that is listed twice, which ajv refuses, is allowed all the same. */
function withoutDoubles(values: unknown[]): unknown[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

function isRegularExpression(pattern: string, flags: string): boolean {
  try {
    return Boolean(new RegExp(pattern, flags));
  } catch {
    return false;
  }
}

/** `anyOf` without the branches that another one allows as well, such as names that are known beside any number. */
function withoutSubsumed({ anyOf, ...schema }: JsonObject): JsonObject {
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

/** Whether each rule of a schema only forbids something, whatever stands beside it; bytes are no text. */
function isScalar(schema: unknown): schema is JsonObject {
  if (!isObject(schema) || schema.format === "binary") return false;
  return ["string", "number", "integer", "boolean"].includes(String(schema.type));
}

/** Whether one schema has every rule of another, and allows null only if the other does. */
function implies(one: unknown, other: unknown): boolean {
  if (!isScalar(one) || !isScalar(other) || (one.nullable === true && other.nullable !== true)) return false;
  return Object.entries(other).every(
    ([key, value]) => key === "nullable" || isDeepStrictEqual(one[key], value),
  );
}

function pick(schema: JsonObject, keys: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => keys.has(key)));
}

function withBinary(schema: JsonObject): JsonObject {
  if (schema.type !== "string" || schema.format !== "binary") return schema;
  return { [binaryKeyword]: true, ...(schema.nullable === true && { nullable: true }) };
}

/** In 3.0, `exclusiveMinimum` is a word beside the bound; in JSON Schema it is the bound. */
function withBounds(schema: JsonObject): JsonObject {
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

function withNull({ nullable, ...schema }: JsonObject): JsonObject {
  if (nullable !== true) return schema;
  const allowed =
    Array.isArray(schema.enum) && !schema.enum.includes(null) ? { enum: [...schema.enum, null] } : {};
  if (schema.type !== undefined) {
    return { ...schema, ...allowed, type: [...new Set(([] as unknown[]).concat(schema.type, "null"))] };
  }
  return Object.keys(schema).length === 0 ? {} : { anyOf: [schema, { type: "null" }] };
}

/** A schema that reads text, numbers and lists as what was meant; only then can all else be told of them. */
export function withReading({ type, ...schema }: JsonObject): JsonObject {
  const types = [type ?? []].flat() as string[];
  if (types.length === 0 || types.every((name) => name === "object" || name === "null")) {
    return type === undefined ? schema : { type, ...schema };
  }
  const rest = Object.keys(schema).length > 0 && { allOf: [schema] };
  return { [readKeyword]: types.join(" "), ...rest };
}

/**
 * `oneOf` with a discriminator: the branch is the one whose name the tag holds, even if the branches themselves allow
 * any tag. Elsewhere a discriminator says nothing that the schemas do not say.
 */
function withTag(
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
