import type { models, operations } from "../../generated/operations.js";
import { InvalidInputError } from "../index.js";
import type { Model, ModelInput } from "../index.js";
import { models as descriptions } from "../schemas/index.js";

/** The name of this provider in `providerOptions` and `providerMetadata`. */
export const providerName = "tensorslab";

/** The options of one call of `generateImage`, beside the fields of the model. */
export interface GenerationSettings {
  /** Names the images in `records`: every call with the same key means the same images. @default derived from the input */
  idempotencyKey?: string | undefined;
  /** Submits again what may have been paid for already; for a person who has looked in the account. @default false */
  resubmitUnknown?: boolean | undefined;
  /** Milliseconds until the wait for the images is given up; the task is still running then. @default 600_000 */
  timeoutMs?: number | undefined;
  /** Milliseconds between the first polls. @default 2000 */
  pollIntervalMs?: number | undefined;
}

type Operation<M extends Model> = (typeof operations)[(typeof models)[M]];
type Roles<M extends Model> = Operation<M> extends { roles: infer Found } ? Found : object;
/** The fields that `generateImage` has options of its own for. */
type OwnFields<M extends Model> = {
  [Role in keyof Roles<M>]: Role extends "prompt" | "count" | "files" ? Roles<M>[Role] : never;
}[keyof Roles<M>];
/** Applied to each alternative of an input. */
type Without<Fields, Names> = { [Field in keyof Fields as Exclude<Field, Names>]?: Fields[Field] };

/**
 * Contents of `providerOptions.tensorslab`: the fields of the model that `generateImage` has no option for, and how the
 * call is carried out.
 *
 * @example
 * const options = { resolution: "4K", idempotencyKey: "order-1234" } satisfies ProviderOptions<"seedreamv5">;
 * const providerOptions = { tensorslab: options }; // for generateImage({ model, prompt, providerOptions })
 */
export type ProviderOptions<M extends Model = Model> = Without<ModelInput<M>, OwnFields<M>> &
  GenerationSettings;

const settingNames = [
  "idempotencyKey",
  "resubmitUnknown",
  "timeoutMs",
  "pollIntervalMs",
] as const satisfies readonly (keyof GenerationSettings)[];

/**
 * Reads `providerOptions.tensorslab`.
 *
 * @throws {InvalidInputError} It has an unknown option.
 */
export function readProviderOptions(
  model: Model,
  given: unknown,
): { fields: Record<string, unknown>; settings: GenerationSettings } {
  const own = (given as Record<string, unknown> | null | undefined)?.[providerName] ?? {};
  const path = `providerOptions.${providerName}`;
  if (typeof own !== "object" || Array.isArray(own)) {
    throw new InvalidInputError([{ path, message: "must be an object" }]);
  }
  const all = descriptions[model].fields;
  const known = all
    .filter(({ role }) => !["prompt", "count", "files"].includes(role ?? ""))
    .map(({ name }) => name);
  const issues = [];
  const fields: Record<string, unknown> = {};
  const settings: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(own)) {
    if (value === undefined) continue;
    if (known.includes(name)) fields[name] = value;
    else if ((settingNames as readonly string[]).includes(name)) settings[name] = value;
    else issues.push({ path: `${path}.${name}`, message: reasonAgainst(name) });
  }
  if (issues.length > 0) throw new InvalidInputError(issues);
  return { fields, settings };

  function reasonAgainst(name: string): string {
    const option = { prompt: "prompt", count: "n", files: "prompt.images" }[
      all.find((field) => field.name === name)?.role ?? ""
    ];
    if (option !== undefined) return `is given by \`${option}\` of generateImage`;
    return `is not an option. Available: ${[...known, ...settingNames].join(", ")}`;
  }
}
