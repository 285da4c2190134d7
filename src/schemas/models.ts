import { modelSchemas } from "../../generated/model-schemas.js";
import { advice, models as operationOf } from "../../generated/operations.js";
import type { Model } from "../types.js";

/** A field of a model, as the document describes it. */
export interface FieldDescription {
  /** Its name on the wire, and in an input. */
  readonly name: string;
  /** The type of a value, or of each value of a list. */
  readonly type: "string" | "integer" | "number" | "boolean" | "file" | "json";
  /** Whether it takes a list of values. */
  readonly array: boolean;
  /** Whether an input must have it. */
  readonly required: boolean;
  /** Its role, if it has one: `prompt`, `count`, `size`, `files`, `address`, `seed`. */
  readonly role?: string;
  /** The vendor's description, in one line. */
  readonly description?: string;
  /** The value of a field that is left out. */
  readonly default?: unknown;
  /** An example value of the vendor. */
  readonly example?: unknown;
  /** The only values that are valid. */
  readonly enum?: readonly unknown[];
  /** The smallest valid number. */
  readonly minimum?: number;
  /** The largest valid number. */
  readonly maximum?: number;
}

/** Valid input that may not have the intended effect: a reason to warn, never to refuse. */
export interface Advice {
  /** The field that it applies to. */
  readonly field: string;
  /** The fault, to be read after the field's name. */
  readonly message: string;
  /** The rule in numbers and patterns, such as `maxItems` or `pixels`. */
  readonly [rule: string]: unknown;
}

/** A model and its fields. */
export interface ModelDescription {
  /** A short name for people. */
  readonly title: string;
  /** The vendor's description, in one line. */
  readonly description: string;
  /** Its fields, in the document's order. */
  readonly fields: readonly FieldDescription[];
  /** The values of fields that are left out, by field. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Valid inputs that may not have the intended effect. */
  readonly advice: readonly Advice[];
}

/**
 * Every model, with a title, its fields, their defaults, and advice; made of the generated document.
 *
 * @example
 * for (const [model, { title, fields }] of Object.entries(models)) console.log(model, title, fields.length);
 */
export const models: Readonly<Record<Model, ModelDescription>> = /* @__PURE__ */ describeModels();

function describeModels(): Record<Model, ModelDescription> {
  const described = Object.entries(modelSchemas).map(([model, { title, description, fields }]) => {
    const all: readonly FieldDescription[] = fields;
    const defaults = all.flatMap((field) =>
      field.default === undefined ? [] : [[field.name, field.default]],
    );
    const known = (advice as Record<string, readonly Advice[]>)[operationOf[model as Model]] ?? [];
    return [
      model,
      { title, description, fields: all, defaults: Object.fromEntries(defaults), advice: known },
    ];
  });
  return Object.fromEntries(described) as Record<Model, ModelDescription>;
}

/**
 * A model by its name.
 *
 * @throws {TypeError} The model is unknown.
 */
export function findModel(model: Model): ModelDescription & { schema: object } {
  if (Object.hasOwn(models, model)) return { ...models[model], schema: modelSchemas[model].schema };
  throw new TypeError(`Unknown model \`${String(model)}\`. Available: ${Object.keys(models).join(", ")}`);
}
