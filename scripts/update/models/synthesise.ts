import fc from "fast-check";
import type { JsonObject } from "../../generate/source.js";
import { mergeShapes, shapeOf } from "../changes/shape.js";
import type { Shape } from "../changes/shape.js";

/** Number of values that are tried for a schema: some may break a rule that is not considered here. */
const mostValues = 40;

/**
 * Values that a schema is likely to allow, the simplest first: with the required fields alone, then with all of them.
 *
 * A value may still break a rule, so it must be validated. The list is empty if types, enums and choices contradict one
 * another.
 */
export function synthesise(schema: unknown, document: JsonObject): unknown[] {
  const shape = shapeOf(schema, document);
  return [false, true].flatMap((isFull) => new Synthesis(document, isFull).valuesOf(shape, 0));
}

class Synthesis {
  readonly #document: JsonObject;
  /** Whether objects get their optional fields as well. */
  readonly #isFull: boolean;

  constructor(document: JsonObject, isFull: boolean) {
    this.#document = document;
    this.#isFull = isFull;
  }

  valuesOf(shape: Shape, depth: number): unknown[] {
    const [choice, ...others] = shape.choices;
    if (choice) {
      const common = { ...shape, choices: others };
      const lists = choice.schemas.map((schema) =>
        this.valuesOf(mergeShapes(common, shapeOf(schema, this.#document)), depth),
      );
      return takeInTurns(lists);
    }
    const { enum: allowed } = shape.rules;
    if (Array.isArray(allowed))
      return allowed.filter((value) => isOfType(value, shape.types)).slice(0, mostValues);
    const { example, default: standard } = shape.notes;
    const given = [example, standard].filter((value) => value !== undefined && isOfType(value, shape.types));
    const types = (shape.types ?? [this.#guessType(shape)]).filter((type) => type !== "null");
    const made = takeInTurns(types.map((type) => this.#make(type, shape, depth)));
    return (types.includes("object") ? made : [...given, ...made]).slice(0, mostValues);
  }

  #guessType({ properties, items }: Shape): string {
    return Object.keys(properties).length > 0 ? "object" : items !== undefined ? "array" : "string";
  }

  #make(type: string, shape: Shape, depth: number): unknown[] {
    switch (type) {
      case "object":
        return this.#objects(shape, depth);
      case "array":
        return this.#arrays(shape, depth);
      case "integer":
      case "number":
        return numbers(shape.rules, type === "integer");
      case "boolean":
        return [true, false];
      case "file":
        return [new File([smallestImage], "image.gif", { type: "image/gif" })];
      default:
        return texts(shape.rules);
    }
  }

  #objects({ properties, required }: Shape, depth: number): unknown[] {
    // A recursive schema ends where its fields are optional.
    const names = this.#isFull && depth < 4 ? Object.keys(properties) : required;
    const fields = [...new Set([...names, ...required])].flatMap((name) => {
      const shape = shapeOf(properties[name] ?? {}, this.#document);
      if (shape.notes.readOnly === true) return [];
      const values = depth < 20 ? this.valuesOf(shape, depth + 1) : [];
      return values.length > 0 || required.includes(name) ? [{ name, values }] : [];
    });
    if (fields.some(({ values }) => values.length === 0)) return [];
    const count = Math.max(1, ...fields.map(({ values }) => values.length));
    return Array.from({ length: Math.min(count, mostValues) }, (_, index) =>
      Object.fromEntries(fields.map(({ name, values }) => [name, values[index % values.length]])),
    );
  }

  #arrays({ items, prefix, rules }: Shape, depth: number): unknown[] {
    const length = Math.max(1, Number(rules.minItems ?? 0));
    const lists = Array.from({ length: Math.min(length, 100) }, (_, index) =>
      this.valuesOf(shapeOf(prefix[index] ?? items ?? {}, this.#document), depth + 1),
    );
    if (lists.some((values) => values.length === 0)) return rules.minItems === undefined ? [[]] : [];
    const count = Math.max(...lists.map((values) => values.length));
    return Array.from({ length: Math.min(count, mostValues) }, (_, at) =>
      lists.map((values, index) => values[(at + index) % values.length]),
    );
  }
}

const smallestImage = Uint8Array.from(atob("R0lGODlhAQABAAAAACwAAAAAAQABAAACAkQBADs="), (character) =>
  character.charCodeAt(0),
);

function takeInTurns(lists: unknown[][]): unknown[] {
  const longest = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, index) => lists.flatMap((list) => list.slice(index, index + 1)))
    .flat()
    .slice(0, mostValues);
}

function isOfType(value: unknown, types: string[] | undefined): boolean {
  const type = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  if (!types) return true;
  return types.includes(type) || (type === "number" && types.includes("integer") && Number.isInteger(value));
}

function numbers(
  { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf }: JsonObject,
  isInteger: boolean,
): number[] {
  const step = typeof multipleOf === "number" ? multipleOf : isInteger ? 1 : 0.5;
  const from = typeof minimum === "number" ? Math.ceil(minimum / step) * step : undefined;
  const to = typeof maximum === "number" ? Math.floor(maximum / step) * step : undefined;
  const first = from !== undefined && exclusiveMinimum === true && from === minimum ? from + step : from;
  const last = to !== undefined && exclusiveMaximum === true && to === maximum ? to - step : to;
  const least = first ?? Math.min(step, last ?? step);
  return [...new Set([least, last ?? least])].filter(
    (number) => (first === undefined || number >= first) && (last === undefined || number <= last),
  );
}

/** Texts for the formats and patterns that APIs of images use; others are drawn from the pattern itself. */
const usualTexts = [
  "a red fox",
  "2K",
  "1024x1024",
  "16:9",
  "https://example.com/image.png",
  "2026-01-30",
  "2026-01-30T12:00:00Z",
  "12:00:00Z",
  "fox@example.com",
  "example.com",
  "192.0.2.1",
  "2001:db8::1",
  "123e4567-e89b-12d3-a456-426614174000",
  "Zm94",
  "1",
  "a",
];

function texts({ minLength, maxLength, pattern }: JsonObject): string[] {
  const least = typeof minLength === "number" ? minLength : 0;
  const most = typeof maxLength === "number" ? maxLength : Infinity;
  if (least > most || least > 100_000) return [];
  const fitting = usualTexts.map((text) =>
    text.padEnd(least, text).slice(0, Math.max(least, Math.min(most, 200))),
  );
  return [...new Set([...(typeof pattern === "string" ? drawTexts(pattern) : []), ...fitting])];
}

function drawTexts(pattern: string): string[] {
  try {
    return fc.sample(fc.stringMatching(new RegExp(pattern)), { numRuns: 10, seed: 1 });
  } catch {
    return []; // a pattern of another language, or one that cannot be drawn from
  }
}
