import { ConnectionError, DownloadError } from "../errors.js";
import { imageSignatureLength } from "../image-type.js";
import type { PatientReader } from "./stall.js";

/** The length that the body must have; undefined if that cannot be told. */
export function declaredLength({ headers, type }: Response): number | undefined {
  // Content-Length counts encoded bytes, and a browser hides the Content-Encoding of another origin's answer ("cors").
  if (type === "cors" || headers.has("content-encoding")) return undefined;
  const value = headers.get("content-length");
  return value !== null && /^\d+$/.test(value) ? Number(value) : undefined;
}

/** The chunks of a body, which throw if it is not as long as it must be. */
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
      throw new DownloadError(`more came than the ${totalBytes} bytes that were announced`);
    }
    yield value;
  }
  if (totalBytes !== undefined && bytes < totalBytes) {
    throw new ConnectionError(`it was cut off after ${bytes} of ${totalBytes} bytes`);
  }
}

/** Reads chunks until there is enough to tell what they are; fewer bytes are all there are. */
export async function readBeginning(received: AsyncGenerator<Uint8Array, undefined>): Promise<Uint8Array> {
  let beginning = new Uint8Array();
  while (beginning.byteLength < imageSignatureLength) {
    const { done, value } = await received.next();
    if (done) break;
    const longer = new Uint8Array(beginning.byteLength + value.byteLength);
    longer.set(beginning);
    longer.set(value, beginning.byteLength);
    beginning = longer;
  }
  return beginning;
}

/** What bytes that are no image look like, in words. */
export function appearance(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes);
  if (text === "") return "an empty answer";
  if (/^\s*</.test(text)) return "an HTML or XML page";
  if (/^\s*[[{]/.test(text)) return "JSON";
  return /^[\t\n\r\x20-\x7e]+$/.test(text) ? "text" : "data of an unknown kind";
}
