import { printable } from "../../generate/printable.js";

/** The commands to GitHub's runner that are escaped at the start of a text alone; here it may not be that of the line. */
const command = /:(?=:)/g;

/** Text from outside as one line that has no effect on a terminal, a log or its runner. */
export const showText = (text: string): string => printable(text).replace(command, (sign) => `${sign}\\`);

/** The same for several lines: line breaks are kept. */
export const showLines = (text: string): string => text.split(/\r?\n/).map(showText).join("\n");

/** A value as JSON that a runner does not read as a command; it parses to the same value. */
export const showJson = (value: unknown): string =>
  JSON.stringify(value, null, 2).replace(/[^\P{C}\n]|[\p{Zl}\p{Zp}]|:(?=:)|#(?=#\w*\[)/gu, (found) =>
    found
      .split("")
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
      .join(""),
  );

/** Text as a code span of Markdown, which no text can end. */
export function showCode(text: string): string {
  const shown = showText(text);
  const mark = "`".repeat(1 + longestRun(shown, "`"));
  const space = /^`|`$|^ .* $/.test(shown) ? " " : "";
  return `${mark}${space}${shown}${space}${mark}`;
}

/** GitHub accepts 65,536 characters in the text of a pull request. */
const longestText = 60_000;

/** Lines in a fenced block of Markdown, whose fence is longer than any in them; what is too long is cut. */
export function fence(text: string): string {
  const lines = showLines(text).replace(/~{1000,}/g, `${"~".repeat(10)}…`);
  const kept = lines.length > longestText ? `${lines.slice(0, longestText)}\n… (cut here)` : lines;
  const mark = "~".repeat(Math.max(3, 1 + longestRun(kept, "~")));
  return `${mark}text\n${kept}\n${mark}\n`;
}

const longestRun = (text: string, sign: string): number => {
  let longest = 0;
  for (const { 0: run } of text.matchAll(new RegExp(`${sign}+`, "g")))
    longest = Math.max(longest, run.length);
  return longest;
};
