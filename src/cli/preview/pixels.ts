import { detectImageType } from "../../index.js";

/** An image as rows of red, green, blue and opacity, a byte each. */
export interface Pixels {
  width: number;
  height: number;
  data: Uint8Array;
}

/** The pixels of a PNG or JPEG; undefined for what cannot be decoded. */
export async function decodeImage(bytes: Uint8Array): Promise<Pixels | undefined> {
  try {
    switch (detectImageType(bytes)?.extension) {
      case "png": {
        const { PNG } = await import("pngjs");
        return PNG.sync.read(Buffer.from(bytes));
      }
      case "jpg": {
        const { decode } = (await import("jpeg-js")).default;
        return decode(bytes, { useTArray: true });
      }
    }
  } catch {
    // An image that is saved but cannot be shown is no failure.
  }
  return undefined;
}

/** The image no wider and no higher than that; each pixel is the nearest of the original. */
export function fitPixels(image: Pixels, mostWidth: number, mostHeight: number): Pixels {
  const scale = Math.min(1, mostWidth / image.width, mostHeight / image.height);
  const width = Math.max(1, Math.round(image.width * scale));
  const height = Math.max(1, Math.round(image.height * scale));
  const data = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++) {
    const row = Math.floor((y * image.height) / height) * image.width;
    for (let x = 0; x < width; x++) {
      const from = (row + Math.floor((x * image.width) / width)) * 4;
      data.set(image.data.subarray(from, from + 4), (y * width + x) * 4);
    }
  }
  return { width, height, data };
}
