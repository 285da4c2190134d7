import { models, operations } from "../../generated/operations.js";
import type { Model, ModelInput } from "../types.js";

/** Number of images that an input asks for: the URLs in a submit's response may be the first of them only. */
export function imageCount<M extends Model>(model: M, input: ModelInput<M>): number {
  // Another document may give its forms other roles, or none.
  const { roles, defaults }: Form = operations[models[model]];
  const count =
    (roles?.count && (input as Record<string, unknown> | undefined)?.[roles.count]) ?? defaults?.count;
  return typeof count === "number" ? count : 1;
}

interface Form {
  path: string;
  roles?: Readonly<Record<string, string>>;
  defaults?: Readonly<Record<string, unknown>>;
}
