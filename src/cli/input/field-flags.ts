import { Option } from "commander";
import type { Command } from "commander";
import { UsageError } from "../exit-status.js";
import { placeSources, readValue } from "./written-input.js";
import type { WrittenInput } from "./written-input.js";
import { findModel, modelFields } from "./models.js";
import type { Field, ModelFields } from "./models.js";
import { modelOption } from "../flags.js";

/** The model and the input that the flags name, not validated yet. */
export interface Wanted {
  model: ModelFields;
  written: WrittenInput;
  /** The fields that `--source` filled. */
  sources: string[];
}

/** Reads the flags of a parsed command, and adds its prompt. */
export type ReadFieldFlags = (prompt: string) => Wanted;

/**
 * Adds `--model`, `--source`, and a flag for every field of every model but the prompt, all from the document.
 *
 * The command has its own flags already: a field whose flag would be read as one of them becomes `--field-<name>`.
 */
export function addFieldFlags(command: Command): ReadFieldFlags {
  command.optionsGroup("Fields:");
  command.addOption(modelOption());
  command.option("--source <file...>", "images to start from: files, or the URL of one");
  // The parser keeps values by this name, which is the same for `base-url` and `baseUrl`.
  const taken = new Set(command.options.map((option) => option.attributeName()));
  const isFree = (flag: string): boolean => {
    const option = new Option(`--${flag}`);
    const name = option.attributeName();
    return !option.negate && !reserved.has(name) && !(name in {}) && !taken.has(name);
  };

  const options = new Map<string, Option>();
  for (const name of new Set(modelFields.flatMap(({ fields }) => fields.map((field) => field.name)))) {
    const takers = modelFields.filter((model) => model.prompt !== name && findField(model, name));
    if (takers.length === 0 || !isWord(name)) continue;
    let flag = name;
    while (!isFree(flag)) flag = `field-${flag}`;
    const option = new Option(
      `--${flag} ${placeholder(findField(takers[0]!, name)!)}`,
      describe(name, takers),
    );
    command.addOption(option);
    taken.add(option.attributeName());
    options.set(name, option);
  }

  return (prompt) => {
    const flags = command.opts<Record<string, unknown> & { model: string; source?: string[] }>();
    const model = findModel(flags.model)!;
    if (model.prompt === undefined) throw new UsageError(`${model.name} takes no prompt`);
    const placed = placeSources(model, flags.source ?? []);
    const written: WrittenInput = { [model.prompt]: prompt, ...placed };
    for (const [name, option] of options) {
      const key = option.attributeName();
      const value = (Object.hasOwn(flags, key) ? flags[key] : undefined) as string | string[] | undefined;
      if (value === undefined) continue;
      if (Object.hasOwn(written, name))
        throw new UsageError(`\`--source\` and \`${option.long}\` exclude each other`);
      // A field of another model stays text; validation says that this model does not have it.
      const field = findField(model, name);
      written[name] = field ? readFlag(field, value) : value;
    }
    return { model, written, sources: Object.keys(placed) };
  };
}

/** Flags of the program itself, which its commands take as well. */
const reserved = new Set(["help", "version"]);

/** Whether a name can be written on a command line; a field with another one can be given in lists alone. */
const isWord = (name: string): boolean => /^[^-\s,|<>[\]=\p{C}][^\s,|<>[\]=\p{C}]*$/u.test(name);

const findField = (model: ModelFields, name: string): Field | undefined =>
  model.fields.find((field) => field.name === name);

const placeholder = ({ type, array }: Field): string =>
  `<${type === "string" ? "text" : type}${array ? "..." : ""}>`;

/** The descriptions of a field; each with the models that have it, unless all do. */
function describe(name: string, takers: ModelFields[]): string {
  const texts = new Set(takers.map((taker) => findField(taker, name)!.description));
  const groups = [...texts].map((text) => {
    const models = takers.filter((taker) => findField(taker, name)!.description === text);
    const isSaidByAll = models.length === modelFields.length;
    return isSaidByAll ? text : `${text} [${models.map((model) => model.name).join(", ")}]`;
  });
  return groups.join("; ");
}

function readFlag(field: Field, value: string | string[]): unknown {
  return Array.isArray(value) ? value.map((item) => readValue(field, item)) : readValue(field, value);
}
