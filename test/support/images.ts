/** The shortest beginnings that make an image of each format. */
export const imageHeads = {
  png: Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13),
  jpeg: Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1),
  webp: new Uint8Array(Buffer.from("RIFF\x24\0\0\0WEBPVP8 ", "latin1")),
  gif: new Uint8Array(Buffer.from("GIF89a\x01\0\x01\0\0\0", "latin1")),
  bmp: new Uint8Array(Buffer.from("BM\x3a\0\0\0\0\0\0\0\x36\0", "latin1")),
  tiff: Uint8Array.of(0x49, 0x49, 0x2a, 0, 8, 0, 0, 0, 0, 0, 0, 0),
};
