import { detectImageType, imageSignatureLength } from "../image-type.js";

/** Some programs write a few bytes behind the end of an image. */
const tailBytes = 4096;

/** Looks at the bytes of an image as they pass, to tell at the end whether its own end has come. */
export interface EndWatch {
  add(chunk: Uint8Array): void;
  /** Whether the image ends as its type does; so does one of a type whose end is not known here. */
  hasEnded(): boolean;
}

/** Creates an {@link EndWatch}. */
export function watchEnd(): EndWatch {
  let head = new Uint8Array();
  let tail = new Uint8Array();
  let bytes = 0;
  return {
    add(chunk) {
      if (head.byteLength < imageSignatureLength) head = join(head, chunk).slice(0, imageSignatureLength);
      tail = join(tail, chunk.slice(-tailBytes)).slice(-tailBytes);
      bytes += chunk.byteLength;
    },
    hasEnded() {
      const text = String.fromCharCode(...tail);
      switch (detectImageType(head)?.extension) {
        case "png":
          return /IEND[^]{4}/.test(text);
        case "jpg":
          return text.includes("\xff\xd9");
        case "gif":
          return /;\0*$/.test(text);
        case "webp":
          return bytes >= 8 + new DataView(head.buffer).getUint32(4, true);
        default:
          return true;
      }
    },
  };
}

function join(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(one.byteLength + other.byteLength);
  both.set(one);
  both.set(other, one.byteLength);
  return both;
}
