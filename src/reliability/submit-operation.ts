import { models } from "../../generated/operations.js";
import { ConfigurationError, didYouMean } from "../errors.js";
import type { Model, SubmitOperation } from "../types.js";

/**
 * The operation that submits to a model.
 *
 * @throws {ConfigurationError} There is no such model.
 */
export function submitOperation<M extends Model>(model: M): SubmitOperation<M> {
  if (Object.hasOwn(models, model)) return models[model];
  const known = Object.keys(models);
  const meant = didYouMean(String(model), known) || ` Available: ${known.join(", ")}`;
  throw new ConfigurationError(`Unknown model \`${String(model)}\`.${meant}`);
}
