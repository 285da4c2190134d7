import { escapeText } from "../../src/reliability/plain-text.js";

/**
 * Text of a document as it may be shown in a terminal, a log or a page of Markdown.
 *
 * Line breaks, escape sequences and invisible characters are spelled out, so that nothing a vendor wrote can start a
 * line, move a cursor or hide a letter.
 */
export const printable = (text: string): string => escapeText(text, { maxLength: Infinity });
