import { isDeepStrictEqual } from "node:util";
import type { Media } from "./operation.js";
import { followReference } from "./reference.js";
import { isObject } from "./source.js";
import type { JsonObject } from "./source.js";

/** Encoding of one part of a form. */
export interface Part {
  type: "string" | "integer" | "number" | "boolean" | "file" | "json";
  array: boolean;
  contentType?: string;
}

type Kind = Omit<Part, "contentType">;

/**
 * The kind of each part of a form; undefined for other media types.
 *
 * A part that the document does not describe well enough has none: its value decides how it is encoded.
 */
export function formParts(
  { type, schema, encoding }: Media,
  document: JsonObject,
): Record<string, Part> | undefined {
  if (!type.toLowerCase().startsWith("multipart/form-data")) return undefined;
  const parts = Object.entries(propertiesOf(schema, document)).flatMap(([name, property]) => {
    const kind = kindOf(property, document);
    const contentType = contentTypeOf(Object.hasOwn(encoding, name) ? encoding[name] : undefined);
    return kind ? [[name, { ...kind, ...(contentType && { contentType }) }] as const] : [];
  });
  return Object.fromEntries(parts);
}

/**
 * The properties of an object schema, those of its `allOf` and of its alternatives included.
 *
 * A property that several of them define differently may be any of these.
 */
export function propertiesOf(schema: unknown, document: JsonObject, above: unknown[] = []): JsonObject {
  const object = followReference(schema, document);
  if (above.includes(object)) return {};
  const inherited = new Map<string, unknown[]>();
  for (const part of partsOf(object)) {
    for (const [name, property] of Object.entries(propertiesOf(part, document, [...above, object]))) {
      const known = inherited.get(name) ?? [];
      if (!known.some((one) => isDeepStrictEqual(one, property))) inherited.set(name, [...known, property]);
    }
  }
  const merged = [...inherited].map(([name, all]) => [name, all.length === 1 ? all[0] : { anyOf: all }]);
  return {
    ...Object.fromEntries(merged),
    ...(isObject(object.properties) ? object.properties : {}),
  } as JsonObject;
}

function partsOf(schema: JsonObject): unknown[] {
  return ["allOf", "anyOf", "oneOf"].flatMap((word) =>
    Array.isArray(schema[word]) ? (schema[word] as unknown[]) : [],
  );
}

/** The fields that an object schema requires, those of its `allOf` included. */
export function requiredOf(schema: unknown, document: JsonObject, above: unknown[] = []): Set<string> {
  const object = followReference(schema, document);
  if (above.includes(object)) return new Set();
  const parts = Array.isArray(object.allOf) ? object.allOf : [];
  const inherited = parts.flatMap((part) => [...requiredOf(part, document, [...above, object])]);
  return new Set([...inherited, ...(Array.isArray(object.required) ? (object.required as string[]) : [])]);
}

/** One media type; where the document allows several, the value decides. */
function contentTypeOf(encoding: unknown): string | undefined {
  const contentType = isObject(encoding) ? encoding.contentType : undefined;
  return typeof contentType === "string" && !/[,*]/.test(contentType) ? contentType : undefined;
}

function kindOf(property: unknown, document: JsonObject, above: unknown[] = []): Kind | undefined {
  const schema = followReference(property, document);
  if (above.includes(schema)) return undefined;
  const inner = (part: unknown): Kind | undefined => kindOf(part, document, [...above, schema]);
  const type = ([] as unknown[]).concat(schema.type ?? []).find((name) => name !== "null");
  if (type === "array") {
    const item = inner(schema.items);
    return { type: item?.array ? "json" : (item?.type ?? "json"), array: true };
  }
  if (type === "string") return { type: schema.format === "binary" ? "file" : "string", array: false };
  if (type === "integer" || type === "number" || type === "boolean") return { type, array: false };
  if (type === "object" || isObject(schema.properties)) return { type: "json", array: false };
  const alternatives = Array.isArray(schema.enum) ? schema.enum.map(kindOfValue) : [];
  for (const word of ["anyOf", "oneOf"]) {
    if (Array.isArray(schema[word])) alternatives.push(...schema[word].map(inner));
  }
  if (alternatives.length > 0) return commonKind(alternatives);
  return Array.isArray(schema.allOf) ? schema.allOf.map(inner).find(Boolean) : undefined;
}

function kindOfValue(value: unknown): Kind | undefined {
  if (value === null) return undefined;
  if (typeof value === "object") return { type: "json", array: false };
  const type = typeof value as "string" | "boolean" | "number";
  return { type: Number.isInteger(value) ? "integer" : type, array: false };
}

/** The type that fits all alternatives: text for scalars of several types; none for files beside text. */
function commonKind(alternatives: (Kind | undefined)[]): Kind | undefined {
  const kinds = alternatives.filter((kind) => kind !== undefined);
  const types = [...new Set(kinds.map(({ type }) => type))];
  const array = kinds.some((kind) => kind.array);
  const [type] = types;
  if (!type || types.length === 1) return type && { type, array };
  if (types.includes("file") || types.includes("json")) return undefined;
  return { type: types.every((one) => one === "integer" || one === "number") ? "number" : "string", array };
}
