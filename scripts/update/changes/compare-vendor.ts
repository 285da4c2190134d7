import { isDeepStrictEqual } from "node:util";
import type { JsonObject } from "../../generate/source.js";
import type { Change, Verdict } from "./change.js";
import { compareDocuments } from "./compare-documents.js";
import type { Pair } from "./context.js";

/**
 * Lists the changes of the vendor's documents that the overlay hides from the effective document.
 *
 * Its verdict is that of the difference between the present effective document and the vendor's new one. A change towards
 * what the overlay already says is cosmetic.
 */
export function findHiddenChanges(
  vendor: Pair<JsonObject>,
  effectiveBefore: JsonObject,
  effectiveChanges: readonly Change[],
): Change[] {
  const hidden = compareDocuments(vendor.before, vendor.after).filter(
    (change) => !effectiveChanges.some((one) => isSame(one, change)),
  );
  if (hidden.every(({ verdict }) => verdict === "cosmetic")) return hidden;
  const distance = compareDocuments(effectiveBefore, vendor.after);
  return hidden.map((change) => ({ ...change, verdict: verdictOf(change, distance) }));
}

function verdictOf(change: Change, distance: readonly Change[]): Verdict {
  if (change.verdict === "cosmetic") return "cosmetic";
  const places = ["operation", "part", "field", "aspect"] as const;
  const left = distance.filter((one) => places.every((place) => one[place] === change[place]));
  const verdicts = left.map(({ verdict }) => verdict);
  return (["breaking", "compatible"] as const).find((verdict) => verdicts.includes(verdict)) ?? "cosmetic";
}

/** Whether two changes lead to the same: what the package said before may differ from what the vendor said. */
const isSame = (one: Change, other: Change): boolean =>
  (["operation", "part", "field", "aspect", "after"] as const).every((key) =>
    isDeepStrictEqual(one[key], other[key]),
  );
