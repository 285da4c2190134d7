/**
 * Text of a document as it may be shown in a terminal, a log or a page of Markdown.
 *
 * Line breaks, escape sequences and invisible characters are spelled out, so that nothing a vendor wrote can start a
 * line, move a cursor or hide a letter.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0)!.toString(16);
    return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, "0")}`;
  });
}
