import { listOperations } from "../../generate/operation.js";
import { readService } from "../../generate/roles.js";
import type { Service } from "../../generate/roles.js";
import { DocumentError } from "../../generate/source.js";
import type { JsonObject } from "../../generate/source.js";

/** The effect of an update on the models that the client offers. */
export interface ModelChanges {
  added: Model[];
  removed: Model[];
  /** The model that is used where none is named; undefined without models. */
  default: { before: string | undefined; after: string | undefined };
  /** The added operations that are not models: only `client.api` can call them. */
  notModels: string[];
}

export interface Model {
  name: string;
  /** Such as `POST /v1/images/seedreamv5`. */
  operation: string;
}

/** Compares the models of two effective documents. */
export function compareModels(before: JsonObject, after: JsonObject): ModelChanges {
  const [old, now] = [readModels(before), readModels(after)];
  const known = new Set(listOperations(before).map(({ name }) => name));
  const { statusOperation } = serviceOf(after);
  const made = new Set([...now.map(({ operation }) => operation), statusOperation]);
  const isIn = (list: Model[]) => (model: Model) =>
    list.some(({ name, operation }) => name === model.name && operation === model.operation);
  return {
    added: now.filter((model) => !isIn(old)(model)),
    removed: old.filter((model) => !isIn(now)(model)),
    default: { before: defaultOf(before), after: defaultOf(after) },
    notModels: listOperations(after)
      .filter(({ name }) => !known.has(name) && !made.has(name))
      .map(({ name }) => name),
  };
}

const serviceOf = (document: JsonObject): Service =>
  readService(document, (_, reason) => {
    throw new DocumentError(`overlay.yaml: with it applied, ${reason}`);
  });

/** The models of an effective document. */
export const readModels = (document: JsonObject): Model[] =>
  Object.entries(serviceOf(document).models).map(([name, operation]) => ({ name, operation }));

const defaultOf = (document: JsonObject): string | undefined => serviceOf(document).defaultModel;
