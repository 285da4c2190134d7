import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { MIMEType } from "node:util";
import { Busboy } from "@fastify/busboy";
import { readBody } from "./body.js";
import { createFeed } from "./feed.js";
import { openHeads } from "./part-heads.js";
import type { MockFile, OpenRequest } from "./request.js";

/** The parts of a form, in the order they were sent, and what is wrong with its form. */
export interface Form {
  readonly texts: readonly { readonly name: string; readonly text: string }[];
  readonly files: readonly MockFile[];
  readonly issues: readonly string[];
}

const limits = { parts: 1000, headerSize: 16 * 1024 };
/** What all text parts together may take. */
const mostText = 1024 * 1024;

/** Reads a form and keeps its texts; files are only measured and hashed, so that their size does not matter. */
export async function readForm(
  message: IncomingMessage,
  contentType: string,
  request: OpenRequest,
): Promise<Form> {
  const boundary = new MIMEType(contentType).params.get("boundary");
  const parser = boundary ? openForm(boundary) : undefined;
  await readBody(message, request, (chunk) => parser?.write(chunk));
  return parser ? parser.end() : { texts: [], files: [], issues: ["the form states no boundary"] };
}

interface FormParser {
  write(chunk: Buffer): Promise<void>;
  end(): Promise<Form>;
}

function openForm(boundary: string): FormParser {
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

  busboy.on("file", (name: string | undefined, stream, filename: string | undefined) => {
    const partType = heads.contentTypes[parts++];
    stream.on("error", () => undefined); // the parser itself reports what is wrong
    if (name === undefined) {
      issues.push("a part has no name");
      stream.resume();
    } else if (filename === undefined) {
      const part = { name, text: "" };
      texts.push(part);
      readText(stream, (length) => (textSize += length) <= mostText, part, issues);
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
      // The parser passes over a part whose head it cannot read.
      if (parts < heads.contentTypes.length) issues.push("the form is malformed: a part cannot be read");
      return { texts, files, issues };
    },
  };
}

/** Collects a text part as long as `fits` allows another so many bytes. */
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
