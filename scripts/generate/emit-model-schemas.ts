import { createSchemaConverter } from "./convert-schemas.js";
import { binaryKeyword, patternKeyword } from "./create-ajv.js";
import type { ExplainedPattern } from "./create-ajv.js";
import { formParts, propertiesOf, requiredOf } from "./form-parts.js";
import { listOperations, requestMedia } from "./operation.js";
import type { Media, Operation } from "./operation.js";
import { printable } from "./printable.js";
import { followReference } from "./reference.js";
import { readFormRoles } from "./roles.js";
import type { Service } from "./roles.js";
import { isObject } from "./source.js";
import type { JsonObject } from "./source.js";
import { mapInnerSchemas } from "./walk.js";

/** The keywords that describe a field to people and forms; a description keeps them. */
const annotations = new Set("title description default example examples deprecated".split(" "));

/** Emits the description of each model as TypeScript: its title, its fields, and its input as a JSON Schema. */
export function emitModelSchemas(document: JsonObject, { models }: Service): string {
  const operations = listOperations(document);
  const described = Object.entries(models).map(([model, name]) => {
    const operation = operations.find((one) => one.name === name)!;
    const media = requestMedia(operation, document)!;
    return [model, describeModel(model, operation, media, document)];
  });
  return (
    "/** Each model: its title and description, its fields, and its input. In `schema`, a file is text of the format `binary`, as in the document. */\n" +
    `export const modelSchemas = ${JSON.stringify(Object.fromEntries(described))} as const;\n`
  );
}

function describeModel(model: string, { operation }: Operation, media: Media, document: JsonObject): object {
  const kinds = formParts(media, document) ?? {};
  const required = requiredOf(media.schema, document);
  const roles = Object.entries(readFormRoles(media.schema, document) ?? {});
  const properties = propertiesOf(media.schema, document);
  const fields = Object.entries(kinds).map(([name, { type, array }]) => {
    const [role] = roles.find(([, field]) => field === name) ?? [];
    return {
      name,
      type,
      array,
      required: required.has(name),
      role,
      ...describeField(properties[name], document),
    };
  });
  return {
    title: prose(operation.summary) ?? model,
    description: prose(operation.description) ?? "",
    fields,
    schema: toJsonSchema(media.schema, document),
  };
}

/** The document's description of a field; of a list, also that of its items. */
function describeField(property: unknown, document: JsonObject): object {
  const schema = followReference(property, document);
  const all: JsonObject = { ...followReference(schema.items, document), ...schema };
  const [example] = exampleOf(all);
  const { minimum, maximum, default: standard, enum: values } = all;
  return {
    description: prose(schema.description),
    default: standard,
    example,
    enum: values,
    minimum,
    maximum,
  };
}

/** Enough for any model; a schema that is written out wherever it is referred to can grow without end. */
const mostValues = 50_000;

/** The input as one self-contained JSON Schema, with definitions only for schemas that contain themselves. */
function toJsonSchema(schema: unknown, document: JsonObject): JsonObject {
  const converter = createSchemaConverter(document, (adapted) => adapted, annotations);
  const definitions = new Map<string, JsonObject>();
  let values = 0;
  const inline = (node: unknown, above: readonly string[]): unknown => {
    if (!isObject(node)) return node;
    if (++values > mostValues) throw new Error("its references expand to too many values");
    const { $ref: id, ...words } = node;
    if (typeof id !== "string")
      return withStandardKeywords(mapInnerSchemas(node, (inner) => inline(inner, above)));
    const { $id: _, ...definition } = [...converter.definitions.values()].find((one) => one.$id === id)!;
    if (!above.includes(id)) return { ...(inline(definition, [...above, id]) as JsonObject), ...words };
    if (!definitions.has(id)) {
      definitions.set(id, {}); // it leads back to itself
      definitions.set(id, inline(definition, [id]) as JsonObject);
    }
    return { $ref: `#/$defs/${id}` };
  };
  const root = inline(converter.convert(schema), []) as JsonObject;
  return {
    ...withBareParts(root),
    type: "object",
    ...(definitions.size > 0 && { $defs: Object.fromEntries(definitions) }),
  };
}

/** A converted schema with standard keywords in place of ours. */
function withStandardKeywords(schema: JsonObject): JsonObject {
  const {
    [binaryKeyword]: isBinary,
    [patternKeyword]: explained,
    example: _example,
    examples: _examples,
    ...known
  } = schema;
  const examples = exampleOf(schema);
  return {
    ...(isBinary === true && { type: "string", format: "binary" }),
    ...known,
    ...(explained !== undefined && { pattern: (explained as ExplainedPattern).pattern }),
    ...Object.fromEntries(
      ["title", "description"].flatMap((word) => (word in known ? [[word, prose(known[word])]] : [])),
    ),
    ...(examples.length > 0 && { examples }),
  };
}

/** The example of a schema, if there is one. */
function exampleOf({ example, examples }: JsonObject): unknown[] {
  if (example !== undefined) return [example];
  return Array.isArray(examples) ? examples.slice(0, 1) : [];
}

/**
 * The alternatives of a form without `type: object`, which the form itself has: some programs close every object schema,
 * and an alternative would then forbid the form's other fields.
 */
function withBareParts(root: JsonObject): JsonObject {
  const bare = (part: unknown): unknown => {
    const { type, ...rest } = isObject(part) ? part : {};
    return type === "object" ? rest : part;
  };
  const parts = ["allOf", "anyOf", "oneOf"].flatMap((word) =>
    Array.isArray(root[word]) ? [[word, root[word].map(bare)] as const] : [],
  );
  return { ...root, ...Object.fromEntries(parts) };
}

/** The vendor's text in one line, without anything that moves a cursor or hides a letter. */
function prose(text: unknown): string | undefined {
  return typeof text === "string" ? printable(text.replace(/\s+/g, " ").trim()) : undefined;
}
