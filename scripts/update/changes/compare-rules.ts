import { isDeepStrictEqual } from "node:util";
import { verdictOf, kindOf } from "./change.js";
import type { Direction, Effect, Report } from "./change.js";
import { isObject } from "../../generate/source.js";
import type { JsonObject } from "../../generate/source.js";
import { withoutNotes } from "./shape.js";
import type { Shape } from "./shape.js";

/** Compares what two schemas require of a value itself, apart from its fields. */
export function compareRules(before: Shape, after: Shape, direction: Direction, report: Report): void {
  const say = (aspect: string, effect: Effect | undefined, one: unknown, other: unknown): void => {
    // A type in TypeScript does not express how long a text or how large a number may be.
    const isInvisible = direction === "type" && ["bounds", "format"].includes(aspect);
    const verdict = effect && (isInvisible ? "compatible" : verdictOf(effect, direction));
    if (verdict) report({ kind: kindOf(one, other), aspect, verdict, before: one, after: other });
  };
  say("type", compareTypes(before.types, after.types), before.types, after.types);
  compareEnums(before.rules.enum, after.rules.enum, say);
  const isWhole = [before, after].every(({ types }) => types?.every((type) => type === "integer"));
  for (const [word, exclusive, isLower] of bounds) {
    const [one, other] = [before, after].map(({ rules }) => {
      const bound = boundOf(rules[word], exclusive && rules[exclusive]);
      return bound && isWhole ? wholeBound(bound, isLower) : bound;
    });
    say("bounds", compareBounds(one, other, isLower), describe(word, one), describe(word, other));
  }
  const rest = new Set(
    [...Object.keys(before.rules), ...Object.keys(after.rules)].filter((word) => !compared.has(word)),
  );
  for (const word of rest) {
    const [one, other] = [before.rules[word], after.rules[word]];
    if (isDeepStrictEqual(one, other)) continue;
    const [meaning, nextMeaning] =
      word === "format"
        ? [meaningOf(one, before.types), meaningOf(other, after.types)]
        : [withoutNotes(word, one), withoutNotes(word, other)];
    if (!isDeepStrictEqual(meaning, nextMeaning))
      say(aspects[word] ?? word, compareRule(word, meaning, nextMeaning), one, other);
    else {
      const aspect = word === "format" ? "format" : "description";
      report({ kind: kindOf(one, other), aspect, verdict: "cosmetic", before: one, after: other });
    }
  }
  compareNotes(before.notes, after.notes, direction, report);
}

const bounds = [
  ["minimum", "exclusiveMinimum", true],
  ["maximum", "exclusiveMaximum", false],
  ["minLength", undefined, true],
  ["maxLength", undefined, false],
  ["minItems", undefined, true],
  ["maxItems", undefined, false],
  ["minProperties", undefined, true],
  ["maxProperties", undefined, false],
] as const;
const compared = new Set<string>([
  "enum",
  ...bounds.flatMap(([word, exclusive]) => (exclusive ? [word, exclusive] : [word])),
]);
const aspects: Record<string, string> = {
  nullable: "type",
  multipleOf: "bounds",
  uniqueItems: "bounds",
  pattern: "bounds",
};

function compareTypes(before: string[] | undefined, after: string[] | undefined): Effect | undefined {
  const covers = (wide: string[] | undefined, narrow: string[] | undefined): boolean =>
    !wide ||
    (narrow?.every((type) => wide.includes(type) || (type === "integer" && wide.includes("number"))) ??
      false);
  const [isLooser, isStricter] = [covers(after, before), covers(before, after)];
  if (isLooser && isStricter) return undefined;
  return isLooser ? "looser" : isStricter ? "stricter" : "different";
}

function compareEnums(
  before: unknown,
  after: unknown,
  say: (aspect: string, effect: Effect | undefined, one: unknown, other: unknown) => void,
): void {
  if (!Array.isArray(before) || !Array.isArray(after)) {
    const effect = Array.isArray(after) ? "stricter" : Array.isArray(before) ? "looser" : undefined;
    return say("enum", effect, before, after);
  }
  const without = (list: unknown[], other: unknown[]): unknown[] =>
    list.filter((value) => !other.some((one) => isDeepStrictEqual(one, value)));
  const [removed, added] = [without(before, after), without(after, before)];
  if (removed.length > 0) say("enum", "stricter", removed, undefined);
  if (added.length > 0) say("enum", "looser", undefined, added);
}

interface Bound {
  limit: number;
  isExclusive: boolean;
}

function boundOf(limit: unknown, exclusive: unknown): Bound | undefined {
  return typeof limit === "number" ? { limit, isExclusive: exclusive === true } : undefined;
}

/** An inclusive bound for whole numbers: above 0 is the same as from 1. */
const wholeBound = ({ limit, isExclusive }: Bound, isLower: boolean): Bound =>
  isExclusive && Number.isInteger(limit)
    ? { limit: limit + (isLower ? 1 : -1), isExclusive: false }
    : { limit, isExclusive };

const describe = (word: string, bound: Bound | undefined): string | undefined =>
  bound && `${word} ${bound.limit}${bound.isExclusive ? ", exclusive" : ""}`;

function compareBounds(
  before: Bound | undefined,
  after: Bound | undefined,
  isLower: boolean,
): Effect | undefined {
  if (!before || !after) return after ? "stricter" : before ? "looser" : undefined;
  if (before.limit === after.limit) {
    if (before.isExclusive === after.isExclusive) return undefined;
    return after.isExclusive ? "stricter" : "looser";
  }
  return after.limit > before.limit === isLower ? "stricter" : "looser";
}

/** Formats of numbers, with the types that they restrict; the others are hints. */
const numberFormats: Record<string, string[]> = {
  int32: ["integer", "number"],
  int64: ["number"],
  float: [],
  double: [],
};

/** The format, if it restricts values of one of these types. */
function meaningOf(format: unknown, types: string[] | undefined): unknown {
  if (typeof format !== "string" || format === "password") return undefined;
  const restricted = Object.hasOwn(numberFormats, format) ? numberFormats[format]! : ["string"];
  return !types || types.some((type) => restricted.includes(type)) ? format : undefined;
}

/** Formats, and the format that allows everything that they do. */
const wider: Record<string, string> = { int32: "int64" };

function compareRule(word: string, before: unknown, after: unknown): Effect {
  if (word === "nullable") return after === true ? "looser" : "stricter";
  if (word === "uniqueItems") return after === true ? "stricter" : "looser";
  if (before === undefined) return "stricter";
  if (after === undefined) return "looser";
  if (word === "format" && wider[String(before)] === after) return "looser";
  if (word === "format" && wider[String(after)] === before) return "stricter";
  if (word === "discriminator" && isObject(before) && isObject(after)) return compareMappings(before, after);
  if (word === "multipleOf" && Number(after) % Number(before) === 0) return "stricter";
  if (word === "multipleOf" && Number(before) % Number(after) === 0) return "looser";
  return "different";
}

/** Compares the mappings of discriminators: one more tag refuses nothing that was allowed. */
function compareMappings(before: JsonObject, after: JsonObject): Effect {
  const [old, now] = [before, after].map(({ mapping }) => (isObject(mapping) ? mapping : {})) as [
    JsonObject,
    JsonObject,
  ];
  const covers = (wide: JsonObject, narrow: JsonObject): boolean =>
    Object.keys(narrow).every((name) => wide[name] === narrow[name]);
  if (before.propertyName !== after.propertyName) return "different";
  return covers(now, old) ? "looser" : covers(old, now) ? "stricter" : "different";
}

/** Extensions that tell the generator what a field is for: public names depend on them. */
const meaningful = new Set(["x-role", "x-enum-varnames", "x-field-roles"]);

function compareNotes(
  before: Shape["notes"],
  after: Shape["notes"],
  direction: Direction,
  report: Report,
): void {
  for (const word of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [one, other] = [before[word], after[word]];
    if (isDeepStrictEqual(one, other)) continue;
    const say = (aspect: string, verdict: "breaking" | "compatible" | "cosmetic"): void =>
      report({ kind: kindOf(one, other), aspect, verdict, before: one, after: other });
    if (word === "default") say("default", direction === "request" ? "compatible" : "cosmetic");
    else if (word === "deprecated") say("deprecated", "compatible");
    else if (word === "readOnly")
      say(
        "read-only",
        direction !== "request" ? "cosmetic" : verdictOf(other === true ? "stricter" : "looser", direction),
      );
    else if (word === "writeOnly")
      say(
        "write-only",
        direction !== "response" ? "cosmetic" : verdictOf(other === true ? "looser" : "stricter", direction),
      );
    else if (meaningful.has(word)) say("role", one === undefined ? "compatible" : "breaking");
    else say(word.startsWith("x-") ? "extension" : "description", "cosmetic");
  }
}
