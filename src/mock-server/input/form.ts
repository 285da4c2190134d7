import { createHash } from "node:crypto";
import type { Readable, Writable } from "node:stream";
import { Busboy, Dicer } from "@fastify/busboy";
import type { MockFile } from "../request.js";

/** The parts of a form, in the order they were sent, and how its syntax is broken. */
export interface Form {
  readonly texts: readonly { readonly name: string; readonly text: string }[];
  readonly files: readonly MockFile[];
  readonly issues: readonly string[];
}

const limits = { parts: 1000, headerSize: 16 * 1024 };
/** Most bytes that all text parts together may have. */
const maxTextBytes = 1024 * 1024;

/** A form that is being read. */
export interface FormParser {
  write(chunk: Buffer): Promise<void>;
  end(): Promise<Form>;
}

/** Parses a form and keeps its texts; files are only measured and hashed, so that their size does not matter. */
export function openForm(boundary: string): FormParser {
  const heads = openHeads(boundary, limits.parts);
  const busboy = new Busboy({
    headers: { "content-type": `multipart/form-data; boundary="${boundary.replace(/["\\]/g, "\\$&")}"` },
    isPartAFile: () => true, // as a stream: a text that is cut off at a limit of the parser's may never end
    preservePath: true,
    defCharset: "utf8",
    limits,
  });
  const texts: { name: string; text: string }[] = [];
  const files: MockFile[] = [];
  const issues: string[] = [];
  let parts = 0;
  let textSize = 0;

  busboy.on("file", (writtenName: string | undefined, stream, filename: string | undefined) => {
    const name = writtenName?.replaceAll("%22", '"'); // as forms write a quote in a name
    const partType = heads.contentTypes[parts++];
    stream.on("error", () => undefined); // the parser itself reports it
    if (name === undefined) {
      issues.push("a part has no name");
      stream.resume();
    } else if (filename === undefined) {
      const part = { name, text: "" };
      texts.push(part);
      readText(stream, (length) => (textSize += length) <= maxTextBytes, part, issues);
    } else {
      const file = { field: name, filename, contentType: partType, size: 0, sha256: "" };
      files.push(file);
      measure(stream, file);
    }
  });
  busboy.on("partsLimit", () => issues.push(`the form has more than ${limits.parts} parts`));
  const ended = new Promise<void>((resolve) => {
    busboy.on("finish", resolve);
    busboy.on("error", (error: unknown) => {
      issues.push(`the form is malformed: ${(error as Error).message}`);
      resolve();
    });
  });
  const feed = createFeed(busboy);

  return {
    async write(chunk) {
      await heads.write(chunk);
      await feed(chunk);
    },
    async end() {
      busboy.end();
      await ended;
      // The parser skips a part whose header it cannot read.
      if (parts < heads.contentTypes.length) issues.push("the form is malformed: a part cannot be read");
      return { texts, files, issues };
    },
  };
}

/** Collects a text part while `fits` allows more bytes. */
function readText(
  stream: Readable,
  fits: (length: number) => boolean,
  part: { readonly name: string; text: string },
  issues: string[],
): void {
  const chunks: Buffer[] = [];
  let whole = true;
  stream.on("data", (chunk: Buffer) => {
    whole &&= fits(chunk.length);
    if (whole) chunks.push(chunk);
  });
  stream.on("end", () => {
    if (!whole) issues.push(`${part.name} is too long`);
    part.text = Buffer.concat(chunks).toString("utf8");
  });
}

function measure(stream: Readable, file: { size: number; sha256: string }): void {
  const hash = createHash("sha256");
  stream.on("data", (chunk: Buffer) => {
    file.size += chunk.length;
    hash.update(chunk);
  });
  stream.on("end", () => (file.sha256 = hash.digest("hex")));
}

/** The `Content-Type` of each part, at most `max` of them: the form parser does not tell whether a part had one. */
function openHeads(boundary: string, max: number) {
  const contentTypes: (string | undefined)[] = [];
  const dicer = new Dicer({ boundary });
  dicer.on("part", (part) => {
    part.resume();
    if (contentTypes.length === max) return;
    const index = contentTypes.push(undefined) - 1;
    part.on("header", (head: Record<string, string[]>) => {
      contentTypes[index] = head["content-type"]?.[0];
    });
  });
  return { contentTypes, write: createFeed(dicer) };
}

/**
 * Creates a function that writes to a multipart parser and waits until it accepts more.
 *
 * Waiting for `drain` alone would be wrong: it does not come after the chunk in which the parser's form ends or breaks.
 * Everything after such a chunk is not part of the form and is discarded.
 */
function createFeed(parser: Writable): (chunk: Buffer) => Promise<void> {
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
