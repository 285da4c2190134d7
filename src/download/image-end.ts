import { ConnectionError } from "../errors.js";
import type { ImageType } from "../image-type.js";
import { joinBytes } from "./image-body.js";

/** Some programs write a few bytes behind the end of an image. */
const tailBytes = 4096;

/** Yields the rest of an image, and throws if it stops before the end that its type has; of others, no end is known here. */
export async function* requireEnd(
  rest: AsyncGenerator<Uint8Array, undefined>,
  beginning: Uint8Array,
  { extension }: ImageType,
): AsyncGenerator<Uint8Array, undefined> {
  let tail = beginning.slice(-tailBytes);
  let bytes = beginning.byteLength;
  for await (const chunk of rest) {
    tail = joinBytes(tail, chunk.slice(-tailBytes)).slice(-tailBytes);
    bytes += chunk.byteLength;
    yield chunk;
  }
  const text = String.fromCharCode(...tail);
  const hasEnded: Record<string, () => boolean> = {
    png: () => /IEND[^]{4}/.test(text),
    jpg: () => text.includes("\xff\xd9"),
    gif: () => /;\0*$/.test(text),
    webp: () => bytes >= 8 + new DataView(beginning.buffer, beginning.byteOffset).getUint32(4, true),
  };
  if (hasEnded[extension]?.() === false) {
    throw new ConnectionError(`it was cut off after ${bytes} bytes`);
  }
}
