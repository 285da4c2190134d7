import { Transform } from "node:stream";

/** A message is a line. A prompt and the paths of some images are far below this. */
const longestLineBytes = 8 * 1024 * 1024;

/**
 * Passes lines on, except those that are too long to be a message: the transport would close the connection because of one,
 * and end the generations that are running.
 */
export function dropLongLines(onDropped: () => void, longestBytes = longestLineBytes): Transform {
  let pieces: Buffer[] = [];
  let length = 0;
  let isDropped = false;

  function add(piece: Buffer): void {
    length += piece.length;
    if (length <= longestBytes) return void pieces.push(piece);
    if (!isDropped) onDropped();
    isDropped = true;
    pieces = [];
  }
  function endLine(): Buffer {
    const line = Buffer.concat(pieces);
    pieces = [];
    length = 0;
    isDropped = false;
    return line;
  }

  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      let from = 0;
      for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
        add(chunk.subarray(from, at + 1));
        from = at + 1;
        const line = endLine();
        if (line.length > 0) this.push(line);
      }
      if (from < chunk.length) add(chunk.subarray(from));
      done();
    },
  });
}
