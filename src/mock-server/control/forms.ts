import document from "../../../generated/openapi.json" with { type: "json" };
import { models, operations } from "../document.js";
import type { Part } from "../document.js";

/** One field of a model's form, as the document describes it. */
export interface FormField extends Part {
  readonly name: string;
  readonly required: boolean;
  readonly description?: unknown;
  readonly default?: unknown;
  readonly example?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: unknown;
  readonly maximum?: unknown;
}

/** The form of one model. */
export interface Form {
  readonly model: string;
  readonly method: string;
  readonly path: string;
  readonly description?: unknown;
  readonly fields: readonly FormField[];
}

type Schema = Readonly<Record<string, unknown>>;

/** The form of each model, made from the document. */
export function describeForms(): Form[] {
  return Object.entries(models).flatMap(([model, name]) => {
    const operation = operations[name];
    if (!operation) return [];
    const schema = bodySchema(operation.method, operation.path, operation.mediaType ?? "");
    const { properties, required } = collect(schema);
    const fields = Object.entries(operation.parts ?? {}).map(([field, part]) => {
      const property = collectWords(properties.get(field));
      const known = Object.fromEntries(
        shown.flatMap((word) => (word in property ? [[word, property[word]]] : [])),
      );
      return { name: field, ...part, required: required.has(field), ...known };
    });
    const { description } = lookUp("paths", operation.path, operation.method.toLowerCase());
    return [{ model, method: operation.method, path: operation.path, description, fields }];
  });
}

const shown = ["description", "default", "example", "enum", "minimum", "maximum"];

function bodySchema(method: string, path: string, mediaType: string): Schema {
  const { requestBody } = lookUp("paths", path, method.toLowerCase());
  const { content } = follow(requestBody);
  return follow(follow(follow(content)[mediaType]).schema);
}

/** All properties of a schema and of those that it is made of. */
function collect(
  schema: Schema,
  found = { properties: new Map<string, Schema>(), required: new Set<string>() },
) {
  for (const [name, property] of Object.entries(follow(schema.properties)))
    found.properties.set(name, follow(property));
  for (const name of listOf(schema.required)) found.required.add(String(name));
  for (const part of listOf(schema.allOf)) collect(follow(part), found);
  for (const word of ["anyOf", "oneOf"]) {
    for (const part of listOf(schema[word])) collect({ ...follow(part), required: [] }, found);
  }
  return found;
}

/** The words of a field's schema, those of its alternatives included. */
function collectWords(schema: Schema = {}): Schema {
  const inner = ["allOf", "anyOf", "oneOf"].flatMap((word) =>
    listOf(schema[word]).map((part) => follow(part)),
  );
  const items = schema.type === "array" ? [follow(schema.items)] : [];
  return Object.assign(
    {},
    ...[...items, ...inner].map(({ enum: values }) => (values ? { enum: values } : {})),
    schema,
  ) as Schema;
}

function lookUp(...path: string[]): Schema {
  return path.reduce<Schema>((node, step) => follow(node[step]), document as Schema);
}

/** An object of the document, or the one that its reference leads to; an empty one for anything else. */
function follow(value: unknown, depth = 0): Schema {
  if (typeof value !== "object" || value === null) return {};
  const { $ref: reference } = value as { $ref?: unknown };
  if (typeof reference !== "string" || !reference.startsWith("#/") || depth > 20) return value as Schema;
  const steps = reference
    .slice(2)
    .split("/")
    .map((step) => decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~"));
  let target: unknown = document;
  for (const step of steps) target = (target as Schema | undefined)?.[step];
  return follow(target, depth + 1);
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
