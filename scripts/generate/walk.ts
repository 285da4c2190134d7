import { isObject } from "./source.js";
import type { JsonObject, Path } from "./source.js";

/** Keywords of OpenAPI whose values are maps: their keys are names that the author chose, not keywords. */
const maps = new Set(
  (
    "paths webhooks parameters responses requestBodies headers pathItems callbacks links content encoding " +
    "securitySchemes variables"
  ).split(" "),
);

/** Those of them that may hold extensions as well. */
const extensibleMaps = new Set(["paths", "responses", "callbacks"]);

/** Keywords whose values are the author's data: nothing in them is part of the document's structure. */
const data = new Set("example examples default enum const mapping".split(" "));

const schemaMaps = new Set("properties patternProperties $defs definitions dependentSchemas".split(" "));
const schemaLists = new Set("allOf anyOf oneOf prefixItems".split(" "));
const schemas = new Set(
  (
    "items additionalProperties not if then else contains propertyNames unevaluatedItems " +
    "unevaluatedProperties additionalItems"
  ).split(" "),
);

/** Applies `change` to the schemas directly inside a schema; the rest stays as it is. */
export function mapInnerSchemas(schema: JsonObject, change: (inner: unknown) => unknown): JsonObject {
  const map = ([key, value]: [string, unknown]): [string, unknown] => {
    if (schemaMaps.has(key) && isObject(value)) return [key, mapValues(value, change)];
    if (schemaLists.has(key) && Array.isArray(value)) return [key, value.map(change)];
    if (schemas.has(key)) return [key, Array.isArray(value) ? value.map(change) : change(value)];
    return [key, value];
  };
  return Object.fromEntries(Object.entries(schema).map(map));
}

/** A document with each of its schemas changed by `change`, the innermost first; objects that stay equal are copies. */
export function mapSchemas(document: JsonObject, change: (schema: JsonObject) => unknown): JsonObject {
  const mapSchema = (schema: unknown): unknown =>
    isObject(schema) ? change(mapInnerSchemas(schema, mapSchema)) : schema;
  const mapNode = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(mapNode);
    if (!isObject(node)) return node;
    const map = ([key, value]: [string, unknown]): [string, unknown] => {
      if (data.has(key) || key.startsWith("x-")) return [key, value];
      if (key === "schema") return [key, mapSchema(value)];
      if (key === "schemas" && isObject(value)) return [key, mapValues(value, mapSchema)];
      if (maps.has(key) && isObject(value) && !extensibleMaps.has(key))
        return [key, mapValues(value, mapNode)];
      return [key, mapNode(value)];
    };
    return Object.fromEntries(Object.entries(node).map(map));
  };
  return mapNode(document) as JsonObject;
}

/** Calls `visit` with each schema of a document and its place, the outermost first. */
export function visitSchemas(document: JsonObject, visit: (schema: JsonObject, path: Path) => void): void {
  const visitSchema = (schema: unknown, path: Path): void => {
    if (!isObject(schema)) return;
    visit(schema, path);
    for (const [key, value] of Object.entries(schema)) {
      const at = [...path, key];
      if (schemaMaps.has(key) && isObject(value))
        for (const [name, inner] of Object.entries(value)) visitSchema(inner, [...at, name]);
      else if (schemaLists.has(key) && Array.isArray(value))
        value.forEach((inner, index) => visitSchema(inner, [...at, index]));
      else if (schemas.has(key)) visitSchema(value, at);
    }
  };
  const visitNode = (node: unknown, path: Path): void => {
    if (Array.isArray(node)) return node.forEach((item, index) => visitNode(item, [...path, index]));
    if (!isObject(node)) return;
    for (const [key, value] of Object.entries(node)) {
      const at = [...path, key];
      if (data.has(key) || key.startsWith("x-")) continue;
      if (key === "schema") visitSchema(value, at);
      else if (key === "schemas" && isObject(value))
        for (const [name, schema] of Object.entries(value)) visitSchema(schema, [...at, name]);
      else if (maps.has(key) && isObject(value) && !extensibleMaps.has(key))
        for (const [name, inner] of Object.entries(value)) visitNode(inner, [...at, name]);
      else visitNode(value, at);
    }
  };
  visitNode(document, []);
}

/**
 * Calls `visit` with each reference of a document and where it stands: `$ref`, and the addresses of examples and links.
 *
 * Data and extensions may contain keys that look like references.
 */
export function visitReferences(document: JsonObject, visit: (reference: string, path: Path) => void): void {
  const visitKeys = (node: unknown, keys: readonly string[], path: Path): void => {
    if (!isObject(node)) return;
    for (const key of keys) if (typeof node[key] === "string") visit(node[key], [...path, key]);
  };
  const visitNode = (node: unknown, path: Path, areNames: boolean): void => {
    if (Array.isArray(node)) return node.forEach((item, index) => visitNode(item, [...path, index], false));
    if (!isObject(node)) return;
    // Among names, `$ref` may be the name of a definition, but never text.
    visitKeys(node, areNames ? ["$ref"] : ["$ref", "$dynamicRef", "operationRef"], path);
    for (const [key, value] of Object.entries(node)) {
      const at = [...path, key];
      if (!areNames && key === "examples" && isObject(value))
        for (const name in value) visitKeys(value[name], ["$ref", "externalValue"], [...at, name]);
      if (!areNames && (data.has(key) || key.startsWith("x-"))) continue;
      const isMap = maps.has(key) && !extensibleMaps.has(key);
      const holdsNames = !areNames && (isMap || schemaMaps.has(key) || key === "schemas");
      visitNode(value, at, holdsNames);
    }
  };
  visitNode(document, [], false);
}

function mapValues(object: JsonObject, change: (value: unknown) => unknown): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}

/**
 * A document without data of its author and extensions that contain keywords such as `$ref`.
 *
 * Other programs look for these keywords everywhere, and follow what they refer to.
 */
export function withoutMisleadingData(document: JsonObject): JsonObject {
  const strip = (node: unknown, areNames: boolean): unknown => {
    if (Array.isArray(node)) return node.map((item) => strip(item, false));
    if (!isObject(node)) return node;
    const kept = Object.entries(node).filter(
      ([key, value]) =>
        areNames ||
        !(data.has(key) || key.startsWith("x-")) ||
        !/"\$(ref|id|anchor)"/.test(JSON.stringify(value)),
    );
    const isMap = (key: string): boolean =>
      !areNames && (schemaMaps.has(key) || maps.has(key) || key === "schemas");
    return Object.fromEntries(
      kept.map(([key, value]) => [key, strip(value, isMap(key) && !extensibleMaps.has(key))]),
    );
  };
  return strip(document, false) as JsonObject;
}

/** Keywords for people, which change nothing for a program. */
const prose = new Set("description summary title example examples externalDocs".split(" "));

/** A part of a document without descriptions, examples and extensions. */
export function meaningOf(node: unknown, areNames = false): unknown {
  if (Array.isArray(node)) return node.map((item) => meaningOf(item));
  if (!isObject(node)) return node;
  const kept = Object.entries(node).filter(([key]) => areNames || !(prose.has(key) || key.startsWith("x-")));
  return Object.fromEntries(
    kept.map(([key, value]) => {
      const isMap = !areNames && (schemaMaps.has(key) || maps.has(key) || key === "schemas");
      return [key, !areNames && data.has(key) ? value : meaningOf(value, isMap)];
    }),
  );
}
