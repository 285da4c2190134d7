/**
 * Characters that a terminal obeys instead of showing them, and characters that end a line, reorder text or hide in it.
 * Joiners stay, because emoji are made with them.
 */
const unprintable =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** One line of text for a terminal, whoever it is from: a response, a record, a list, a file name. Only tabs stay. */
export const printable = (line: string): string => escapeAllBut("\t", line);

/** JSON for a terminal. Its texts have their line breaks escaped already, so those that are left are of its own. */
export const printableJson = (json: string): string => escapeAllBut("\n", json);

function escapeAllBut(kept: string, text: string): string {
  return text.replace(unprintable, (character) => (character === kept ? kept : escapeCharacter(character)));
}

/** As JSON has it: characters beyond 16 bits are two escapes. */
const escapeCharacter = (character: string): string =>
  character
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");

const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

/** How many columns of a terminal a text takes. */
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
