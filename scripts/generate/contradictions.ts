import { isDeepStrictEqual } from "node:util";
import { propertiesOf } from "./form-parts.js";
import { followReference } from "./reference.js";
import { isObject } from "./source.js";
import type { Fail, JsonObject, Path } from "./source.js";
import { visitSchemas } from "./walk.js";

/** A fault of a schema: the keyword that causes it, and the reason. */
type Fault = [keyword: string, reason: string];

/** Fails at the first schema that no value can satisfy. */
export function checkContradictions(document: JsonObject, fail: Fail): void {
  const checks = [findEmptyChoice, findEmptyRange, findForbiddenName, findUnreachable];
  visitSchemas(document, (schema, path: Path) => {
    for (const check of checks) {
      const fault = check(schema, document);
      if (fault) fail([...path, fault[0]], fault[1]);
    }
  });
}

/** The types and the values that a schema allows, with its `allOf`; undefined for any. */
interface Allowed {
  types: string[] | undefined;
  values: unknown[] | undefined;
}

export function allowedBy(schema: unknown, document: JsonObject, above: readonly unknown[] = []): Allowed {
  const target = followReference(schema, document);
  if (above.includes(target)) return { types: undefined, values: undefined };
  const { type, nullable, enum: list, const: constant, allOf } = target;
  const own = type === undefined ? undefined : ([type, nullable === true ? "null" : []].flat() as string[]);
  const values = Array.isArray(list) ? (list as unknown[]) : constant === undefined ? undefined : [constant];
  const parts = Array.isArray(allOf) ? (allOf as unknown[]) : [];
  return parts.reduce<Allowed>(
    (sum, part) => {
      const { types, values: others } = allowedBy(part, document, [...above, target]);
      return {
        types: intersect(sum.types, types, (one, other) => one === other || isInteger(one, other)),
        values: intersect(sum.values, others, isDeepStrictEqual),
      };
    },
    { types: own, values },
  );
}

const isInteger = (one: string, other: string): boolean => [one, other].sort().join() === "integer,number";

function intersect<T>(
  one: T[] | undefined,
  other: T[] | undefined,
  isSame: (one: T, other: T) => boolean,
): T[] | undefined {
  if (!one || !other) return one ?? other;
  return one.filter((item) => other.some((each) => isSame(item, each)));
}

function isOfType(value: unknown, types: readonly string[]): boolean {
  const kind = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  return types.some((type) => type === kind || (type === "integer" && Number.isInteger(value)));
}

function findEmptyChoice(schema: JsonObject, document: JsonObject): Fault | undefined {
  const { types, values } = allowedBy(schema, document);
  if (types?.length === 0)
    return ["allOf", "allows no value: its parts are of types that exclude each other"];
  if (!values || values.some((value) => !types || isOfType(value, types))) return undefined;
  const keyword = Array.isArray(schema.enum) ? "enum" : "const" in schema ? "const" : "allOf";
  return values.length === 0
    ? [keyword, "allows no value: it lists none, or its parts list values that exclude each other"]
    : [keyword, `allows no value: none of ${JSON.stringify(values)} is of type ${types!.join(" or ")}`];
}

/** Bounds, and the types that they apply to. */
const ranges = [
  ["minimum", "maximum", ["integer", "number"]],
  ["minLength", "maxLength", ["string"]],
  ["minItems", "maxItems", ["array"]],
  ["minProperties", "maxProperties", ["object"]],
] as const;

function findEmptyRange(schema: JsonObject): Fault | undefined {
  const types = ([] as unknown[]).concat(schema.type ?? []).filter((type) => type !== "null");
  for (const [low, high, applicable] of ranges) {
    if (types.length === 0 || !types.every((type) => applicable.includes(type as never))) continue;
    const { exclusiveMinimum, exclusiveMaximum } = schema;
    const isNumber = low === "minimum";
    const least = Math.max(...numbersOf(schema[low], isNumber && exclusiveMinimum), -Infinity);
    const most = Math.min(...numbersOf(schema[high], isNumber && exclusiveMaximum), Infinity);
    const isOpen =
      isNumber &&
      (exclusiveMinimum === true ||
        exclusiveMaximum === true ||
        exclusiveMinimum === least ||
        exclusiveMaximum === most);
    if (least > most || (least === most && isOpen))
      return [high in schema ? high : low, `allows no value: its range from ${least} to ${most} is empty`];
  }
  return undefined;
}

const numbersOf = (...values: unknown[]): number[] =>
  values.filter((value): value is number => typeof value === "number");

function findForbiddenName(schema: JsonObject): Fault | undefined {
  const { required, properties, additionalProperties, patternProperties } = schema;
  const isComposed = ["allOf", "anyOf", "oneOf"].some((word) => Array.isArray(schema[word]));
  if (additionalProperties !== false || patternProperties !== undefined || isComposed) return undefined;
  const known = isObject(properties) ? properties : {};
  const missing = (Array.isArray(required) ? required : []).find(
    (name) => !Object.hasOwn(known, String(name)),
  );
  if (missing === undefined) return undefined;
  return [
    "required",
    `allows no value: it requires \`${String(missing)}\`, and \`additionalProperties: false\` forbids it`,
  ];
}

/** A discriminator whose branches all forbid the tag that chooses them. */
function findUnreachable(schema: JsonObject, document: JsonObject): Fault | undefined {
  const { discriminator, oneOf } = schema;
  if (!isObject(discriminator) || !Array.isArray(oneOf) || oneOf.length === 0) return undefined;
  const name = String(discriminator.propertyName);
  const mapping = Object.entries(isObject(discriminator.mapping) ? discriminator.mapping : {});
  const isReachable = (branch: unknown): boolean => {
    if (!isObject(branch) || typeof branch.$ref !== "string") return true;
    const own = branch.$ref.split("/").at(-1)!;
    const tags = mapping.filter(([, target]) => target === branch.$ref || target === own).map(([tag]) => tag);
    const { values } = allowedBy(propertiesOf(branch, document)[name], document);
    // A branch that no tag names is chosen by the values that it lists itself.
    return !values || tags.length === 0 || tags.some((tag) => values.includes(tag));
  };
  if (oneOf.some(isReachable)) return undefined;
  return [
    "discriminator",
    `allows no value: no branch of \`oneOf\` allows the value of \`${name}\` that chooses it`,
  ];
}
