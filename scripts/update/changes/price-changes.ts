import { listOperations, requestMedia } from "../../generate/operation.js";
import { readFormDefaults, readFormRoles } from "../../generate/roles.js";
import type { JsonObject } from "../../generate/source.js";

/** Warns of models that now make, and charge for, another number of images if a call does not give the number. */
export function findPriceChanges(before: JsonObject, after: JsonObject): string[] {
  const [old, now] = [countsOf(before), countsOf(after)];
  return [...now].flatMap(([operation, { field, count }]) => {
    const former = old.get(operation);
    if (!former || former.count === count) return [];
    const show = (value: unknown): string => (value === undefined ? "no default" : JSON.stringify(value));
    return [
      `${operation}: without \`${field}\`, a call now makes ${show(count)} images instead of ${show(former.count)}, and costs accordingly`,
    ];
  });
}

function countsOf(document: JsonObject): Map<string, { field: string; count: unknown }> {
  return new Map(
    listOperations(document).flatMap((operation) => {
      const schema = requestMedia(operation, document)?.schema;
      const field = readFormRoles(schema, document)?.count;
      if (field === undefined) return [];
      return [[operation.name, { field, count: readFormDefaults(schema, document)?.count }] as const];
    }),
  );
}
