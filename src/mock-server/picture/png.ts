import { once } from "node:events";
import { setImmediate } from "node:timers/promises";
import { crc32, createDeflate } from "node:zlib";

export type Color = readonly [red: number, green: number, blue: number];

/** A picture of up to 256 colours, drawn row by row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly palette: readonly Color[];
  /** Writes the palette indices of one row. */
  drawRow(y: number, row: Uint8Array): void;
}

const signature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
const pixelsPerBand = 128 * 1024;
/** A higher level takes three times as long and makes files little smaller. */
const compressionLevel = 3;

/** A picture as a PNG file. It is drawn in bands, between which the process can do other things. */
export async function encodePng(picture: Picture, stop: AbortSignal): Promise<Buffer> {
  const { width, height, palette } = picture;
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8); // 8 bits, palette, and the only methods there are
  return Buffer.concat([
    signature,
    chunk("IHDR", head),
    chunk("PLTE", Buffer.from(palette.flat())),
    chunk("IDAT", await compressRows(picture, stop)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

async function compressRows({ width, height, drawRow }: Picture, stop: AbortSignal): Promise<Buffer> {
  const deflate = createDeflate({ level: compressionLevel });
  const compressed: Buffer[] = [];
  deflate.on("data", (data: Buffer) => compressed.push(data));
  const stride = width + 1; // each row begins with its filter, which is none
  const rowsPerBand = Math.max(1, Math.floor(pixelsPerBand / width));
  try {
    for (let top = 0; top < height; top += rowsPerBand) {
      const rows = Math.min(rowsPerBand, height - top);
      const band = Buffer.alloc(rows * stride);
      for (let row = 0; row < rows; row++) {
        drawRow(top + row, band.subarray(row * stride + 1, (row + 1) * stride));
      }
      if (!deflate.write(band)) await once(deflate, "drain");
      await setImmediate();
      stop.throwIfAborted();
    }
    deflate.end();
    await once(deflate, "end");
    return Buffer.concat(compressed);
  } finally {
    deflate.destroy();
  }
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
