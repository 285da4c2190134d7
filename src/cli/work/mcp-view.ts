import { decodeImage, fitPixels, sizeOfImage } from "../terminal/preview/pixels.js";
import type { Pixels } from "../terminal/preview/pixels.js";
import type { ViewImage } from "../../mcp/index.js";

/** Large enough for a model to see what is in it, and a few hundred tokens. */
const previewSide = 512;

/** JPEG at this quality is below 100 kB at that size, whatever the image. */
const quality = 75;

/** Looks at PNG and JPEG images, and makes previews of them; of other types nothing is known. */
export const viewImage: ViewImage = async (bytes, withPreview) => {
  const size = sizeOfImage(bytes);
  const image = withPreview && size ? await decodeImage(bytes) : undefined;
  if (!image) return { ...size };
  const { encode } = (await import("jpeg-js")).default;
  const { data } = encode(onWhite(fitPixels(image, previewSide, previewSide)), quality);
  return { ...size, preview: { data, mimeType: "image/jpeg" } };
};

/** JPEG has no opacity. */
function onWhite({ width, height, data }: Pixels): { width: number; height: number; data: Buffer } {
  const opaque = Buffer.alloc(data.length, 255);
  for (let at = 0; at < data.length; at += 4) {
    const opacity = data[at + 3]! / 255;
    for (let channel = 0; channel < 3; channel++) {
      opaque[at + channel] = Math.round(data[at + channel]! * opacity + 255 * (1 - opacity));
    }
  }
  return { width, height, data: opaque };
}
