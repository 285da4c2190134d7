import { InvalidInputError } from "../index.js";
import type { InputIssue, Model } from "../index.js";
import { models } from "../schemas/index.js";
import type { FieldDescription } from "../schemas/index.js";
import type { ImageCallOptions, ImageFile, ImageWarning } from "./model-types.js";
import { readProviderOptions } from "./provider-options.js";
import type { GenerationSettings } from "./provider-options.js";

/** One call of the SDK as an input of this package. */
export interface ModelCall {
  /** The fields to submit, not validated yet. */
  input: Record<string, unknown>;
  settings: GenerationSettings;
  /** Options that have no effect, each with the reason. */
  warnings: ImageWarning[];
}

/**
 * Turns the options of the SDK into the fields of a model; what the model has no field for becomes a warning.
 *
 * @throws {InvalidInputError} An option is malformed, or `providerOptions` has an unknown one.
 */
export function readModelCall(model: Model, options: ImageCallOptions): ModelCall {
  const { fields: input, settings } = readProviderOptions(model, options.providerOptions);
  const warnings: ImageWarning[] = [];
  const issues: InputIssue[] = [];
  const fieldOf = (role: string): FieldDescription | undefined =>
    models[model].fields.find((field) => field.role === role);
  const refuse = (feature: string, details: string) =>
    void warnings.push({ type: "unsupported", feature, details });
  /** Sets the field for a value; adds a warning if the model has no such field, or it already has another value. */
  const put = (role: string, value: unknown, feature: string): void => {
    const field = fieldOf(role);
    if (value === undefined) return;
    if (!field) refuse(feature, `${model} has no field for it`);
    else if (input[field.name] !== undefined) refuse(feature, `\`${field.name}\` is given already`);
    else input[field.name] = value;
  };

  const { prompt, n, size, aspectRatio, seed, files = [], mask } = options;
  put("prompt", prompt, "prompt");
  if (fieldOf("count")) put("count", n, "n");
  else if (n !== 1) issues.push({ path: "n", message: `must be 1: ${model} makes one image in each call` });

  if (size !== undefined && !/^\d+x\d+$/i.test(size)) {
    issues.push({ path: "size", message: "must have the form `{width}x{height}`, such as 2048x2048" });
  }
  if (aspectRatio !== undefined && !/^\d+(\.\d+)?:\d+(\.\d+)?$/.test(aspectRatio)) {
    issues.push({ path: "aspectRatio", message: "must have the form `{width}:{height}`, such as 16:9" });
  }
  put("size", size?.toLowerCase(), "size");
  put("size", aspectRatio, "aspectRatio");
  put("seed", seed, "seed");
  if (mask !== undefined) refuse("mask", `${model} has no field for it`);

  const bytes: Uint8Array[] = [];
  const isList = fieldOf("files")?.array;
  for (const [index, file] of files.entries()) {
    const feature = `files[${index}]`;
    const found = readFile(file);
    if (found === undefined) issues.push({ path: feature, message: "must be bytes, base64 or a URL" });
    else if (typeof found === "string") put("address", found, feature);
    else if (isList) bytes.push(found);
    else put("files", found, feature);
  }
  if (bytes.length > 0) put("files", bytes, "files");
  if (issues.length > 0) throw new InvalidInputError(issues);
  return { input, settings, warnings };
}

/** A copy of the bytes of a file, which cannot change any more, or its URL; undefined if it is neither. */
function readFile(file: ImageFile): string | Uint8Array | undefined {
  const given = file.type === "url" ? file.url : file.data;
  if (typeof given !== "string") return given instanceof Uint8Array ? given.slice() : undefined;
  const isDataUrl = /^data:[^,]*;base64,/i.test(given);
  if (file.type === "url" && !isDataUrl) return given;
  try {
    const text = given
      .replace(/^data:[^,]*,/i, "")
      .replaceAll("-", "+")
      .replaceAll("_", "/");
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
