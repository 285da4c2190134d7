/** Reads a text line by line, in memory that does not depend on its size. CR, LF and CRLF end a line, as in editors. */
export async function* readLines(text: AsyncIterable<string>): AsyncGenerator<string, void> {
  let rest = "";
  for await (const chunk of text) {
    const lines = (rest + chunk).split(/\r\n|\n|\r(?!$)/); // at the end of a chunk, LF may follow
    rest = lines.pop()!;
    yield* lines;
  }
  const lines = rest.split("\r");
  if (lines.at(-1) === "") lines.pop();
  yield* lines;
}
