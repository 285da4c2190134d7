import type { Change } from "../changes/change.js";
import { describeChange, shorten } from "./describe-change.js";
import type { ModelChanges } from "../models/model-changes.js";
import { verdicts } from "./report.js";
import type { UpdateReport } from "./report.js";
import { showText } from "./show-text.js";
import { describeVersion } from "./version.js";

/** The report as text, one line for each change; the texts of documents are shown as they are and do nothing. */
export function writeReport(report: UpdateReport): string {
  const { verdict, version, documents, changes, hidden, models, notes, warnings, checks } = report;
  const outcome = {
    none: "Nothing has changed.",
    cosmetic:
      changes.length + hidden.length > 0
        ? "Nothing that code relies on has changed."
        : "The text has changed, but not what it says.",
    compatible: "Existing code continues to work.",
    breaking: "Existing code may break.",
  }[verdict];
  const lines = [
    ...documents.map(
      ({ file, page, status }) =>
        `${status.padEnd(9)}  ${showText(file)}${page ? `  ${showText(page)}` : ""}`,
    ),
    ...verdicts.flatMap((one) => listChanges(one, changes, "")),
    ...verdicts.flatMap((one) => listChanges(one, hidden, " in the vendor's documents alone")),
    ...spaced(describeModels(models)),
    ...spaced(describeOverlay(report)),
    ...spaced(notes.map((note) => `Note: ${showText(note)}`)),
    ...spaced(warnings.map((warning) => `Warning: ${showText(warning)}`)),
    "",
    verdict === "none" ? outcome : `${outcome} ${describeVersion(version, verdict)}`,
  ];
  if (checks !== "not run") lines.push(`Types and contract tests: ${checks}.`);
  return lines.join("\n");
}

const spaced = (lines: string[]): string[] => (lines.length > 0 ? ["", ...lines] : []);

function listChanges(verdict: Change["verdict"], changes: readonly Change[], where: string): string[] {
  const listed = changes.filter((change) => change.verdict === verdict);
  const operations = [...new Set(listed.map(({ operation }) => operation))];
  const lines = operations.flatMap((operation) => [
    `  ${shorten(operation)}`,
    ...listed
      .filter((change) => change.operation === operation)
      .map((change) => `    ${describeChange(change)}`),
  ]);
  return listed.length > 0 ? ["", `${listed.length} ${verdict}${where}:`, ...lines] : [];
}

function describeModels({ added, removed, default: { before, after }, notModels }: ModelChanges): string[] {
  const list = (label: string, models: ModelChanges["added"]): string[] =>
    models.map(({ name, operation }) => `${label}: ${shorten(name)} (${shorten(operation)})`);
  const hasChanged = added.length + removed.length > 0 || before !== after;
  const show = (model: string | undefined): string => (model === undefined ? "none" : shorten(model));
  const standard = before === after ? `still ${show(after)}` : `${show(after)}, no longer ${show(before)}`;
  return [
    ...list("New model", added),
    ...list("Removed model", removed),
    ...(hasChanged ? [`The default model is ${standard}.`] : []),
    ...notModels.map((name) => `New operation, not a model: ${shorten(name)} (for \`client.api\`)`),
  ];
}

function describeOverlay({ overlay }: UpdateReport): string[] {
  const line =
    (problem: string) =>
    ({ index, target }: { index: number; target: string }): string =>
      `overlay.yaml: action ${index + 1} ${problem}: ${shorten(target)}`;
  return [
    ...overlay.unmatched.map(line("no longer matches anything")),
    ...overlay.unnecessary.map(line("is no longer needed")),
  ];
}
