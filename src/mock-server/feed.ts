import type { Writable } from "node:stream";

/**
 * Makes a function that writes to a multipart parser and waits until it can take more.
 *
 * Waiting for `drain` alone would be wrong: it does not come after the chunk in which the parser's form ends or breaks.
 * What follows such a chunk is no part of the form and is thrown away.
 */
export function createFeed(parser: Writable): (chunk: Buffer) => Promise<void> {
  let over = false;
  let proceed = (): void => undefined;
  function end(): void {
    over = true;
    proceed();
  }
  parser.on("drain", () => proceed());
  parser.on("finish", end);
  parser.on("error", end);
  return async (chunk) => {
    if (over || parser.write(chunk)) return;
    await new Promise<void>((resolve) => {
      proceed = resolve;
      if (over) resolve();
    });
  };
}
