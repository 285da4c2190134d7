import { fullFormats } from "ajv-formats/dist/formats.js";
import { patternKeyword } from "./create-ajv.js";
import type { SchemaFeatures } from "./create-ajv.js";
import {
  keywords,
  pick,
  withBinary,
  withBounds,
  withNull,
  withoutDuplicates,
  withoutImplied,
  withTag,
} from "./json-schema-keywords.js";
import { followReference } from "./reference.js";
import { isObject } from "./source.js";
import type { JsonObject } from "./source.js";
import { mapInnerSchemas } from "./walk.js";

/** Keywords that JSON Schema has had only since 2019; ajv has them in a mode of its own. */
const newKeywords =
  "prefixItems dependentRequired dependentSchemas minContains maxContains unevaluatedItems unevaluatedProperties";

/** Converts the schemas of a document to JSON Schema. */
export interface SchemaConverter {
  /** Converts a schema; what it refers to is in `definitions`. */
  convert: (schema: unknown) => unknown;
  /** Every schema that was referred to so far, by its pointer; with an id of its own, so that each is compiled once. */
  definitions: Map<string, JsonObject & { $id: string }>;
  /** The features of ajv that the schemas converted so far need. */
  features: SchemaFeatures;
  /** Patterns that are not ECMAScript regular expressions: they cannot be checked. */
  uncheckedPatterns: Set<string>;
}

/** Creates a converter; `adapt` changes each converted schema, and `annotations` names further keywords to keep. */
export function createSchemaConverter(
  document: JsonObject,
  adapt: (schema: JsonObject) => JsonObject,
  annotations: ReadonlySet<string> = new Set(),
): SchemaConverter {
  const definitions: SchemaConverter["definitions"] = new Map();
  const added = new Set(newKeywords.split(" "));
  const known = new Set([...keywords, ...annotations]);
  const features: SchemaFeatures = { newKeyword: false, legacyPattern: false, inheritedName: false };
  const uncheckedPatterns = new Set<string>();

  function refer(reference: string): string {
    const earlier = definitions.get(reference);
    if (earlier) return earlier.$id;
    const definition = { $id: `schema${definitions.size}` };
    definitions.set(reference, definition); // known before its own references are followed, which may lead back here
    Object.assign(definition, convert(followReference({ $ref: reference }, document)));
    return definition.$id;
  }

  function isPattern(pattern: string): boolean {
    if (isRegularExpression(pattern, "u")) return true;
    if (isRegularExpression(pattern, "")) return (features.legacyPattern = true);
    uncheckedPatterns.add(pattern);
    return false;
  }

  function convert(schema: unknown): unknown {
    if (!isObject(schema)) return schema === false ? false : {};
    features.newKeyword ||= Object.keys(schema).some((key) => added.has(key));
    features.inheritedName ||=
      isObject(schema.properties) && Object.keys(schema.properties).some((key) => key in {});
    const kept = pick(schema, known);
    if (typeof kept.$ref === "string") kept.$ref = refer(kept.$ref);
    for (const list of ["enum", "required"])
      if (Array.isArray(kept[list])) kept[list] = withoutDuplicates(kept[list]);
    if (kept.pattern !== undefined && !isPattern(String(kept.pattern))) delete kept.pattern;
    if (kept.pattern !== undefined && typeof schema["x-pattern-message"] === "string") {
      kept[patternKeyword] = { pattern: kept.pattern, message: schema["x-pattern-message"] };
      delete kept.pattern;
    }
    if (isObject(kept.propertyNames)) {
      const { type: _type, ...names } = kept.propertyNames; // a name is always text: it is not coerced
      kept.propertyNames = names;
    }
    if (isObject(kept.patternProperties)) {
      const patterns = Object.entries(kept.patternProperties).filter(([pattern]) => isPattern(pattern));
      kept.patternProperties = Object.fromEntries(patterns);
    }
    if (
      typeof kept.format === "string" &&
      !Object.hasOwn(fullFormats, kept.format) &&
      kept.format !== "binary"
    )
      delete kept.format;
    const inner = mapInnerSchemas(withoutImplied(kept), convert);
    return adapt(withNull(withBinary(withBounds(withTag(inner, schema, document, refer)))));
  }

  return { convert, definitions, features, uncheckedPatterns };
}

function isRegularExpression(pattern: string, flags: string): boolean {
  try {
    return Boolean(new RegExp(pattern, flags));
  } catch {
    return false;
  }
}
