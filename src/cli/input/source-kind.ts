import { detectImageType } from "../../index.js";

/** Number of bytes that {@link refusalOf} looks at. */
export const headLength = 64;

/** The beginnings of files that are mistaken for images; a dot stands for any byte. */
const kinds: [RegExp, string][] = [
  [/^%PDF-/, "a PDF document"],
  [/^....ftyp/s, "a video"],
  [/^\x1aE\xdf\xa3/, "a video"],
  [/^RIFF....AVI /s, "a video"],
  [/^(\x00\x00\x01[\xb0-\xbf]|FLV\x01|OggS)/, "a video"],
  [/^(ID3|\xff[\xf2-\xfb]|RIFF....WAVE|fLaC)/s, "an audio file"],
  [/^8BPS/, "a Photoshop document"],
  [/^PK\x03\x04/, "a ZIP archive or an Office document"],
  [/^(\x1f\x8b|7z\xbc\xaf|Rar!)/, "an archive"],
  [/^(\xef\xbb\xbf)?\s*<svg[\s>]/i, "an SVG drawing, which is text"],
  [/^(\xef\xbb\xbf)?\s*<(!doctype html|html|head|body)/i, "an HTML page"],
  [/^(\xef\xbb\xbf)?\s*<[?!a-z]/i, "an XML or HTML document"],
  [/^version https:\/\/git-lfs/, "a Git LFS pointer: fetch the file itself with `git lfs pull`"],
];

/** Says why a file is not an image, by its first bytes; undefined if it is one. */
export function refusalOf(head: Uint8Array): string | undefined {
  if (detectImageType(head) || isHeic(head)) return undefined;
  const text = Buffer.from(head).toString("latin1");
  const kind = kinds.find(([pattern]) => pattern.test(text))?.[1];
  return kind ?? (/[\0-\x08\x0e-\x1a]/.test(text) ? "a file of an unknown type" : "a text");
}

/** Whether it is a photo as phones save them; many services cannot read it. */
export const isHeic = (head: Uint8Array): boolean =>
  /^....ftyp(hei[cxms]|hev[cxms]|mif1|msf1)/s.test(Buffer.from(head.subarray(0, 12)).toString("latin1"));
