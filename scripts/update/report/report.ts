import type { Overlaid } from "../../generate/overlay.js";
import type { Change, Verdict } from "../changes/change.js";
import type { ModelChanges } from "../models/model-changes.js";
import type { Version } from "./version.js";

/** The result of an update: the changes, and their consequences. */
export interface UpdateReport {
  /** The most severe verdict of the changes; `none` if no document has changed. */
  verdict: Verdict | "none";
  /** The version that follows, by semantic versioning. */
  version: Version;
  documents: { file: string; page: string | undefined; status: "unchanged" | "changed" | "added" }[];
  /** Between the documents with the overlay applied: between the packages. */
  changes: Change[];
  /** Between the vendor's documents alone: what the overlay hides. */
  hidden: Change[];
  models: ModelChanges;
  /** Notes to read before merging: a changed price, a state that was repaired. */
  warnings: string[];
  /** The generator's notes: why an operation is not a model, what documents word differently, what is not checked. */
  notes: string[];
  overlay: Pick<Overlaid, "unnecessary" | "unmatched">;
  /** Whether the regenerated project passes its types and contract tests; `not run` if nothing was written. */
  checks: string;
}

export const verdicts = ["breaking", "compatible", "cosmetic"] as const;

/** The gravest verdict; documents that changed without any change of meaning are cosmetic. */
export function summarize(changes: readonly Change[], isChanged: boolean): UpdateReport["verdict"] {
  return (
    verdicts.find((verdict) => changes.some((change) => change.verdict === verdict)) ??
    (isChanged ? "cosmetic" : "none")
  );
}
