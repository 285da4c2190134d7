/** A command that can be pasted into a POSIX shell. */
export function commandLine(...words: string[]): string {
  return ["tensorslab-images", ...words.map(quote)].join(" ");
}

function quote(word: string): string {
  return /^[\w./:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
