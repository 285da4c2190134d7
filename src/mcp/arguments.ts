import { defaultModel } from "../../generated/operations.js";
import { escapeText } from "../index.js";
import type { Model } from "../index.js";
import { inputSchema, models, toModelInput } from "../schemas/index.js";
import { digest } from "./digest.js";
import { readSourceFile } from "./source-files.js";

/** A tool that makes images. */
export type GenerationTool = "generate_image" | "edit_image";

type Json = Record<string, unknown>;

/** A request for images, checked and ready to be sent. */
export interface Wanted {
  model: Model;
  input: Json;
  /** Number of images that it asks for. */
  images: number;
  prompt: string | undefined;
  /** The images to start from: their paths and URLs as they were given. */
  sources: string[];
  /** Of the tool, the service, the model and the input, file contents included: equal calls have equal digests. */
  inputDigest: string;
  /** Whether new images are wanted although the same call has already made some. */
  isAgain: boolean;
}

/** Arguments that cannot be carried out; nothing was sent. */
export class UnfitArguments extends Error {
  override readonly name = "UnfitArguments";
}

const modelNames = Object.keys(models) as Model[];

/** Our own arguments; a field of a model that has the name of one of them is called `field_<name>`. */
const ownArguments: Readonly<Record<string, Json>> = {
  model: {
    type: "string",
    enum: modelNames,
    default: defaultModel,
    description: "The model that makes the images",
  },
  again: {
    type: "boolean",
    default: false,
    description:
      "Pay for another result although the same was asked for before. Without it, a repeated call returns the first " +
      "result, so it is safe to repeat a call. Only for a person who asked for another one",
  },
};

/** The models that a tool can use: an image to start from needs a field that carries it. */
const modelsOf = (tool: GenerationTool): Model[] =>
  modelNames.filter((model) => tool === "generate_image" || models[model].fields.some(isSource));

interface Field {
  name: string;
  type: string;
  role?: string;
}

const isSource = ({ type, role }: Field): boolean => type === "file" || role === "address";

const argumentName = (field: string): string =>
  Object.hasOwn(ownArguments, field) ? `field_${field}` : field;

/** The JSON Schema of a tool's arguments: the fields of all its models, by the document. */
export function argumentsSchema(tool: GenerationTool, roots: readonly string[]): Json {
  const names = modelsOf(tool);
  const all = names.map((model) => fieldSchemas(tool, model, roots));
  const fields = new Set(all.flatMap(({ properties }) => Object.keys(properties)));
  const properties = [...fields].map((field) => {
    const texts = new Set(
      all.flatMap(({ properties: each }) => (each[field] ? [JSON.stringify(each[field])] : [])),
    );
    const schemas = [...texts].map((text) => JSON.parse(text) as Json);
    return [field, schemas.length === 1 ? schemas[0] : { anyOf: schemas }] as const;
  });
  const required = [...fields].filter((field) => all.every((each) => each.required.includes(field)));
  const { model, ...own } = ownArguments;
  return {
    type: "object",
    properties: { ...Object.fromEntries(properties), model: { ...model, enum: names }, ...own },
    required,
    additionalProperties: false,
  };
}

function fieldSchemas(tool: GenerationTool, model: Model, roots: readonly string[]) {
  const schema = inputSchema(model)["~standard"].jsonSchema.input({ target: "draft-2020-12" });
  const { properties: known = {}, required: named = [] } = schema as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  const properties: Record<string, Json> = {};
  for (const field of models[model].fields) {
    if (tool === "generate_image" && isSource(field)) continue;
    const { name, type, array } = field;
    const property = known[name] ?? {};
    properties[argumentName(name)] = type === "file" ? sourceSchema(property, array, roots) : property;
  }
  return { properties, required: named.map(argumentName) };
}

/** A file as an agent names it. */
function sourceSchema(
  { type: _type, items: _items, anyOf: _any, ...words }: Json,
  isList: boolean,
  roots: readonly string[],
): Json {
  const places = roots.map((each) => escapeText(each)).join(", ");
  const source = {
    type: "string",
    minLength: 1,
    description: `Path of an image below one of these folders: ${places}; or an http or https URL, which the service fetches`,
  };
  return isList ? { ...words, type: "array", items: source } : { ...words, ...source };
}

/**
 * Checks a call's arguments and reads the files that they name.
 *
 * @throws {UnfitArguments} They cannot be carried out; the message says why, and what would be valid.
 */
export async function readArguments(
  tool: GenerationTool,
  given: Json,
  service: string,
  roots: readonly string[],
): Promise<Wanted> {
  const { model = defaultModel, again: isAgain = false, ...rest } = given;
  const names: readonly unknown[] = modelsOf(tool);
  if (!names.includes(model)) throw new UnfitArguments(`\`model\` must be one of ${names.join(", ")}`);
  if (typeof isAgain !== "boolean") throw new UnfitArguments("`again` must be true or false");
  const { fields } = models[model as Model];
  const named = new Map(fields.map((field) => [argumentName(field.name), field]));
  const input: Json = {};
  for (const [name, value] of Object.entries(rest)) {
    const field = named.get(name);
    const isMisplaced = field && tool === "generate_image" && isSource(field);
    if (isMisplaced)
      throw new UnfitArguments(`\`${name}\` is an argument of edit_image, not of generate_image`);
    if (field && (value === undefined || value === null)) continue;
    // A name that the model does not have stays: the check names it.
    input[field?.name ?? name] = field?.type === "file" ? toFiles(value) : value;
  }
  const isWithout = fields.filter(isSource).every(({ name }) => isEmpty(input[name]));
  if (tool === "edit_image" && isWithout) {
    const list = fields.filter(isSource).map(({ name }) => `\`${argumentName(name)}\``);
    throw new UnfitArguments(`An image to start from is missing: give ${list.join(" or ")}`);
  }
  const { issues } = inputSchema(model as Model, { files: ["path", "url"] })["~standard"].validate(input);
  if (issues) {
    const faults = issues.map(
      ({ path, message }) => `${path.length > 0 ? `\`${path.join(".")}\` ` : ""}${message}`,
    );
    throw new UnfitArguments(escapeText(`Invalid arguments: ${faults.join("; ")}`));
  }
  const hashes = new Map<File, string>();
  const sources: string[] = [];
  const openPath = async (path: string): Promise<File> => {
    const { file, sha256 } = await readSourceFile(path, roots);
    hashes.set(file, sha256);
    sources.push(path);
    return file;
  };
  const ready = (await toModelInput(model as Model, input as never, { openPath })) as Json;
  return {
    model: model as Model,
    input: ready,
    images: countImages(fields, ready),
    prompt: textOf("prompt", fields, ready),
    sources: [...sources, ...[textOf("address", fields, ready) ?? []].flat()],
    inputDigest: digest({ tool, service, model, input: identify(ready, hashes) }),
    isAgain,
  };
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || (Array.isArray(value) && value.length === 0);

/** Agents give a file as text: its path or its URL. */
function toFiles(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toFiles);
  if (typeof value !== "string") return value;
  return /^https?:/i.test(value) ? { url: value } : { path: value };
}

/** Files by their names and bytes. */
function identify(value: unknown, hashes: ReadonlyMap<File, string>): unknown {
  if (value instanceof File) return { name: value.name, sha256: hashes.get(value) };
  if (Array.isArray(value)) return value.map((item) => identify(item, hashes));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, identify(item, hashes)]));
}

function countImages(fields: readonly (Field & { default?: unknown })[], input: Json): number {
  const count = fields.find(({ role }) => role === "count");
  const images = count && (input[count.name] ?? count.default);
  return typeof images === "number" ? images : 1;
}

function textOf(role: string, fields: readonly Field[], input: Json): string | undefined {
  const name = fields.find((field) => field.role === role)?.name;
  const text = name === undefined ? undefined : input[name];
  return typeof text === "string" ? text : undefined;
}
