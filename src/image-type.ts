/** The media type of an image, by its first bytes. */
export interface ImageType {
  /** Media type, such as `image/png`. */
  type: string;
  /** File name extension without a dot, such as `png`. */
  extension: string;
}

/**
 * How many bytes {@link detectImageType} looks at.
 *
 * @example
 * const head = await new Blob(["BM"]).slice(0, imageSignatureLength).arrayBuffer();
 * console.log(detectImageType(new Uint8Array(head))?.extension); // bmp
 */
export const imageSignatureLength = 12;

// Signatures as the formats' specifications give them; a dot stands for any byte.
const signatures: [RegExp, ImageType][] = [
  [/^\x89PNG\r\n\x1a\n/s, { type: "image/png", extension: "png" }],
  [/^\xff\xd8\xff/s, { type: "image/jpeg", extension: "jpg" }],
  [/^RIFF....WEBP/s, { type: "image/webp", extension: "webp" }],
  [/^GIF8[79]a/s, { type: "image/gif", extension: "gif" }],
  [/^....ftypavi[fs]/s, { type: "image/avif", extension: "avif" }],
  [/^....ftyp(hei[cxms]|hev[cxms]|mif1|msf1)/s, { type: "image/heic", extension: "heic" }],
  [/^BM....\0\0\0\0/s, { type: "image/bmp", extension: "bmp" }],
  [/^(II\*\0|MM\0\*)/s, { type: "image/tiff", extension: "tiff" }],
];

/**
 * Tells what an image is by its first bytes: png, jpeg, webp, gif, avif, heic, bmp or tiff; undefined for anything else.
 *
 * @param bytes The beginning of the file; 12 bytes are enough.
 * @example
 * const bytes = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
 * console.log(detectImageType(bytes)); // { type: "image/png", extension: "png" }
 */
export function detectImageType(bytes: Uint8Array): ImageType | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, imageSignatureLength));
  return signatures.find(([signature]) => signature.test(head))?.[1];
}
