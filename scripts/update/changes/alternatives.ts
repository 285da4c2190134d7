import { isDeepStrictEqual } from "node:util";
import { isObject } from "../../generate/source.js";
import type { JsonObject } from "../../generate/source.js";
import { shapeOf } from "./shape.js";
import type { Shape } from "./shape.js";

/** One of several schemas; its `schema` is undefined if it stands for a whole shape that is not a choice. */
export interface Alternative {
  schema: unknown;
  shape: Shape;
}

/** Whether a schema is a reference to another. */
export const isReference = (schema: unknown): boolean => isObject(schema) && typeof schema.$ref === "string";

/** A schema as one of several. */
export const alternativeOf = (schema: unknown, document: JsonObject): Alternative => ({
  schema,
  shape: shapeOf(schema, document),
});

/** Whether no value can satisfy two of these, according to their types. */
export function areDisjoint(alternatives: Alternative[]): boolean {
  const types = alternatives.map(({ shape }) =>
    shape.types?.map((type) => (type === "integer" ? "number" : type)),
  );
  const all = types.flatMap((list) => [...new Set(list)]);
  return types.every((list) => list !== undefined) && new Set(all).size === all.length;
}

/** A name for an alternative: of the schema that it refers to, or its types. */
export function describe({ schema, shape }: Alternative): unknown {
  return isReference(schema)
    ? String((schema as JsonObject).$ref)
        .split("/")
        .at(-1)
    : (shape.types ?? "any");
}

/** Pairs the alternatives that correspond: by name, by content, by type, or because only one is left on each side. */
export function pairUp(
  before: Alternative[],
  after: Alternative[],
): { matched: [Alternative, Alternative][]; removed: Alternative[]; added: Alternative[] } {
  const matched: [Alternative, Alternative][] = [];
  let [removed, added] = [before, after];
  const isSame: ((one: Alternative, other: Alternative) => boolean)[] = [
    (one, other) =>
      isDeepStrictEqual(describe(one), describe(other)) && isDeepStrictEqual(one.shape, other.shape),
    (one, other) => typeof describe(one) === "string" && describe(one) === describe(other),
    (one, other) => isDeepStrictEqual(one.shape, other.shape),
    (one, other) => isDeepStrictEqual(one.shape.types, other.shape.types),
  ];
  for (const same of isSame) {
    for (const one of removed) {
      const other = added.find((candidate) => same(one, candidate));
      if (!other) continue;
      matched.push([one, other]);
      removed = removed.filter((left) => left !== one);
      added = added.filter((left) => left !== other);
    }
  }
  if (removed.length === 1 && added.length === 1)
    return { matched: [...matched, [removed[0]!, added[0]!]], removed: [], added: [] };
  return { matched, removed, added };
}
