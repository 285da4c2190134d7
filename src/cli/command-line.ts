/** A command that can be pasted into a POSIX shell, as the one that runs was called: by its name, or with npx. */
export function commandLine(...words: string[]): string {
  const npx = process.env.npm_lifecycle_event === "npx" ? ["npx"] : [];
  return [...npx, "tensorslab-images", ...words.map(quote)].join(" ");
}

function quote(word: string): string {
  return /^[\w./:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
