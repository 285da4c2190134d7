import document from "../../../generated/openapi.json" with { type: "json" };
import { models, operations, defaultModel as standardModel } from "../../../generated/operations.js";
import type { Model } from "../../index.js";

/** A field of a model, as the document describes it. */
export interface Field {
  /** Its name on the wire, in a batch row and as a flag. */
  name: string;
  type: "string" | "integer" | "number" | "boolean" | "file" | "json";
  /** Whether it takes several values. */
  array: boolean;
  /** Its meaning, default and bounds in one line. */
  description: string;
}

/** A model and its fields, and which of them take the prompt, files and the URL of a file. */
export interface ModelFields {
  name: Model;
  fields: Field[];
  prompt: string | undefined;
  files: Field | undefined;
  address: string | undefined;
}

type Json = Record<string, unknown>;
interface Form {
  method: string;
  path: string;
  parts?: Record<string, Pick<Field, "type" | "array">>;
  roles?: Readonly<Record<string, string>>;
  defaults?: Readonly<Record<string, unknown>>;
}

/** Every model of the document, in its order. */
export const modelFields: readonly ModelFields[] = Object.entries(models).map(([name, operation]) =>
  readModel(name as Model, (operations as Record<string, Form>)[operation]!),
);

/** The model that is used unless another is named, as the overlay says; the first where it does not. */
export const defaultModel: ModelFields =
  modelFields.find(({ name }) => name === standardModel) ?? modelFields[0]!;

/** A model by its name; undefined if the document has none of that name. */
export const findModel = (name: string): ModelFields | undefined =>
  modelFields.find((model) => model.name === name);

function readModel(name: Model, { method, path, parts = {}, roles = {} }: Form): ModelFields {
  const operation = step(step(document, "paths", path), method.toLowerCase());
  const [content] = Object.values(step(operation, "requestBody", "content"));
  const properties = propertiesOf(step(content, "schema"));
  const fields = Object.entries(parts).map(([field, { type, array }]) => ({
    name: field,
    type,
    array,
    description: describe(resolve(properties[field])),
  }));
  return {
    name,
    fields,
    prompt: roles.prompt,
    files: fields.find(({ name: field }) => field === roles.files),
    address: roles.address,
  };
}

function describe(schema: Json): string {
  const { minimum, maximum, enum: allowed, default: fallback } = { ...resolve(schema.items), ...schema };
  const facts = [
    Array.isArray(allowed) ? `one of ${allowed.join(", ")}` : "",
    minimum === undefined ? "" : `at least ${String(minimum)}`,
    maximum === undefined ? "" : `at most ${String(maximum)}`,
    fallback === undefined ? "" : `default: ${JSON.stringify(fallback)}`,
  ].filter(Boolean);
  const text = typeof schema.description === "string" ? schema.description.replace(/\s+/g, " ").trim() : "";
  return [text, facts.length > 0 ? `(${facts.join("; ")})` : ""].filter(Boolean).join(" ");
}

/** How many images an input asks for. */
export function countImages({ name }: ModelFields, input: Record<string, unknown>): number {
  const { roles, defaults }: Form = operations[models[name]];
  const count = (roles?.count && input[roles.count]) ?? defaults?.count;
  return typeof count === "number" ? count : 1;
}

/** An object schema's properties, those of its `allOf` included. */
function propertiesOf(schema: unknown): Json {
  const { allOf, properties } = resolve(schema);
  const inherited = Array.isArray(allOf) ? allOf.map(propertiesOf) : [];
  return Object.assign({}, ...inherited, properties) as Json;
}

/** Follows `$ref` within the document. */
function resolve(schema: unknown): Json {
  const { $ref } = (schema ?? {}) as Json;
  if (typeof $ref !== "string") return (schema ?? {}) as Json;
  const names = $ref.split("/").slice(1);
  return resolve(step(document, ...names.map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"))));
}

function step(from: unknown, ...names: string[]): Json {
  return names.reduce((at, name) => resolve(at[name]), resolve(from));
}
