import { decodeImage, fitPixels } from "./pixels.js";

/** What a terminal is sent to show an image; undefined if it has no way to show this one. */
export type Protocol = (bytes: Uint8Array) => Promise<string | undefined>;

// Large enough to judge an image by, small enough for a terminal of 80 columns and for a slow connection.
const mostWidth = 640;
const mostHeight = 480;
const escape = "\x1b";

/** https://sw.kovidgoyal.net/kitty/graphics-protocol/ */
export const kitty: Protocol = async (bytes) => {
  const image = await decodeImage(bytes);
  if (!image) return undefined;
  const { width, height, data } = fitPixels(image, mostWidth, mostHeight);
  const chunks =
    Buffer.from(data)
      .toString("base64")
      .match(/.{1,4096}/g) ?? [];
  const sequences = chunks.map((chunk, index) => {
    const more = index < chunks.length - 1 ? 1 : 0;
    // The first chunk says what comes; q=2 asks for no answer, which would end up in the user's shell.
    const head = index === 0 ? `a=T,f=32,s=${width},v=${height},q=2,` : "";
    return `${escape}_G${head}m=${more};${chunk}${escape}\\`;
  });
  return sequences.join("");
};

/** https://iterm2.com/documentation-images.html; the terminal decodes the image, whatever its type. */
export const iterm2: Protocol = async (bytes) => {
  const options = `inline=1;size=${bytes.byteLength};width=${mostWidth}px;preserveAspectRatio=1`;
  return `${escape}]1337;File=${options}:${Buffer.from(bytes).toString("base64")}\x07`;
};

/** Sixel, as DEC terminals have it. */
export const sixel: Protocol = async (bytes) => {
  const image = await decodeImage(bytes);
  if (!image) return undefined;
  const { image2sixel } = (await import("sixel")).default;
  const { width, height, data } = fitPixels(image, mostWidth, mostHeight);
  return image2sixel(data, width, height, 256, 0);
};
