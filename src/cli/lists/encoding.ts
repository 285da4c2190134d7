import { createReadStream } from "node:fs";
import { UsageError } from "../exit-status.js";

/** The encodings that texts are read in; UTF-16 needs a byte order mark. */
export type Encoding = "utf-8" | "utf-16le" | "utf-16be";

/**
 * Finds the encoding of a text, and that all of it is valid: what is not would be sent, and paid for, garbled.
 *
 * @param name The name of the text, for the message.
 * @throws {UsageError} naming the line that is not valid, and the encoding that it looks like.
 */
export async function detectEncoding(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  name: string,
): Promise<Encoding> {
  let encoding: Encoding | undefined;
  let decoder: TextDecoder | undefined;
  let line = 1;
  const refuse = (at: number, looksLike: string): never => {
    throw new UsageError(
      `${name}:${at}: is not UTF-8; it looks like ${looksLike}. Save it as UTF-8; nothing was sent`,
    );
  };
  for await (const chunk of chunks) {
    encoding ??= encodingOf(chunk);
    decoder ??= new TextDecoder(encoding, { fatal: true });
    let text: string;
    try {
      text = decoder.decode(chunk, { stream: true });
    } catch {
      if (encoding === "utf-8") return refuse(findInvalidLine(chunk, line), guessEncoding(chunk));
      return refuse(line, "UTF-16 that was cut or joined within a character");
    }
    const nul = text.indexOf("\0");
    if (nul >= 0)
      return refuse(line + countLineBreaks(text.slice(0, nul)), "UTF-16 without a byte order mark");
    line += countLineBreaks(text);
  }
  try {
    decoder?.decode();
  } catch {
    return refuse(line, "a text that was cut off in the middle of a character");
  }
  return encoding ?? "utf-8";
}

/** Decodes a file that was found to be valid. */
export async function* readText(path: string, encoding: Encoding): AsyncGenerator<string, void> {
  const decoder = new TextDecoder(encoding); // drops a byte order mark
  for await (const chunk of createReadStream(path)) yield decoder.decode(chunk as Buffer, { stream: true });
  yield decoder.decode();
}

function encodingOf([first, second]: Uint8Array): Encoding {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
}

const countLineBreaks = (text: string): number => text.match(/\r\n|\n|\r/g)?.length ?? 0;

/** The line of a chunk that is not UTF-8; the chunk begins in `line`, perhaps in the middle of a character. */
function findInvalidLine(chunk: Uint8Array, line: number): number {
  const bytes = Buffer.from(chunk).toString("latin1");
  const rest = bytes.replace(/^[\x80-\xbf]{1,3}/, "");
  for (const [index, text] of rest.split(/\r\n|\n|\r/).entries()) {
    if (!decodes(Buffer.from(text, "latin1"), "utf-8")) return line + index;
  }
  return line;
}

/** The encoding that bytes are most likely in, by the scripts that appear when they are decoded. */
function guessEncoding(bytes: Uint8Array): string {
  const share = (encoding: string, script: RegExp): number => {
    const letters = decodes(bytes, encoding)?.match(/[^\0-\x7f]/gu) ?? [];
    return letters.filter((letter) => script.test(letter)).length / letters.length;
  };
  if (share("shift_jis", /[\u3040-\u30ff]/) > 0.2) return "Shift-JIS";
  // The others have characters of two bytes above ASCII; in Western texts such bytes stand alone.
  const runs = Buffer.from(bytes)
    .toString("latin1")
    .match(/[\x80-\xff]+/g)!;
  const isPaired = runs.filter((run) => run.length > 1).length > runs.length / 2;
  if (isPaired && share("euc-jp", /[\u3040-\u30ff]/) > 0.2) return "EUC-JP";
  if (isPaired && share("euc-kr", /\p{Script=Hangul}/u) > 0.9) return "EUC-KR";
  if (isPaired && share("gb18030", /[\u4e00-\u9fff\u3000-\u303f\uff00-\uffef]/) > 0.9)
    return "GB18030 or Big5";
  return "Windows-1252";
}

function decodes(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes) || " ";
  } catch {
    return undefined;
  }
}
