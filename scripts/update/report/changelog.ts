import { partsOf, shorten } from "./describe-change.js";
import type { UpdateReport } from "./report.js";
import { showCode } from "./show-text.js";

const heading = "## Unreleased";

/** A changelog with an entry for an update at the top of what is not released yet. */
export function addEntry(changelog: string, report: UpdateReport, date: string): string {
  const entry = writeEntry(report, date);
  const text = changelog || "# Changelog\n";
  if (!text.includes(`${heading}\n`)) {
    const first = text.search(/^## /m);
    const at = first < 0 ? text.length : first;
    return `${text.slice(0, at).trimEnd()}\n\n${heading}\n\n${entry}\n${first < 0 ? "" : `\n${text.slice(at)}`}`;
  }
  const at = text.indexOf(`${heading}\n`) + heading.length + 1;
  const rest = text.slice(at).trimStart();
  return `${text.slice(0, at)}\n${entry}\n${rest.startsWith("- ") ? "" : "\n"}${rest}`;
}

/** Names and texts of documents are spans of code, so that none of them is markup. */
function writeEntry({ verdict, changes, hidden, models, documents }: UpdateReport, date: string): string {
  const files = documents.filter(({ status }) => status !== "unchanged").map(({ file }) => showCode(file));
  const listed = [...changes, ...hidden].filter(
    (change) => change.verdict !== "cosmetic" || verdict === "cosmetic",
  );
  const lines = listed.map((change) => {
    const { place, event, values } = partsOf(change);
    const operation = change.operation === "document" ? "" : `${showCode(shorten(change.operation))}, `;
    return [
      `  - ${change.verdict === "breaking" ? "**Breaking:** " : ""}${operation}`,
      place && `${showCode(place)}: `,
      event,
      values && `: ${showCode(values)}`,
    ].join("");
  });
  const added = models.added.map(({ name }) => `  - New model ${showCode(name)}.`);
  const details = [...added, ...lines];
  return [
    `- The API as of ${date} (${files.join(", ")}): ${verdict} changes${details.length > 0 ? "." : " of the text only."}`,
    ...details,
  ].join("\n");
}
