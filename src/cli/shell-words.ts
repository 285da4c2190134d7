/** This command with other words, to paste into a shell: called as this one was, by its name or with npx. */
export function shellWords(...words: string[]): string {
  const npx = process.env.npm_lifecycle_event === "npx" ? ["npx"] : [];
  return [...npx, "tensorslab-images", ...words.map(quote)].join(" ");
}

/** Quotes a word for POSIX shells, and on Windows for its own two, unless one such as Git's Bash is in use. */
export function quote(word: string): string {
  return process.platform === "win32" && !process.env.SHELL ? quoteForWindows(word) : quoteForPosix(word);
}

function quoteForPosix(word: string): string {
  return /^[\w./:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/**
 * Both shells take double quotes, and a doubled one for a quote itself. In PowerShell a word with `$` would be carried
 * out; Command Prompt hands its backtick on. A backslash before the last quote would be taken for a part of the word.
 */
function quoteForWindows(word: string): string {
  if (/^[\w./:=+\\-]+$/.test(word)) return word;
  const escaped = word
    .replace(/["\u201c-\u201e]/g, "$&$&")
    .replace(/[$`]/g, "`$&")
    .replace(/\\+$/, "$&$&");
  return `"${escaped}"`;
}
