import { isDeepStrictEqual } from "node:util";
import type { Operation } from "../../generate/operation.js";
import { followReference } from "../../generate/reference.js";
import { isObject } from "../../generate/source.js";
import type { JsonObject } from "../../generate/source.js";
import { compareContent } from "./compare-content.js";
import { namesOf } from "./context.js";
import type { Context, Pair } from "./context.js";

const part = "parameters";

/** Reports what has changed in the parameters of an operation, those of its path included. */
export function compareParameters({ before, after }: Pair<Operation>, context: Context): void {
  const { documents, report } = context;
  const [old, now] = [parametersOf(before, documents.before), parametersOf(after, documents.after)];
  for (const name of namesOf(old, now)) {
    const [one, other] = [old[name], now[name]];
    if (one && other) compareParameter(name, { before: one, after: other }, context);
    else if (one) report(part, name, "field", "breaking", needOf(one), undefined);
    else if (other)
      report(part, name, "field", isRequired(other) ? "breaking" : "compatible", undefined, needOf(other));
  }
}

function compareParameter(name: string, { before, after }: Pair<JsonObject>, context: Context): void {
  const { report, compareValues } = context;
  if (isRequired(before) !== isRequired(after)) {
    const verdict = isRequired(after) ? "breaking" : "compatible";
    report(part, name, "required", verdict, isRequired(before), isRequired(after));
  }
  for (const word of namesOf(before, after)) {
    if (["in", "required", "schema"].includes(word) || isDeepStrictEqual(before[word], after[word])) continue;
    if (word === "content" && isObject(before.content) && isObject(after.content)) {
      compareContent(part, "request", { before: before.content, after: after.content }, context, name);
      continue;
    }
    const isForm = ["style", "explode", "allowReserved", "content"].includes(word);
    const verdict = isForm ? "breaking" : word === "deprecated" ? "compatible" : "cosmetic";
    const field = isForm || word === "deprecated" || word === "name" ? word : "description";
    report(part, name, field, verdict, before[word], after[word]);
  }
  compareValues(part, "request", { before: before.schema ?? {}, after: after.schema ?? {} }, name);
}

const isRequired = ({ required }: JsonObject): boolean => required === true;
const needOf = (parameter: JsonObject): string => (isRequired(parameter) ? "required" : "optional");

/** A parameter with its defaults filled in: stating a default is not a change. */
function withDefaults(parameter: JsonObject): JsonObject {
  const style = parameter.style ?? (["query", "cookie"].includes(String(parameter.in)) ? "form" : "simple");
  const defaults = { style, explode: style === "form", allowReserved: false, deprecated: false };
  return { ...defaults, ...parameter };
}

/** Parameters by name and place; those of the operation override those of its path, and headers are in lower case. */
function parametersOf({ operation, item }: Operation, document: JsonObject): Record<string, JsonObject> {
  const all = [item.parameters, operation.parameters].flatMap((list) =>
    Array.isArray(list) ? (list as unknown[]) : [],
  );
  const parameters = all.map((parameter) => withDefaults(followReference(parameter, document)));
  return Object.fromEntries(parameters.map((one) => [keyOf(String(one.name), String(one.in)), one]));
}

const keyOf = (name: string, place: string): string =>
  `${place === "header" ? name.toLowerCase() : name} (${place})`;
