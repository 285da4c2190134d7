import { advice } from "../../generated/operations.js";
import { FilePart } from "../api/file-part.js";
import type { Model, ModelInput } from "../types.js";
import { findType } from "./files.js";
import { submitOperation } from "./submit-operation.js";
import { validateInput } from "./validate-input.js";

/** Input that is valid, and that the service may not carry out as it was meant. */
export interface InputWarning {
  /** The model that the input is for. */
  model: Model;
  /** The field, with the service's name. */
  path: string;
  /** The advice, such as "should have at most 14 images"; it reads on from the field. */
  message: string;
}

/** Is called, and awaited, with each warning about a submit, before anything is sent. */
export type OnWarning = (warning: InputWarning) => void | Promise<void>;

interface Bounds {
  minimum: number;
  maximum: number;
}

/** A piece of the document's advice: about a field, and one thing that may be said of it. */
interface Advice {
  field: string;
  message: string;
  pattern?: string;
  pixels?: Bounds;
  aspect?: Bounds;
  maxItems?: number;
  /** With this field's number, or its default, there are at most `maximum`. */
  plus?: string;
  default?: number;
  maximum?: number;
  maxBytes?: number;
  mediaTypes?: readonly string[];
  without?: string;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Validates an input and returns what is doubtful about it, without a key and without sending anything.
 *
 * The warnings are those that a client's `onWarning` gets: what the model's maker advises and the service may not enforce.
 *
 * @throws {InvalidInputError} The input could not be submitted.
 * @throws {ConfigurationError} There is no such model.
 * @example
 * const warnings = await checkInput("seedreamv5", { prompt: "a red fox", resolution: "banana" });
 * for (const { path, message } of warnings) console.warn(path, message);
 */
export async function checkInput<M extends Model>(model: M, input: ModelInput<M>): Promise<InputWarning[]> {
  const warnings: InputWarning[] = [];
  const fields = validateInput(submitOperation(model), input);
  await warnAbout(model, fields, (warning) => void warnings.push(warning));
  return warnings;
}

/** Calls `onWarning` with each warning about fields that are about to be sent. */
export async function warnAbout(model: Model, fields: Fields, onWarning: OnWarning): Promise<void> {
  const known: Readonly<Record<string, readonly Advice[]>> = advice;
  for (const entry of known[submitOperation(model)] ?? []) {
    const { field: path, message } = entry;
    if (await isDoubtful(entry, fields)) await onWarning({ model, path, message });
  }
}

/** Whether an input is not as advised; a comparison with what the advice does not say is false. */
async function isDoubtful(entry: Advice, fields: Fields): Promise<boolean> {
  const { field, maxItems, plus, maximum, without, maxBytes, mediaTypes } = entry;
  const items = [fields[field] ?? []].flat();
  const count = items.length + Number(fields[plus!] ?? entry.default);
  if (items.length > maxItems! || (items.length > 0 && (count > maximum! || fields[without!]))) return true;
  const kind = { type: "file", array: Array.isArray(fields[field]) } as const;
  for (const [index, item] of items.entries()) {
    if (!(item instanceof FilePart)) {
      if (isDoubtfulText(entry, String(item))) return true;
    } else if (item.size > maxBytes!) {
      return true;
    } else if (mediaTypes) {
      // Without its name, a file is what its first bytes say, whatever it is called.
      const { type } = await findType({ ...item, name: "" }, kind, field, index);
      if (!mediaTypes.includes(type)) return true;
    }
  }
  return false;
}

/** A text that is neither WIDTHxHEIGHT nor a ratio has neither pixels nor an aspect. */
function isDoubtfulText({ pattern = "", pixels, aspect }: Advice, text: string): boolean {
  const [width = NaN, height = NaN] = text.split(/[:x*×]/).map(Number);
  const isOutside = (number: number, bounds: Bounds | undefined) =>
    number < bounds?.minimum! || number > bounds?.maximum!;
  return (
    !new RegExp(pattern, "u").test(text) ||
    (!text.includes(":") && isOutside(width * height, pixels)) ||
    isOutside(width / height, aspect)
  );
}
