import { defaultModel as standardModel } from "../../../generated/operations.js";
import type { Model } from "../../index.js";
import { models } from "../../schemas/index.js";
import type { FieldDescription, ModelDescription } from "../../schemas/index.js";

/** A field of a model, as the document describes it. */
export interface Field extends Pick<FieldDescription, "name" | "type" | "array"> {
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

/** Every model of the document, in its order. */
export const modelFields: readonly ModelFields[] = Object.entries(models).map(([name, model]) =>
  readModel(name as Model, model),
);

/** The model that is used unless another is named, as the overlay says; the first where it does not. */
export const defaultModel: ModelFields =
  modelFields.find(({ name }) => name === standardModel) ?? modelFields[0]!;

/** A model by its name; undefined if the document has none of that name. */
export const findModel = (name: string): ModelFields | undefined =>
  modelFields.find((model) => model.name === name);

function readModel(name: Model, model: ModelDescription): ModelFields {
  const fields = model.fields.map((field) => ({
    name: field.name,
    type: field.type,
    array: field.array,
    description: describe(field),
  }));
  const nameOf = (role: string) => model.fields.find((field) => field.role === role)?.name;
  const files = nameOf("files");
  return {
    name,
    fields,
    prompt: nameOf("prompt"),
    files: fields.find((field) => field.name === files),
    address: nameOf("address"),
  };
}

function describe({
  description = "",
  minimum,
  maximum,
  enum: allowed,
  default: fallback,
}: FieldDescription): string {
  const facts = [
    allowed ? `one of ${allowed.join(", ")}` : "",
    minimum === undefined ? "" : `at least ${minimum}`,
    maximum === undefined ? "" : `at most ${maximum}`,
    fallback === undefined ? "" : `default: ${JSON.stringify(fallback)}`,
  ].filter(Boolean);
  return [description, facts.length > 0 ? `(${facts.join("; ")})` : ""].filter(Boolean).join(" ");
}

/** Number of images that an input asks for. */
export function countImages({ name }: ModelFields, input: Record<string, unknown>): number {
  const field = models[name].fields.find(({ role }) => role === "count");
  const count = field && (input[field.name] ?? field.default);
  return typeof count === "number" ? count : 1;
}
