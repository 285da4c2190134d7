import { printable } from "../../generate/printable.js";

/** How GitHub's runner is told to do something by a line of a log: `::error::`, `##[error]`. */
const command = /:(?=:)|#(?=#\[)/g;

/** A text of a document, a page or a program as one line of which nothing acts: on a terminal, a log or its runner. */
export const showText = (text: string): string => printable(text).replace(command, (sign) => `${sign}\\`);

/** Several such lines: the line breaks of the text are kept. */
export const showLines = (text: string): string => text.split(/\r?\n/).map(showText).join("\n");

/** A value as JSON that no log's runner takes for a command; what is parsed is the same. */
export const showJson = (value: unknown): string =>
  JSON.stringify(value, null, 2).replace(/[^\P{C}\n]|[\p{Zl}\p{Zp}]|:(?=:)|#(?=#\[)/gu, (found) =>
    found
      .split("")
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
      .join(""),
  );

/** A text in Markdown, as it is: nothing in a span of code is markup, and no text ends this one. */
export function showCode(text: string): string {
  const shown = showText(text);
  const mark = "`".repeat(1 + longestRun(shown, "`"));
  const space = /^`|`$|^ .* $/.test(shown) ? " " : "";
  return `${mark}${space}${shown}${space}${mark}`;
}

/** Longer than any text that a person reads; what the host of a pull request takes is 65,536 characters. */
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
