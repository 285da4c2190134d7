/** Which way data goes: the user writes a request and reads a response; what is only an exported type may do both. */
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

/** How a change affects the values that are allowed. */
export type Effect = "stricter" | "looser" | "different";

/**
 * A request that gets stricter breaks those who send, a response that gets looser those who read, and a type that
 * changes either of them.
 */
export function verdictOf(effect: Effect, direction: Direction): Verdict {
  const harmless: Record<Direction, Effect | undefined> = {
    request: "looser",
    response: "stricter",
    type: undefined,
  };
  return effect === harmless[direction] ? "compatible" : "breaking";
}

/** Takes in a change at one place. */
export type Report = (
  change: Pick<Change, "kind" | "aspect" | "verdict" | "before" | "after">,
  field?: string,
) => void;

/** A report of one value before and after, which may be missing. */
export function kindOf(before: unknown, after: unknown): Change["kind"] {
  return before === undefined ? "added" : after === undefined ? "removed" : "changed";
}
