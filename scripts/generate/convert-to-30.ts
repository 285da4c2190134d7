import { isObject } from "./source.js";
import type { JsonObject } from "./source.js";
import { mapSchemas } from "./walk.js";

/** Keywords of 3.1 that neither the types nor the checks use. */
const dropped = new Set(["$schema", "$id", "$anchor", "$comment"]);

/** Keywords beside a `$ref` that do not change which values it allows. */
const annotations = new Set(
  "$ref summary description deprecated title example examples readOnly writeOnly".split(" "),
);

/** Converts a document of OpenAPI 3.1 to 3.0, as far as 3.0 can express it; a document of 3.0 is returned as it is. */
export function convertToOpenApi30(document: JsonObject): JsonObject {
  if (!String(document.openapi).startsWith("3.1")) return document;
  const {
    webhooks: _webhooks,
    jsonSchemaDialect: _dialect,
    info,
    ...rest
  } = mapSchemas(document, convertSchema);
  const { summary: _summary, ...information } = info as JsonObject;
  if (isObject(information.license)) delete information.license.identifier;
  return { ...rest, openapi: "3.0.3", info: information, paths: rest.paths ?? {} };
}

function convertSchema(schema: JsonObject): JsonObject {
  const kept = Object.entries(schema).filter(([key]) => !dropped.has(key));
  const steps = [
    fromReference,
    fromConstant,
    fromContent,
    fromExamples,
    fromBounds,
    fromNullBranch,
    fromTypes,
  ];
  return steps.reduce((result, step) => step(result), fromBooleans(Object.fromEntries(kept)));
}

/** In 3.0, `true` and `false` are schemas only in `additionalProperties`. */
function fromBooleans(schema: JsonObject): JsonObject {
  const convert = (inner: unknown): unknown => (inner === true ? {} : inner === false ? { not: {} } : inner);
  const result = { ...schema };
  for (const word of ["allOf", "anyOf", "oneOf"]) {
    if (Array.isArray(schema[word])) result[word] = schema[word].map(convert);
  }
  for (const word of ["items", "not"]) if (word in schema) result[word] = convert(schema[word]);
  if (isObject(schema.properties)) {
    result.properties = Object.fromEntries(
      Object.entries(schema.properties).map(([name, property]) => [name, convert(property)]),
    );
  }
  return result;
}

/** In 3.0, keywords beside a `$ref` are ignored: they move into an `allOf`. */
function fromReference({ $ref, ...beside }: JsonObject): JsonObject {
  if ($ref === undefined) return beside;
  const restricts = Object.keys(beside).some((key) => !annotations.has(key) && !key.startsWith("x-"));
  if (!restricts) return { $ref, ...beside };
  const others = Array.isArray(beside.allOf) ? (beside.allOf as unknown[]) : [];
  return { ...beside, allOf: [{ $ref }, ...others] };
}

function fromConstant({ const: constant, ...schema }: JsonObject): JsonObject {
  return constant === undefined ? schema : { ...schema, enum: [constant] };
}

/** A string of a media type that is not text holds bytes. */
function fromContent({
  contentMediaType,
  contentEncoding,
  contentSchema: _schema,
  ...schema
}: JsonObject): JsonObject {
  if (contentEncoding === "base64") return { ...schema, type: schema.type ?? "string", format: "byte" };
  const isText = /^text\/|[/+](json|xml|yaml)\b/i.test(String(contentMediaType));
  if (contentMediaType === undefined || contentEncoding !== undefined || isText) return schema;
  return { ...schema, type: schema.type ?? "string", format: "binary" };
}

function fromExamples(schema: JsonObject): JsonObject {
  const first = ([key, value]: [string, unknown]): [string, unknown][] => {
    if (key !== "examples") return [[key, value]];
    return Array.isArray(value) && value.length > 0 && !("example" in schema) ? [["example", value[0]]] : [];
  };
  return Object.fromEntries(Object.entries(schema).flatMap(first));
}

function fromBounds(schema: JsonObject): JsonObject {
  const result = { ...schema };
  for (const [bound, exclusive, stricter] of [
    ["minimum", "exclusiveMinimum", Math.max],
    ["maximum", "exclusiveMaximum", Math.min],
  ] as const) {
    const { [bound]: inclusive, [exclusive]: limit } = schema;
    if (typeof limit !== "number") continue;
    delete result[exclusive];
    const strictest = typeof inclusive === "number" ? stricter(inclusive, limit) : limit;
    result[bound] = strictest;
    if (strictest === limit) result[exclusive] = true;
  }
  return result;
}

/** `anyOf: [X, {type: "null"}]` */
function fromNullBranch(schema: JsonObject): JsonObject {
  for (const word of ["anyOf", "oneOf"]) {
    const branches = schema[word];
    if (!Array.isArray(branches)) continue;
    const isNull = (branch: unknown): boolean =>
      isObject(branch) &&
      isNullAlone(branch) &&
      Object.keys(branch).every((key) => key === "enum" || annotations.has(key));
    const others = branches.filter((branch) => !isNull(branch)) as unknown[];
    if (others.length === branches.length || others.length === 0) continue;
    const { [word]: _branches, ...rest } = schema;
    const [only] = others.length === 1 ? others : [];
    if (isObject(only) && isInlineBeside(only, rest)) return { ...orNull(only), ...rest, nullable: true };
    const isFree = others.length === 1 && rest.allOf === undefined;
    return isFree ? { ...rest, allOf: others, nullable: true } : { ...rest, [word]: others, nullable: true };
  }
  return schema;
}

/** Whether a branch can take the place of its `anyOf` or `oneOf`: it has no keyword in common with what is beside it. */
const isInlineBeside = (branch: JsonObject, rest: JsonObject): boolean =>
  branch.$ref === undefined && Object.keys(branch).every((key) => annotations.has(key) || !(key in rest));

/** In 3.0, an enum that allows null lists it. */
const orNull = (schema: JsonObject): JsonObject =>
  Array.isArray(schema.enum) && !schema.enum.includes(null)
    ? { ...schema, enum: [...(schema.enum as unknown[]), null] }
    : schema;

const isNullAlone = (schema: JsonObject): boolean =>
  Array.isArray(schema.enum) && schema.enum.length === 1 && schema.enum[0] === null;

function fromTypes(schema: JsonObject): JsonObject {
  const { type, ...rest } = schema;
  const types = ([] as unknown[]).concat(type ?? []);
  const others = types.filter((name) => name !== "null");
  if (types.length === 0) return schema;
  if (others.length === 0) return { ...rest, enum: [null] };
  const nullable = others.length < types.length ? { nullable: true } : {};
  if (others.length === 1) return { ...schema, type: others[0], ...nullable };
  const branches = others.map((name) => ({ type: name }));
  if (rest.anyOf === undefined) return { ...rest, anyOf: branches, ...nullable };
  const inherited = Array.isArray(rest.allOf) ? (rest.allOf as unknown[]) : [];
  return { ...rest, allOf: [...inherited, { anyOf: branches }], ...nullable };
}
