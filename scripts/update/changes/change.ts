/** The direction of data: users write requests and read responses, and may do both with an exported type. */
export type Direction = "request" | "response" | "type";

/** The effect of a change on users of this package. */
export type Verdict = "breaking" | "compatible" | "cosmetic";

/** One difference between two documents. */
export interface Change {
  /** Such as `POST /v1/images/seedreamv5`; `document` for all of them. */
  operation: string;
  /** Which part of it: `request`, `response 200`, `parameters`, or the operation itself. */
  part: string;
  /** Which field of that part, such as `camera.lens` or `masks[].x`; empty for the part as a whole. */
  field: string;
  kind: "added" | "removed" | "changed";
  /** The property that differs, such as `type`, `required`, `enum`, `bounds`, `default`, `media type`, `auth` or `server`. */
  aspect: string;
  verdict: Verdict;
  before?: unknown;
  after?: unknown;
}

/** The effect of a change on the values that are allowed. */
export type Effect = "stricter" | "looser" | "different";

/**
 * A stricter request breaks those who send it, a looser response breaks those who read it, and either change of an exported
 * type breaks code that uses it.
 */
export function verdictOf(effect: Effect, direction: Direction): Verdict {
  const harmless: Record<Direction, Effect | undefined> = {
    request: "looser",
    response: "stricter",
    type: undefined,
  };
  return effect === harmless[direction] ? "compatible" : "breaking";
}

/** Reports a change at one place. */
export type Report = (
  change: Pick<Change, "kind" | "aspect" | "verdict" | "before" | "after">,
  field?: string,
) => void;

/** The kind of a change between two values, either of which may be missing. */
export function kindOf(before: unknown, after: unknown): Change["kind"] {
  return before === undefined ? "added" : after === undefined ? "removed" : "changed";
}
