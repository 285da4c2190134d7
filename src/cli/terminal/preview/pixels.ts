import { inflateSync } from "node:zlib";
import { detectImageType } from "../../../index.js";

/** An image as rows of red, green, blue and opacity, a byte each. */
export interface Pixels {
  width: number;
  height: number;
  data: Uint8Array;
}

/** Decoded, a larger image takes gigabytes, and a file of one megabyte can be that large. */
const mostPixels = 100e6;

/** The pixels of a PNG or JPEG; undefined if it cannot be decoded, or is too large to be. */
export async function decodeImage(bytes: Uint8Array): Promise<Pixels | undefined> {
  try {
    const size = sizeOfImage(bytes);
    if (size === undefined || isTooLarge(size)) return undefined;
    if (detectImageType(bytes)?.extension === "png") {
      if (bytes[28] === 1) checkInterlaced(bytes, size);
      const { PNG } = (await import("pngjs")).default;
      return PNG.sync.read(Buffer.from(bytes));
    }
    const { decode } = (await import("jpeg-js")).default;
    return decode(bytes, { useTArray: true });
  } catch {
    return undefined; // An image that is saved but cannot be shown is not a failure.
  }
}

type Size = Pick<Pixels, "width" | "height">;

/** Whether an image has too many pixels to be decoded, here or by the terminal. */
export const isTooLarge = ({ width, height }: Size): boolean => width * height > mostPixels;

/** Fails if an interlaced PNG holds more than its pixels: of these alone, the decoder inflates whatever there is. */
function checkInterlaced(bytes: Uint8Array, { width, height }: Size): void {
  const view = viewOf(bytes);
  const pieces: Uint8Array[] = [];
  for (let at = 8; at + 8 <= bytes.length; at += 12 + view.getUint32(at)) {
    const isData = view.getUint32(at + 4) === 0x49444154; // IDAT
    if (isData) pieces.push(bytes.subarray(at + 8, at + 8 + view.getUint32(at)));
  }
  // Eight bytes a pixel are the most; each of seven passes has rows, which begin with a byte and are filled up.
  const maxOutputLength = 8 * width * height + 7 * 2 * (height + 1);
  inflateSync(Buffer.concat(pieces), { maxOutputLength });
}

/** The size of a PNG or JPEG by its head; undefined if it is another type, or damaged. */
export function sizeOfImage(bytes: Uint8Array): Size | undefined {
  const extension = detectImageType(bytes)?.extension;
  try {
    return extension === "png" ? sizeOfPng(bytes) : extension === "jpg" ? sizeOfJpeg(bytes) : undefined;
  } catch {
    return undefined; // it ends within its head
  }
}

/** The size in the header, which is the first chunk. */
function sizeOfPng(bytes: Uint8Array): Size {
  const view = viewOf(bytes);
  return { width: view.getUint32(16), height: view.getUint32(20) };
}

/** The size in the start of the frame; undefined if there is none. */
function sizeOfJpeg(bytes: Uint8Array): Size | undefined {
  const view = viewOf(bytes);
  for (let at = 2; at < bytes.length; at += 2 + view.getUint16(at + 2)) {
    while (view.getUint8(at + 1) === 0xff) at++; // fill bytes may stand before a marker
    const marker = view.getUint8(at + 1);
    // C4, C8 and CC are tables; every other marker from C0 to CF begins a frame.
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
  }
  return undefined;
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);

/** The image no wider and no higher than that; each pixel is the average of those that it stands for. */
export function fitPixels(image: Pixels, mostWidth: number, mostHeight: number): Pixels {
  const scale = Math.min(1, mostWidth / image.width, mostHeight / image.height);
  const width = Math.max(1, Math.round(image.width * scale));
  const height = Math.max(1, Math.round(image.height * scale));
  const data = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++) {
    const top = Math.floor((y * image.height) / height);
    const bottom = Math.max(top + 1, Math.floor(((y + 1) * image.height) / height));
    for (let x = 0; x < width; x++) {
      const left = Math.floor((x * image.width) / width);
      const right = Math.max(left + 1, Math.floor(((x + 1) * image.width) / width));
      data.set(average(image, left, right, top, bottom), (y * width + x) * 4);
    }
  }
  return { width, height, data };
}

function average(
  { width, data }: Pixels,
  left: number,
  right: number,
  top: number,
  bottom: number,
): number[] {
  const sums = [0, 0, 0, 0];
  for (let y = top; y < bottom; y++) {
    for (let at = (y * width + left) * 4; at < (y * width + right) * 4; at += 4) {
      for (let channel = 0; channel < 4; channel++) sums[channel]! += data[at + channel]!;
    }
  }
  const count = (right - left) * (bottom - top);
  return sums.map((sum) => Math.round(sum / count));
}
