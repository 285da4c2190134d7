import type { Change, Verdict } from "./changes/change.js";
import type { Overlaid } from "../generate/overlay.js";

/** What an update found, and what follows from it. */
export interface UpdateReport {
  /** The gravest of the changes; `none` if no document has changed. */
  verdict: Verdict | "none";
  /** The part of the version that says so. */
  bump: "major" | "minor" | "patch" | "none";
  version: { current: string; next: string };
  documents: { file: string; page: string | undefined; status: "unchanged" | "changed" | "added" }[];
  changes: Change[];
  overlay: Pick<Overlaid, "unnecessary" | "unmatched">;
  /** Whether the regenerated project passes its types and contract tests; `not run` if nothing was written. */
  checks: string;
}

const verdicts = ["breaking", "compatible", "cosmetic"] as const;

/** The gravest verdict; documents that changed without any change of meaning are cosmetic. */
export function summarize(changes: readonly Change[], isChanged: boolean): UpdateReport["verdict"] {
  return (
    verdicts.find((verdict) => changes.some((change) => change.verdict === verdict)) ??
    (isChanged ? "cosmetic" : "none")
  );
}

export const bumps = { breaking: "major", compatible: "minor", cosmetic: "patch", none: "none" } as const;

/** The version that follows; below 1.0.0, as npm reads versions, the minor one says that something breaks. */
export function nextVersion(current: string, bump: UpdateReport["bump"]): string {
  const [major = 0, minor = 0, patch = 0] = current.split(/[.+-]/).map(Number);
  if (bump === "none") return current;
  if (bump === "patch" || (major === 0 && bump === "minor")) return `${major}.${minor}.${patch + 1}`;
  if (bump === "minor" || major === 0) return `${major}.${minor + 1}.0`;
  return `${major + 1}.0.0`;
}

/** The report as text, one line for each change. */
export function writeReport(report: UpdateReport): string {
  const { verdict, bump, version, documents, changes, overlay, checks } = report;
  const lines = documents.map(
    ({ file, page, status }) => `${status.padEnd(9)}  ${file}${page ? `  ${page}` : ""}`,
  );
  for (const verdict of verdicts) {
    const told = changes.filter((change) => change.verdict === verdict);
    if (told.length === 0) continue;
    lines.push("", `${told.length} ${verdict}:`, ...groupLines(told));
  }
  for (const { index, target } of overlay.unmatched)
    lines.push("", `overlay.yaml: action ${index + 1} matches nothing any more: ${target}`);
  for (const { index, target } of overlay.unnecessary)
    lines.push("", `overlay.yaml: action ${index + 1} is not needed any more: ${target}`);
  const outcome = {
    none: "Nothing has changed.",
    cosmetic: changes.length > 0 ? "Only words have changed." : "The text has changed, and says the same.",
    compatible: "What worked goes on to work.",
    breaking: "What worked may break.",
  }[verdict];
  lines.push(
    "",
    bump === "none"
      ? outcome
      : `${outcome} The next version is ${version.next} (${bump}; now ${version.current}).`,
  );
  const added = newOperations(report);
  if (added.length > 0)
    lines.push(`Write a test in test/operations of ${added.join(", ")}: npm test demands one.`);
  if (checks !== "not run") lines.push(`Types and contract tests: ${checks}.`);
  return lines.join("\n");
}

/** The operations that were not there before. */
export const newOperations = ({ changes }: UpdateReport): string[] =>
  changes
    .filter(({ aspect, kind }) => aspect === "operation" && kind === "added")
    .map(({ operation }) => operation);

function groupLines(changes: readonly Change[]): string[] {
  const operations = [...new Set(changes.map(({ operation }) => operation))];
  return operations.flatMap((operation) => [
    `  ${operation}`,
    ...changes
      .filter((change) => change.operation === operation)
      .map((change) => `    ${describeChange(change)}`),
  ]);
}

/** One change in words, such as `request count: bounds changed: maximum 15 → maximum 10`. */
export function describeChange({ part, field, kind, aspect, before, after }: Change): string {
  const place = part === "operation" || part === "document" ? field : [part, field].filter(Boolean).join(" ");
  const show = (value: unknown): string => shorten(typeof value === "string" ? value : JSON.stringify(value));
  const values = [before, after]
    .filter((value) => value !== undefined)
    .map(show)
    .join(" → ");
  return `${place ? `${place}: ` : ""}${aspect} ${kind}${values ? `: ${values}` : ""}`;
}

function shorten(text: string): string {
  const line = text.replace(/[\s\p{Cc}\p{Cf}]+/gu, " ").trim(); // what the vendor wrote moves no cursor
  return line.length > 100 ? `${line.slice(0, 99)}…` : line;
}
