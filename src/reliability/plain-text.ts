/**
 * Characters that a terminal, an editor or a page obeys instead of showing them, and those that nobody can see: texts for an
 * agent have been hidden in variation selectors. The selector of coloured emoji is an ordinary part of text.
 */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|(?!\ufe0f)\p{Default_Ignorable_Code_Point}/u;

/** With the commands to a runner of CI, which it takes from its log: `::error::` at a line's start, `##vso[…]` anywhere. */
const obeyed = /* @__PURE__ */ RegExp(unseen.source + "|^\\s*::|#(?=#\\w*\\[)", "gu");

/** Whether a text is there and can be shown as it is. */
export function isPlainText(text: string): boolean {
  return text !== "" && !unseen.test(text);
}

/** Options of `escapeText`. */
export interface EscapeOptions {
  /** Characters that stay as they are, such as `"\t"`. @default none */
  keep?: string | undefined;
  /** A longer text is cut there, and ends in `…`. @default 500 */
  maxLength?: number | undefined;
}

/**
 * Escapes what a terminal, the log of a CI job or an agent would obey instead of showing it, and what nobody can see: such
 * as `\u001b`.
 *
 * Texts of a service, a record or an agent can hold escape sequences, line breaks, text that runs backwards and commands to
 * a runner. A character beyond 16 bits becomes two escapes, as in JSON.
 *
 * @returns One line of text, cut where it gets long.
 * @example
 * const task = await client.status("abcd_1234567890abcdef");
 * console.log(escapeText(JSON.stringify(task.raw)));
 */
export function escapeText(text: string, { keep = "", maxLength = 500 }: EscapeOptions = {}): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  return cut.replace(obeyed, (character) =>
    keep.includes(character) ? character : character.replace(/[^]/g, escapeUnit),
  );
}

const escapeUnit = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
