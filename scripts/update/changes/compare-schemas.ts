import { isDeepStrictEqual } from "node:util";
import { isMarked } from "../../generate/directions.js";
import type { Mark } from "../../generate/directions.js";
import { isObject } from "../../generate/source.js";
import type { JsonObject } from "../../generate/source.js";
import { alternativeOf, areDisjoint, describe, isReference, pairUp } from "./alternatives.js";
import type { Alternative } from "./alternatives.js";
import { verdictOf, kindOf } from "./change.js";
import type { Change, Direction } from "./change.js";
import { compareRules } from "./compare-rules.js";
import { mergeShapes, shapeOf } from "./shape.js";
import type { Shape } from "./shape.js";

/** Two schemas at one place, and the documents that their references point into. */
export interface SchemaPair {
  before: unknown;
  after: unknown;
  documents: { before: JsonObject; after: JsonObject };
  direction: Direction;
  report: (change: Omit<Change, "operation" | "part">) => void;
}

/** Reports every difference between two schemas, field by field. */
export function compareSchemas(pair: SchemaPair): void {
  new Comparison(pair).compare(pair.before, pair.after, "");
}

class Comparison {
  readonly #pair: SchemaPair;
  /** The pairs that were compared, or are being compared, so that recursion ends and a shared schema is reported once. */
  readonly #seen = new Map<string, "open" | "closed">();

  constructor(pair: SchemaPair) {
    this.#pair = pair;
  }

  compare(before: unknown, after: unknown, field: string): void {
    const canRecur = [before, after].some((schema) => isReference(schema) || isCombination(schema));
    const key = canRecur ? JSON.stringify([before, after]) : "";
    const state = this.#seen.get(key);
    if (state === "open" || (state && isReference(before) && isReference(after))) return;
    if (canRecur) this.#seen.set(key, "open");
    const { documents } = this.#pair;
    const shapes = [shapeOf(before, documents.before), shapeOf(after, documents.after)] as const;
    this.#compareShapes(...shapes, field, state === "closed");
    if (canRecur) this.#seen.set(key, "closed");
  }

  /** Reports the differences of two shapes; of a pair that was reported already, only those of the place itself. */
  #compareShapes(before: Shape, after: Shape, field: string, isKnown = false): void {
    const isUnion = [before, after].map(({ choices }) => choices.length > 0);
    if (isUnion[0] !== isUnion[1]) return isKnown ? undefined : this.#compareUnions(before, after, field);
    compareRules(before, after, this.#pair.direction, (change) => this.#pair.report({ ...change, field }));
    if (isKnown) return;
    this.#compareProperties(before, after, field);
    this.#compareAdditional(before.additional, after.additional, field);
    if (before.items !== undefined || after.items !== undefined) {
      this.compare(before.items ?? {}, after.items ?? {}, `${field}[]`);
    }
    for (const index of Array(Math.max(before.prefix.length, after.prefix.length)).keys()) {
      const [one, other] = [before, after].map(({ prefix, items }) => prefix[index] ?? items ?? {});
      this.compare(one, other, `${field}[${index}]`);
    }
    for (const index of Array(Math.max(before.choices.length, after.choices.length)).keys()) {
      const { documents } = this.#pair;
      const [one, other] = [before.choices[index], after.choices[index]];
      const old = (one?.schemas ?? [{}]).map((schema) => alternativeOf(schema, documents.before));
      const now = (other?.schemas ?? [{}]).map((schema) => alternativeOf(schema, documents.after));
      const isTagged = [before, after].every(({ rules }) => rules.discriminator !== undefined);
      if (one && other && one.isExclusive !== other.isExclusive && old.length > 1 && now.length > 1)
        this.#reportExclusive(one.isExclusive, isTagged || (areDisjoint(old) && areDisjoint(now)), field);
      this.#compareAlternatives(old, now, field);
    }
  }

  /** Reports a change between `oneOf` and `anyOf`, which allow the same if no value satisfies two alternatives. */
  #reportExclusive(wasExclusive: boolean, isSame: boolean, field: string): void {
    const { direction, report } = this.#pair;
    const words = ["exactly one", "at least one"];
    const [before, after] = wasExclusive ? words : words.reverse();
    const effect = wasExclusive ? "looser" : "stricter";
    const verdict = isSame || direction === "type" ? "cosmetic" : verdictOf(effect, direction);
    report({ field, kind: "changed", aspect: "alternative", verdict, before, after });
  }

  /** Compares a choice with a shape that is not one: what stands beside the choice applies to each alternative. */
  #compareUnions(before: Shape, after: Shape, field: string): void {
    const spread = (shape: Shape, document: JsonObject): Alternative[] => {
      const [choice, ...others] = shape.choices;
      if (!choice) return [{ schema: undefined, shape }];
      const common = { ...shape, choices: others };
      return choice.schemas.map((schema) => ({
        schema,
        shape: mergeShapes(common, shapeOf(schema, document)),
      }));
    };
    const { documents } = this.#pair;
    this.#compareAlternatives(spread(before, documents.before), spread(after, documents.after), field);
  }

  #compareAlternatives(before: Alternative[], after: Alternative[], field: string): void {
    const { direction, report } = this.#pair;
    const { matched, removed, added } = pairUp(before, after);
    for (const [one, other] of matched) {
      if (one.schema && other.schema) this.compare(one.schema, other.schema, field);
      else this.#compareShapes(one.shape, other.shape, field);
    }
    const aspect = "alternative";
    for (const one of removed) {
      report({
        field,
        kind: "removed",
        aspect,
        verdict: verdictOf("stricter", direction),
        before: describe(one),
      });
    }
    for (const one of added) {
      report({ field, kind: "added", aspect, verdict: verdictOf("looser", direction), after: describe(one) });
    }
  }

  #compareProperties(before: Shape, after: Shape, field: string): void {
    const { direction, report, documents } = this.#pair;
    const names = new Set(
      [before, after].flatMap(({ properties, required }) => [...Object.keys(properties), ...required]),
    );
    for (const name of names) {
      const path = field ? `${field}.${name}` : name;
      const [was, is] = [before, after].map(({ properties }) => Object.hasOwn(properties, name));
      const wasRequired = isRequiredIn(name, before, documents.before, direction);
      const isRequired = isRequiredIn(name, after, documents.after, direction);
      if (was && !is) {
        report({ field: path, kind: "removed", aspect: "field", verdict: "breaking" });
      } else if (is && !was) {
        const breaks = direction !== "response" && isRequired;
        report({
          field: path,
          kind: "added",
          aspect: "field",
          verdict: breaks ? "breaking" : "compatible",
          after: isRequired ? "required" : "optional",
        });
      } else {
        if (wasRequired !== isRequired) {
          const verdict = verdictOf(isRequired ? "stricter" : "looser", direction);
          report({
            field: path,
            kind: "changed",
            aspect: "required",
            verdict,
            before: wasRequired,
            after: isRequired,
          });
        }
        if (was) this.compare(before.properties[name], after.properties[name], path);
      }
    }
  }

  #compareAdditional(before: unknown, after: unknown, field: string): void {
    const { direction, report } = this.#pair;
    const open = (value: unknown): unknown =>
      isObject(value) && Object.keys(value).length === 0 ? true : value;
    const [one, other] = [open(before), open(after)];
    if (isObject(one) && isObject(other)) return this.compare(one, other, `${field}{}`);
    if (isDeepStrictEqual(one, other)) return;
    const rank = (value: unknown): number => (value === true ? 2 : isObject(value) ? 1 : 0);
    const effect = rank(other) > rank(one) ? "looser" : "stricter";
    // Readers ignore fields without a name, unless the response consists of them.
    const isIgnored = direction === "response" && !(isObject(one) || isObject(other));
    const verdict = isIgnored
      ? "compatible"
      : direction === "response"
        ? isObject(one)
          ? "breaking"
          : "compatible"
        : verdictOf(effect, direction);
    report({
      field: `${field}{}`,
      kind: kindOf(one || undefined, other || undefined),
      aspect: "additional fields",
      verdict,
    });
  }
}

/** Whether data in this direction must have a field: a request cannot contain a read-only one. */
function isRequiredIn(
  name: string,
  { required, properties }: Shape,
  document: JsonObject,
  direction: Direction,
): boolean {
  const marks: Mark[] =
    direction === "request"
      ? ["readOnly"]
      : direction === "response"
        ? ["writeOnly"]
        : ["readOnly", "writeOnly"];
  const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
  return required.includes(name) && !marks.some((mark) => isMarked(property, mark, document));
}

const isCombination = (schema: unknown): boolean =>
  isObject(schema) && ["allOf", "anyOf", "oneOf"].some((word) => Array.isArray(schema[word]));
