import type { JsonObject } from "../../generate/source.js";
import type { Direction, Verdict } from "./change.js";

export interface Pair<T> {
  before: T;
  after: T;
}

/** The context for comparing one operation's parts. */
export interface Context {
  documents: Pair<JsonObject>;
  /** Reports a value that was added, removed or changed. */
  report: (
    part: string,
    field: string,
    aspect: string,
    verdict: Verdict,
    before?: unknown,
    after?: unknown,
  ) => void;
  /** Compares two schemas, and reports each difference below `field`. */
  compareValues: (part: string, direction: Direction, schemas: Pair<unknown>, field?: string) => void;
}

/** The names that either of two objects has. */
export const namesOf = (before: object, after: object): Set<string> =>
  new Set([...Object.keys(before), ...Object.keys(after)]);
