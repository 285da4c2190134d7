/** Characters that a terminal or an editor obeys instead of showing them. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** Whether a text is there and can be shown as it is. */
export function isPlainText(text: string): boolean {
  return text !== "" && !unseen.test(text);
}

/** Replaces what cannot be shown by its escape, such as `\u001b`, and cuts what is too long to read. */
export function escapeText(text: string): string {
  const cut = text.length > 500 ? `${text.slice(0, 500)}…` : text;
  return cut.replace(
    new RegExp(unseen, "gu"),
    (character) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, "0")}`,
  );
}
