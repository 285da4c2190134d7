/** The media type of an image, by its first bytes. */
export interface ImageType {
  /** Media type, such as `image/png`. */
  type: string;
  /** File name extension without a dot, such as `png`. */
  extension: string;
}

/**
 * Number of bytes that {@link detectImageType} looks at.
 *
 * @example
 * const head = await new Blob(["BM"]).slice(0, imageSignatureLength).arrayBuffer();
 * console.log(detectImageType(new Uint8Array(head))?.extension); // bmp
 */
export const imageSignatureLength = 12;

// Signatures as the formats' specifications give them, where a dot stands for any byte; names of types, and of files where
// they differ.
const signatures: [signature: RegExp, type: string, extension?: string][] = [
  [/^\x89PNG\r\n\x1a\n/s, "png"],
  [/^\xff\xd8\xff/s, "jpeg", "jpg"],
  [/^RIFF....WEBP/s, "webp"],
  [/^GIF8[79]a/s, "gif"],
  [/^....ftypavi[fs]/s, "avif"],
  [/^....ftyp(he[iv][cxms]|m[is]f1)/s, "heic"],
  [/^BM....\0\0\0\0/s, "bmp"],
  [/^(II\*\0|MM\0\*)/s, "tiff"],
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
  const [, type, extension = type] = signatures.find(([signature]) => signature.test(head)) ?? [];
  return type && extension ? { type: `image/${type}`, extension } : undefined;
}
