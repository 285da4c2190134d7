import { isDeepStrictEqual } from "node:util";
import { followReference } from "../../generate/reference.js";
import { isObject } from "../../generate/source.js";
import type { JsonObject } from "../../generate/source.js";
import { mapInnerSchemas } from "../../generate/walk.js";

/** The requirements of a schema, with its `$ref` followed and its `allOf` merged. */
export interface Shape {
  /** The types that are allowed, `file` for bytes; undefined for any. */
  types: string[] | undefined;
  properties: JsonObject;
  required: string[];
  /** The rule for fields that are not named: `true`, `false` or a schema. */
  additional: unknown;
  items: unknown;
  /** The first items, where each has a schema of its own. */
  prefix: unknown[];
  /** One of each of these must hold. */
  choices: Choice[];
  /** All other requirements by keyword. */
  rules: JsonObject;
  /** Keywords for people, and for other programs. */
  notes: JsonObject;
}

/** Schemas of which at least one must hold or, of an exclusive choice, exactly one. */
export interface Choice {
  schemas: unknown[];
  isExclusive: boolean;
}

const annotations = new Set(
  "$comment title description example examples externalDocs xml deprecated default readOnly writeOnly".split(
    " ",
  ),
);

const isAnnotation = (key: string): boolean => annotations.has(key) || key.startsWith("x-");

/** A keyword's value without the annotations of the schemas in it. */
export function withoutNotes(word: string, value: unknown): unknown {
  const strip = (schema: unknown): unknown =>
    isObject(schema)
      ? mapInnerSchemas(
          Object.fromEntries(Object.entries(schema).filter(([key]) => !isAnnotation(key))),
          strip,
        )
      : schema;
  return mapInnerSchemas({ [word]: value }, strip)[word];
}

/** Values of keywords that are the same as leaving the keyword out. */
const noEffect: JsonObject = {
  minLength: 0,
  minItems: 0,
  minProperties: 0,
  uniqueItems: false,
  deprecated: false,
  readOnly: false,
  writeOnly: false,
};

/** The shape of a schema; `above` holds the schemas that contain it, so that recursion ends. */
export function shapeOf(schema: unknown, document: JsonObject, above: unknown[] = []): Shape {
  const target = followReference(schema, document);
  if (above.includes(target)) return emptyShape();
  const shape = ownShape(target);
  const parts = Array.isArray(target.allOf) ? target.allOf : [];
  return parts.reduce<Shape>(
    (merged, part) => mergeShapes(merged, shapeOf(part, document, [...above, target])),
    shape,
  );
}

function emptyShape(): Shape {
  return {
    types: undefined,
    properties: {},
    required: [],
    additional: true,
    items: undefined,
    prefix: [],
    choices: [],
    rules: {},
    notes: {},
  };
}

function ownShape(schema: JsonObject): Shape {
  const {
    type,
    nullable,
    format,
    properties,
    required,
    additionalProperties,
    items,
    prefixItems,
    anyOf,
    oneOf,
    allOf: _allOf,
    ...rest
  } = schema;
  const isFile = type === "string" && format === "binary";
  const types = type === undefined ? undefined : isFile ? ["file"] : ([] as string[]).concat(type as string);
  const hasEffect = ([key, value]: [string, unknown]): boolean => noEffect[key] !== value;
  const isNote = ([key]: [string, unknown]): boolean => isAnnotation(key);
  const entries = Object.entries(rest).filter(hasEffect);
  return {
    types: nullable === true && types ? [...types, "null"] : types,
    properties: isObject(properties) ? properties : {},
    required: Array.isArray(required) ? (required as string[]) : [],
    additional: additionalProperties ?? true,
    items,
    prefix: Array.isArray(prefixItems) ? (prefixItems as unknown[]) : [],
    choices: [
      { schemas: anyOf, isExclusive: false },
      { schemas: oneOf, isExclusive: true },
    ].filter((choice): choice is Choice => Array.isArray(choice.schemas)),
    rules: {
      ...Object.fromEntries(entries.filter((entry) => !isNote(entry))),
      ...(format !== undefined && !isFile && { format }),
      // Without a type, null is one more alternative.
      ...(nullable === true && !types && { nullable }),
    },
    notes: Object.fromEntries(entries.filter(isNote)),
  };
}

/** The requirements of both shapes together. */
export function mergeShapes(a: Shape, b: Shape): Shape {
  const properties = { ...a.properties };
  for (const [name, schema] of Object.entries(b.properties)) {
    properties[name] = name in properties ? both(properties[name], schema) : schema;
  }
  return {
    types: a.types && b.types ? a.types.filter((type) => b.types!.includes(type)) : (a.types ?? b.types),
    properties,
    required: [...new Set([...a.required, ...b.required])],
    additional: a.additional === true ? b.additional : a.additional,
    items: a.items !== undefined && b.items !== undefined ? both(a.items, b.items) : (a.items ?? b.items),
    prefix: Array.from({ length: Math.max(a.prefix.length, b.prefix.length) }, (_, index) => {
      const [one, other] = [a.prefix[index], b.prefix[index]];
      return one !== undefined && other !== undefined ? both(one, other) : (one ?? other);
    }),
    choices: [...a.choices, ...b.choices],
    rules: mergeRules(a.rules, b.rules),
    notes: { ...b.notes, ...a.notes },
  };
}

/** A schema that requires what both do, each part listed once, so that a recursive schema has finitely many combinations. */
function both(a: unknown, b: unknown): unknown {
  const partsOf = (schema: unknown): unknown[] => {
    const isList = isObject(schema) && Object.keys(schema).length === 1 && Array.isArray(schema.allOf);
    return isList ? (schema.allOf as unknown[]) : [schema];
  };
  const parts = [...partsOf(a), ...partsOf(b)];
  const different = parts.filter(
    (part, index) => parts.findIndex((other) => isDeepStrictEqual(part, other)) === index,
  );
  return different.length === 1 ? different[0] : { allOf: different };
}

/** Of two bounds the stricter one holds. */
function mergeRules(a: JsonObject, b: JsonObject): JsonObject {
  const rules: JsonObject = { ...a, ...b };
  for (const word of Object.keys(a)) {
    const [one, other] = [a[word], b[word]];
    if (typeof one !== "number" || typeof other !== "number") continue;
    rules[word] = word.startsWith("min") ? Math.max(one, other) : Math.min(one, other);
  }
  return rules;
}
