import { createHash } from "node:crypto";
import { MIMEType } from "node:util";

/** One part of a form, as it is in the body that was kept. */
export interface BodyPart {
  readonly name: string;
  readonly filename?: string;
  readonly contentType?: string;
  readonly size: number;
  readonly sha256: string;
  readonly content: Buffer;
  /** Whether the end of the part was kept as well. */
  readonly isWhole: boolean;
}

/** Finds the parts of a form by their boundaries alone, so that a form that a parser refuses can be shown as well. */
export function splitParts(contentType: string, body: Buffer): BodyPart[] {
  const boundary = readBoundary(contentType);
  if (!boundary) return [];
  const delimiter = Buffer.from(`--${boundary}`);
  const parts: BodyPart[] = [];
  let at = body.indexOf(delimiter);
  while (at >= 0 && parts.length < 1000) {
    const start = at + delimiter.length;
    if (body.subarray(start, start + 2).toString("latin1") === "--") break;
    const next = body.indexOf(Buffer.concat([Buffer.from("\r\n"), delimiter]), start);
    const end = next < 0 ? body.length : next;
    if (start < end) parts.push(readPart(body.subarray(start + 2, end), next >= 0));
    at = next < 0 ? -1 : next + 2;
  }
  return parts;
}

function readBoundary(contentType: string): string | undefined {
  try {
    const type = new MIMEType(contentType);
    return type.type === "multipart" ? (type.params.get("boundary") ?? undefined) : undefined;
  } catch {
    return undefined;
  }
}

function readPart(bytes: Buffer, isWhole: boolean): BodyPart {
  const split = bytes.indexOf("\r\n\r\n");
  const startsEmpty = bytes.subarray(0, 2).toString("latin1") === "\r\n";
  const head = startsEmpty || split < 0 ? "" : bytes.toString("utf8", 0, split);
  const content = startsEmpty
    ? bytes.subarray(2)
    : split < 0
      ? bytes.subarray(0, 0)
      : bytes.subarray(split + 4);
  const disposition = /^content-disposition:(.*)$/im.exec(head)?.[1] ?? "";
  const filename = readParameter(disposition, "filename");
  const type = /^content-type:[ \t]*(.*?)[ \t]*$/im.exec(head)?.[1];
  return {
    name: readParameter(disposition, "name") ?? "",
    ...(filename === undefined ? {} : { filename }),
    ...(type === undefined ? {} : { contentType: type }),
    size: content.length,
    sha256: createHash("sha256").update(content).digest("hex"),
    content,
    isWhole,
  };
}

/** A parameter in quotes, in which browsers write quotes and line breaks as percent escapes. */
function readParameter(disposition: string, name: string): string | undefined {
  const [, text] = new RegExp(`;[ \\t]*${name}="((?:[^"\\\\]|\\\\.)*)"`, "i").exec(disposition) ?? [];
  return text?.replace(/%(22|0d|0a)/gi, (escape) => decodeURIComponent(escape)).replace(/\\(.)/g, "$1");
}

/** The type of an image that browsers show, by its first bytes; undefined for anything else. */
export function detectPicture(bytes: Buffer): string | undefined {
  const start = bytes.toString("latin1", 0, 12);
  if (start.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
  if (start.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (/^GIF8[79]a/.test(start)) return "image/gif";
  if (/^RIFF[^]{4}WEBP/.test(start)) return "image/webp";
  return start.startsWith("BM") ? "image/bmp" : undefined;
}
