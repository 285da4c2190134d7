import type { Issue } from "../input/read-input.js";

/** A rule of the document. */
export interface Rule {
  /** Where it stands, such as `spec/seedreamv5.yaml:41`. */
  readonly place: string;
  /** The rule as it is written there, such as `maximum: 15`. */
  readonly text: string;
  /** What to send instead. */
  readonly advice: string;
}

/** The rule that an issue is about. */
export function findRule(_operation: string | undefined, _issue: Issue): Rule | undefined {
  return undefined;
}
