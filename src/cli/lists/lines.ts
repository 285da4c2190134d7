const lineBreak = /\r\n|\n|\r(?!$)/; // at the end of a chunk, LF may follow a CR

/** Reads a text line by line, in memory that does not depend on its size. CR, LF and CRLF end a line, as in editors. */
export async function* readLines(text: AsyncIterable<string>): AsyncGenerator<string, void> {
  // The pieces of the line that has not ended: joined at each chunk, a long line would take time in its square.
  let pieces: string[] = [];
  let carried = "";
  for await (const chunk of text) {
    const [first = "", ...lines] = (carried + chunk).split(lineBreak);
    pieces.push(first);
    if (lines.length > 0) {
      yield pieces.join("");
      pieces = [lines.pop()!];
      yield* lines;
    }
    const last = pieces.pop()!;
    carried = last.endsWith("\r") ? "\r" : "";
    pieces.push(carried ? last.slice(0, -1) : last);
  }
  const rest = pieces.join("");
  if (rest !== "" || carried) yield rest;
}
