import { describe, expect, test } from "vitest";
import { escapeText } from "../../src/index.js";
import { isPlainText } from "../../src/reliability/plain-text.js";

/** Texts that a reader does not see, or that a terminal obeys, and how they are shown. */
const hidden: [string, string, string][] = [
  ["an escape sequence", "\u001b]0;x\u0007", "\\u001b]0;x\\u0007"],
  ["one of a single byte", "\u009b2J", "\\u009b2J"],
  ["a line break", "a\r\nb", "a\\u000d\\u000ab"],
  ["one of a page", "a\u2028b\u2029c", "a\\u2028b\\u2029c"],
  ["text that runs backwards", "\u202ea\u2066", "\\u202ea\\u2066"],
  ["half a character", "\ud800b", "\\ud800b"],
  ["a character without width", "a\u200bb\ufeff", "a\\u200bb\\ufeff"],
  ["letters of tags", "a\u{e0041}", "a\\udb40\\udc41"],
  ["bytes in variation selectors", "a\u{e0100}\ufe03", "a\\udb40\\udd00\\ufe03"],
  ["fillers that look like nothing", "a\u3164\uffa0\u115f\u034f", "a\\u3164\\uffa0\\u115f\\u034f"],
];

describe("a text of others", () => {
  test.each(hidden)("with %s shows it", (_, text, shown) => {
    expect(escapeText(text)).toBe(shown);
    expect(isPlainText(text)).toBe(false);
  });

  test.each([
    ["of GitHub", "::error::a", "\\u003a\\u003aerror::a"],
    ["of GitHub, after spaces", " ::error::a", "\\u0020\\u003a\\u003aerror::a"],
    ["of GitHub, in its older form", "a ##[error]b", "a \\u0023#[error]b"],
    ["of Azure", "a##vso[task.setvariable variable=b]c", "a\\u0023#vso[task.setvariable variable=b]c"],
    ["in one more sign", "###teamcity[a]", "#\\u0023#teamcity[a]"],
  ])("with a command to a runner %s shows it", (_, text, shown) => {
    expect(escapeText(text)).toBe(shown);
    expect(escapeText(shown)).toBe(shown);
    expect(JSON.parse(`"${shown}"`)).toBe(text);
  });

  test("can be read back from its escapes", () => {
    expect(hidden.map(([, , shown]) => JSON.parse(`"${shown}"`) as unknown)).toEqual(
      hidden.map(([, text]) => text),
    );
  });

  test.each(["Füchse, 狐, ثعلب", "🦊 ❤\ufe0f", "a\\b\"c'<&>`$", "a::b, # [c] ## d #[e]"])(
    "stays as it is without: %s",
    (text) => {
      expect(escapeText(text)).toBe(text);
      expect(isPlainText(text)).toBe(true);
    },
  );

  test("keeps what it is told to, and is cut where it gets long", () => {
    expect(escapeText("a\tb\u200d\n", { keep: "\t\u200d" })).toBe("a\tb\u200d\\u000a");
    expect(escapeText("x".repeat(10_000))).toBe(`${"x".repeat(500)}…`);
    expect(escapeText("x".repeat(10_000), { maxLength: Infinity })).toHaveLength(10_000);
    expect(escapeText(`${"x".repeat(499)}🦊`)).toBe(`${"x".repeat(499)}\\ud83e…`);
  });
});
