import type { UpdateReport } from "./report.js";
import { describeChange } from "./report.js";

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

function writeEntry({ verdict, changes, documents }: UpdateReport, date: string): string {
  const files = documents.filter(({ status }) => status !== "unchanged").map(({ file }) => `\`${file}\``);
  const said = changes.filter((change) => change.verdict !== "cosmetic" || verdict === "cosmetic");
  const lines = said.map((change) => {
    const place = change.operation === "document" ? "" : `\`${change.operation}\`, `;
    return `  - ${change.verdict === "breaking" ? "**Breaking:** " : ""}${place}${escape(describeChange(change))}`;
  });
  return [
    `- The API as of ${date} (${files.join(", ")}): ${verdict} changes${lines.length > 0 ? "." : " of the text only."}`,
    ...lines,
  ].join("\n");
}

/** What the vendor wrote is shown, and is no markup. */
const escape = (text: string): string => text.replace(/[\\`*_{}[\]<>#|]/g, "\\$&");
