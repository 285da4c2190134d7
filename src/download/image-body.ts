import { ConnectionError, DownloadError } from "../errors.js";
import { imageSignatureLength } from "../image-type.js";
import type { PatientReader } from "./stall.js";

/** The length that the body must have; undefined if it is not known. */
export function declaredLength({ headers, type }: Response): number | undefined {
  // Content-Length counts encoded bytes, and a browser hides the Content-Encoding of another origin's response ("cors").
  if (type === "cors" || headers.has("content-encoding")) return undefined;
  const value = headers.get("content-length");
  return value !== null && /^\d+$/.test(value) ? Number(value) : undefined;
}

/**
 * Whether a body that was cut off can look like a whole one: it ends with its connection, or it is compressed, and Node's
 * fetch takes what there is of compressed bytes. A fetch that is not the runtime's has its own rules.
 */
export function mayEndEarly({ headers, type }: Response): boolean {
  const hasLength = headers.has("content-length") || headers.has("transfer-encoding");
  return type === "basic" && (!hasLength || headers.has("content-encoding"));
}

/** Yields the chunks of a body, and throws if the body is not as long as it must be. */
export async function* receive(
  reader: PatientReader | undefined,
  totalBytes: number | undefined,
  maxBytes: number,
): AsyncGenerator<Uint8Array, undefined> {
  const tooLarge = `the image is larger than ${maxBytes} bytes`;
  if (totalBytes !== undefined && totalBytes > maxBytes) throw new DownloadError(tooLarge);
  let bytes = 0;
  while (reader) {
    const { done, value } = await reader.read(`the connection broke after ${bytes} bytes`);
    if (done) break;
    bytes += value.byteLength;
    if (bytes > maxBytes) throw new DownloadError(tooLarge);
    if (totalBytes !== undefined && bytes > totalBytes) {
      throw new DownloadError(`more bytes arrived than the ${totalBytes} that were announced`);
    }
    yield value;
  }
  if (totalBytes !== undefined && bytes < totalBytes) {
    throw new ConnectionError(`it was cut off after ${bytes} of ${totalBytes} bytes`);
  }
}

/** Reads chunks until there are enough bytes to detect the type; fewer bytes are the whole body. */
export async function readBeginning(received: AsyncGenerator<Uint8Array, undefined>): Promise<Uint8Array> {
  let beginning = new Uint8Array();
  while (beginning.byteLength < imageSignatureLength) {
    const { done, value } = await received.next();
    if (done) break;
    beginning = joinBytes(beginning, value);
  }
  return beginning;
}

/** Two pieces of a body as one. */
export function joinBytes(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(one.byteLength + other.byteLength);
  both.set(one);
  both.set(other, one.byteLength);
  return both;
}

/** Says in words what bytes look like that are not an image. */
export function appearance(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes);
  if (text === "") return "empty";
  if (/^\s*</.test(text)) return "an HTML or XML page";
  if (/^\s*[[{]/.test(text)) return "JSON";
  return /^[\t\n\r\x20-\x7e]+$/.test(text) ? "text" : "data of an unknown kind";
}
