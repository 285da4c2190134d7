import { models as descriptions } from "../../schemas/index.js";
import type { FieldDescription } from "../../schemas/index.js";
import { models, operations } from "../document.js";

/** One field of a model's form, as the document describes it. */
export type FormField = FieldDescription;

/** The form of one model. */
export interface Form {
  readonly model: string;
  readonly method: string;
  readonly path: string;
  readonly description: string;
  readonly fields: readonly FormField[];
}

/** The form of each model, made from the document. */
export function describeForms(): Form[] {
  return Object.entries(descriptions).flatMap(([model, { description, fields }]) => {
    const operation = operations[models[model] ?? ""];
    return operation ? [{ model, method: operation.method, path: operation.path, description, fields }] : [];
  });
}
