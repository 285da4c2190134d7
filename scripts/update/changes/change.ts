/** Which way data goes: a request is made by the user and read by the service, an answer the other way round. */
export type Direction = "request" | "answer";

/** What a change means for a user of this package. */
export type Verdict = "breaking" | "compatible" | "cosmetic";

/** One difference between two documents. */
export interface Change {
  /** Such as `POST /v1/images/seedreamv5`; `document` for what is about all operations. */
  operation: string;
  /** Which part of it: `request`, `answer 200`, `parameters`, or the operation itself. */
  part: string;
  /** Which field of that part, such as `camera.lens` or `masks[].x`; empty for the part as a whole. */
  field: string;
  kind: "added" | "removed" | "changed";
  /** What about it, such as `type`, `required`, `enum`, `bounds`, `default`, `media type`, `auth` or `server`. */
  aspect: string;
  verdict: Verdict;
  before?: unknown;
  after?: unknown;
}

/** What a change does to the values that are allowed. */
export type Effect = "stricter" | "looser" | "different";

/** A request that gets stricter breaks those who send, an answer that gets looser those who read. */
export function judge(effect: Effect, direction: Direction): Verdict {
  const harmless = direction === "request" ? "looser" : "stricter";
  return effect === harmless ? "compatible" : "breaking";
}

/** Takes in what has changed at one place. */
export type Report = (
  change: Pick<Change, "kind" | "aspect" | "verdict" | "before" | "after">,
  field?: string,
) => void;

/** A report of one value before and after, which may be missing. */
export function kindOf(before: unknown, after: unknown): Change["kind"] {
  return before === undefined ? "added" : after === undefined ? "removed" : "changed";
}
