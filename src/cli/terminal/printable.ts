import { escapeText } from "../../index.js";

/** Emoji are made with joiners, and words of some languages. */
const joiners = "\u200c\u200d";

/** One line of text for a terminal, from any source: a response, a record, a list, a file name. Only tabs stay. */
export const printable = (line: string): string =>
  escapeText(line, { keep: `\t${joiners}`, maxLength: Infinity });

/** JSON for a terminal. Its texts have their line breaks escaped already, so those that are left are of its own. */
export const printableJson = (json: string): string =>
  escapeText(json, { keep: `\n${joiners}`, maxLength: Infinity });

/** The characters that Unicode has as wide: East Asian scripts, also beyond 16 bits, where rarer letters of names are, and emoji. */
const wide =
  /[\u1100-\u115f\u2329\u232a\u2e80-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe1f\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{16fe0}-\u{1b2ff}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

/** Number of columns that a text takes in a terminal. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += wide.test(character) ? 2 : 1;
  return width;
}

/** The beginning of a text that takes at most so many columns of a terminal. */
export function cutToWidth(text: string, columns: number): string {
  let width = 0;
  let cut = "";
  for (const character of text) {
    width += widthOf(character);
    if (width > columns) return cut;
    cut += character;
  }
  return text;
}
