import { models as operationOf } from "../../generated/operations.js";
import { requests } from "../../generated/validators.js";
import type { Model } from "../types.js";
import { fileSchema, isFile, isPlainObject, readJsonFile } from "./json-file.js";
import type { FileForm, JsonInput } from "./json-file.js";
import { findModel } from "./models.js";
import type { ModelDescription } from "./models.js";
import type { InputSchema, SchemaIssue } from "./standard.js";

/** Options of a schema. */
export interface InputSchemaOptions {
  /**
   * The forms in which a file may be given in JSON: leave out `path` where the author of an input must not read the
   * disk. @default ["path", "url", "base64"]
   */
  files?: readonly FileForm[] | undefined;
}

const dialects: Readonly<Record<string, string>> = {
  "draft-2020-12": "https://json-schema.org/draft/2020-12/schema",
  "draft-07": "http://json-schema.org/draft-07/schema#",
};

/**
 * Creates the schema of a model's input, for tools of language models, forms and routers.
 *
 * A file may be given as bytes, or in JSON: `{ path }`, `{ url }` or `{ base64 }`. {@link toModelInput} turns a valid
 * input into one that a client accepts.
 *
 * @throws {TypeError} The model, or a form of files, is unknown.
 * @example
 * const schema = inputSchema("seedreamv5");
 * const result = schema["~standard"].validate({ prompt: "a red fox", batchsize: 99 });
 * if (result.issues) console.log(result.issues); // [{ path: ["batchsize"], message: "must be <= 15" }]
 */
export function inputSchema<M extends Model>(
  model: M,
  { files = ["path", "url", "base64"] }: InputSchemaOptions = {},
): InputSchema<JsonInput<M>> {
  const description = findModel(model);
  const forms = offeredForms(description, files);
  const toJsonSchema = ({ target }: { readonly target: string }) => {
    const dialect = Object.hasOwn(dialects, target) ? dialects[target] : undefined;
    if (dialect === undefined) {
      throw new TypeError(`Unknown target \`${target}\`. Available: ${Object.keys(dialects).join(", ")}`);
    }
    return { $schema: dialect, ...withJsonFiles(description.schema, forms, addressSchema(description)) };
  };
  return {
    "~standard": {
      version: 1,
      vendor: "tensorslab-images",
      validate: (value) => {
        const issues = findIssues(model, description, value, forms);
        return issues.length > 0 ? { issues } : { value: value as JsonInput<M> };
      },
      jsonSchema: { input: toJsonSchema, output: toJsonSchema },
    },
  };
}

/** The forms that a model can take: a URL needs a field that carries it. */
function offeredForms({ fields }: ModelDescription, files: readonly FileForm[]): FileForm[] {
  const known: readonly string[] = ["path", "url", "base64"];
  const unknown = files.find((form) => !known.includes(form));
  if (unknown !== undefined) {
    throw new TypeError(`Unknown form \`${String(unknown)}\` in \`files\`. Available: ${known.join(", ")}`);
  }
  const takesUrl = fields.some(({ role }) => role === "address");
  return files.filter((form) => form !== "url" || takesUrl);
}

/** The schema of the field that carries a URL. */
function addressSchema({ fields, schema }: ModelDescription & { schema: object }): object {
  const { properties } = schema as { properties?: Record<string, object> };
  const address = fields.find(({ role }) => role === "address");
  return (address && properties?.[address.name]) ?? {};
}

/** A copy of a JSON Schema in which files are objects; without any form, a list of files must be empty. */
function withJsonFiles(schema: object, forms: readonly FileForm[], address: object): Record<string, unknown> {
  const copy = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(copy);
    if (!isPlainObject(node)) return node;
    if (node.type !== "string" || node.format !== "binary") return mapValues(node, copy);
    const { type: _type, format: _format, ...words } = node;
    return { ...words, ...(forms.length > 0 ? fileSchema(forms, address) : { not: {} }) };
  };
  return mapValues(schema, copy);
}

const mapValues = (object: object, change: (value: unknown) => unknown): Record<string, unknown> =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));

type Path = readonly (string | number)[];

function findIssues(
  model: Model,
  { fields }: ModelDescription,
  value: unknown,
  forms: readonly FileForm[],
): SchemaIssue[] {
  if (!isPlainObject(value)) return [{ path: [], message: "must be an object with the fields of the model" }];
  const input = Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined));
  const address = fields.find(({ role }) => role === "address")?.name;
  const issues: SchemaIssue[] = [];
  /** Where the input has the URL of an image. */
  let urlPath: Path | undefined =
    address !== undefined && input[address] !== undefined ? [address] : undefined;

  /** The further URLs, each of which is checked as if it were the only one. */
  const furtherUrls: { path: Path; text: string }[] = [];

  /** Converts an input for the document's check: a Blob for each file, and a URL in the field that carries it. */
  const toPlaceholder = (item: unknown, path: Path): unknown => {
    const found = readJsonFile(item, forms);
    if (typeof found === "string") issues.push({ path, message: found });
    else if (found?.form === "url") {
      const whole = { path: [...path, found.form], text: found.text };
      if (urlPath) {
        issues.push({ path, message: "is a second URL: only one image can be given by URL" });
        furtherUrls.push(whole);
      } else {
        input[address!] = whole.text;
        urlPath = whole.path;
      }
    } else if (isFile(item) && sizeOf(item) === 0) issues.push({ path, message: "is empty" });
    return found === undefined && !isFile(item) ? item : new Blob();
  };
  for (const { name, type } of fields) {
    const given = input[name];
    if (type !== "file" || given === undefined) continue;
    input[name] = Array.isArray(given)
      ? given.map((item, index) => toPlaceholder(item, [name, index]))
      : toPlaceholder(given, [name]);
  }

  for (const { path, message } of faultsOf(model, input)) {
    issues.push({ path: path[0] === address && urlPath ? urlPath : path, message });
  }
  for (const { path, text } of furtherUrls) {
    const faults = faultsOf(model, { ...input, [address!]: text });
    issues.push(
      ...faults.filter((fault) => fault.path[0] === address).map(({ message }) => ({ path, message })),
    );
  }
  noteUnsendable(input, [], issues);
  return issues;
}

/** Whether a text has nothing that anybody could see: a submit refuses it where it refuses an empty one. */
const isUnseen = (value: unknown): boolean =>
  typeof value === "string" && /^[\s\p{Cc}\p{Cf}\p{DI}]+$/u.test(value);

/** Checks an input against the document. */
function faultsOf(model: Model, input: Record<string, unknown>): { path: Path; message: string }[] {
  const check = requests[operationOf[model]];
  const entries = Object.entries(input).map(([name, value]) => [name, isUnseen(value) ? "" : value]);
  const faults = check?.(Object.fromEntries(entries)) === false ? (check.errors ?? []) : [];
  return faults.map(({ path, field, message }) => ({
    path: stepsOf(field === undefined ? path : `${path}/${field}`),
    message,
  }));
}

const sizeOf = (file: Blob | ArrayBuffer | ArrayBufferView): number =>
  "size" in file ? file.size : file.byteLength;

/** The steps of a JSON pointer. */
const stepsOf = (pointer: string): Path =>
  pointer
    .split("/")
    .slice(1)
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step.replaceAll("~1", "/").replaceAll("~0", "~")));

/** Finds what a schema cannot express: text and numbers that would not arrive as they are. */
function noteUnsendable(value: unknown, path: Path, issues: SchemaIssue[]): void {
  if (typeof value === "string" && /\p{Cs}/u.test(value)) {
    issues.push({ path, message: "holds half of a surrogate pair, which UTF-8 cannot carry" });
  } else if (typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    issues.push({ path, message: "must be a number that can be sent exactly" });
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) noteUnsendable(item, [...path, index], issues);
  } else if (isPlainObject(value)) {
    for (const [name, item] of Object.entries(value)) noteUnsendable(item, [...path, name], issues);
  }
}
