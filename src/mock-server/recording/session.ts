import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { MockRequest } from "../request.js";

/** The first line of a recording. */
interface Heading {
  readonly kind: "session";
  readonly version: 1;
  /** The service that was recorded. */
  readonly service: string;
}

/** One request of a recording, and the response to it. */
export interface RecordedExchange {
  readonly kind: "exchange";
  readonly operation: string;
  /** The same for requests that ask for the same. */
  readonly fingerprint: string;
  readonly fields: MockRequest["fields"];
  /** Undefined if the connection ended without one. */
  readonly response?: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    /** The body as text; result URLs begin with {@link resultsPlaceholder}. */
    readonly body: string;
  };
}

/** One image of a recording. */
export interface RecordedImage {
  readonly kind: "image";
  readonly index: number;
  readonly status: number;
  readonly contentType: string;
  readonly base64: string;
}

/** A line of a recording, which is a file of JSON lines. */
export type Line = Heading | RecordedExchange | RecordedImage;

/** Stands for the address of the images, which is another one in each run. */
export const resultsPlaceholder = "mock-results:";

/** Identifies a request by its content, without its key and its boundary. */
export function fingerprintOf({ operation, fields, files }: MockRequest): string {
  const asked = [operation, sorted(fields), files.map(({ field, sha256 }) => [field, sha256])];
  return createHash("sha256").update(JSON.stringify(asked)).digest("hex");
}

/** A value of JSON with the keys of its objects in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return entries.map(([name, item]) => [name, sorted(item)]);
}

/** Reads a recording; throws with the line that cannot be read. */
export async function readSession(file: string): Promise<Line[]> {
  const text = await readFile(file, "utf8");
  const lines = text.split("\n").flatMap((line, index): Line[] => {
    if (line === "") return [];
    try {
      return [JSON.parse(line) as Line];
    } catch (cause) {
      throw new Error(`Mock server: line ${index + 1} of ${file} is not JSON`, { cause });
    }
  });
  const [first] = lines;
  if (first?.kind !== "session" || first.version !== 1) {
    throw new Error(`Mock server: ${file} is not a recording of version 1`);
  }
  return lines;
}
