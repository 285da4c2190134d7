import { createHash } from "node:crypto";
import { isObject, parseSource } from "../../generate/source.js";
import { parseDocument } from "yaml";

/** Where a vendored document comes from. */
export interface Origin {
  /** The vendor's page; none for a document that was given as a file. */
  page?: string;
  /** When it was last found changed, as `YYYY-MM-DD`. */
  date: string;
  /** Of the vendored file, in hex. */
  sha256: string;
  /** The server's name for this version of the page. */
  etag?: string;
}

/** Reads `sources.yaml`, by file name. */
export function readOrigins(file: string, text: string): Map<string, Origin> {
  const { value, fail } = parseSource(file, text);
  for (const [name, origin] of Object.entries(value)) {
    if (!isObject(origin)) fail([name], `${name} must say where it comes from: page, date, sha256`);
    if (!/^[\w.-]+\.(ya?ml|json)$/.test(name)) fail([name], `${name} is not a name of a file in this folder`);
  }
  return new Map(Object.entries(value)) as Map<string, Origin>;
}

/** The text of `sources.yaml` with some origins replaced or added; the rest stays, comments included. */
export function writeOrigins(text: string, origins: ReadonlyMap<string, Origin>): string {
  const document = parseDocument(text);
  for (const [name, origin] of origins) {
    for (const [key, value] of Object.entries(origin)) document.setIn([name, key], value);
    if (origin.etag === undefined) document.deleteIn([name, "etag"]);
  }
  return document.toString({ lineWidth: 0 });
}

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
