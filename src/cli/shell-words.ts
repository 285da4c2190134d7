/** This command with other words, to paste into a POSIX shell: called as this one was, by its name or with npx. */
export function shellWords(...words: string[]): string {
  const npx = process.env.npm_lifecycle_event === "npx" ? ["npx"] : [];
  return [...npx, "tensorslab-images", ...words.map(quote)].join(" ");
}

function quote(word: string): string {
  return /^[\w./:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
