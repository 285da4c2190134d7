import { inflateSync } from "node:zlib";

export interface Png {
  width: number;
  height: number;
  /** Number of colours in the palette. */
  colors: number;
  /** The palette indices, row by row. */
  pixels: Uint8Array;
}

/** Reads a PNG with a palette and no filters, and fails on anything that is not exactly right. */
export function readPng(bytes: Buffer): Png {
  const chunks = readChunks(bytes);
  if (chunks.map(({ type }) => type).join() !== "IHDR,PLTE,IDAT,IEND")
    throw new Error("not the chunks expected");
  const [head, palette, data] = chunks.map(({ content }) => content) as [Buffer, Buffer, Buffer];
  const [width, height] = [head.readUInt32BE(0), head.readUInt32BE(4)];
  if (head.subarray(8).toString("hex") !== "0803000000") throw new Error("not 8 bits with a palette");
  const rows = inflateSync(data);
  if (rows.length !== height * (width + 1))
    throw new Error(`${rows.length} bytes for ${width} × ${height} pixels`);
  const pixels = Buffer.alloc(width * height);
  for (let y = 0; y < height; y++) {
    if (rows[y * (width + 1)] !== 0) throw new Error(`row ${y} has a filter`);
    rows.copy(pixels, y * width, y * (width + 1) + 1, (y + 1) * (width + 1));
  }
  return { width, height, colors: palette.length / 3, pixels };
}

function readChunks(bytes: Buffer): { type: string; content: Buffer }[] {
  if (bytes.subarray(0, 8).toString("latin1") !== "\x89PNG\r\n\x1a\n") throw new Error("no PNG signature");
  const chunks = [];
  for (let at = 8; at < bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const body = bytes.subarray(at + 4, at + 8 + length);
    if (bytes.readUInt32BE(at + 8 + length) !== checksum(body)) throw new Error("wrong checksum");
    chunks.push({ type: body.toString("latin1", 0, 4), content: body.subarray(4) });
    at += 12 + length;
  }
  return chunks;
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32, written out so that the encoder's is not judged by itself. */
function checksum(bytes: Buffer): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = (value >>> 8) ^ (table[(value ^ byte) & 255] as number);
  return (value ^ 0xffffffff) >>> 0;
}
