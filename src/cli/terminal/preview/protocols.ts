import { decodeImage, fitPixels, isTooLarge, sizeOfImage } from "./pixels.js";
import type { Pixels } from "./pixels.js";

/** The text that shows an image in a terminal; undefined if this image cannot be shown in this way. */
export type Protocol = (bytes: Uint8Array) => Promise<string | undefined>;

// Large enough to look at, small enough for a terminal of 80 columns and for a slow connection.
const mostWidth = 640;
const mostHeight = 480;
const escape = "\x1b";

/** https://sw.kovidgoyal.net/kitty/graphics-protocol/ */
const kitty: Protocol = async (bytes) => {
  const image = await decodeImage(bytes);
  if (!image) return undefined;
  const { width, height, data } = fitPixels(image, mostWidth, mostHeight);
  const chunks =
    Buffer.from(data)
      .toString("base64")
      .match(/.{1,4096}/g) ?? [];
  const sequences = chunks.map((chunk, index) => {
    const more = index < chunks.length - 1 ? 1 : 0;
    // The first chunk has the format; q=2 asks for no response, which would end up in the user's shell.
    const head = index === 0 ? `a=T,f=32,s=${width},v=${height},q=2,` : "";
    return `${escape}_G${head}m=${more};${chunk}${escape}\\`;
  });
  return sequences.join("");
};

/** https://iterm2.com/documentation-images.html; the terminal decodes the image, whatever its type. */
const iterm: Protocol = async (bytes) => {
  const size = sizeOfImage(bytes);
  if (size && isTooLarge(size)) return undefined;
  const options = `inline=1;size=${bytes.byteLength};width=${mostWidth}px;preserveAspectRatio=1`;
  return `${escape}]1337;File=${options}:${Buffer.from(bytes).toString("base64")}\x07`;
};

/** Sixel, as DEC terminals have it: six rows at a time, one color after the other, of a fixed palette. */
const sixel: Protocol = async (bytes) => {
  const image = await decodeImage(bytes);
  if (!image) return undefined;
  const fitted = fitPixels(image, mostWidth, mostHeight);
  const { width, height } = fitted;
  const colors = toPalette(fitted);
  const bands: string[] = [];
  for (let top = 0; top < height; top += 6) {
    const rows = Array.from({ length: Math.min(6, height - top) }, (_, row) =>
      colors.subarray((top + row) * width, (top + row + 1) * width),
    );
    const used = new Set(rows.flatMap((row) => [...row]));
    bands.push([...used].map((color) => `#${color}${drawColor(rows, color)}`).join("$"));
  }
  return `${escape}P0;1q"1;1;${width};${height}${palette}${bands.join("-")}${escape}\\`;
};

const steps = 6;
const palette = Array.from({ length: steps ** 3 }, (_, color) => {
  const shares = [Math.floor(color / 36), Math.floor(color / 6) % 6, color % 6];
  return `#${color};2;${shares.map((share) => share * 20).join(";")}`; // in percent
}).join("");

/** Half of the pixels are a little brighter than they are: without it, skies and skin have stripes. */
const dither = [
  [-0.4, 0.1, -0.3, 0.2],
  [0.35, -0.15, 0.45, -0.05],
  [-0.2, 0.3, -0.35, 0.15],
  [0.5, 0, 0.4, -0.1],
];

function toPalette({ width, height, data }: Pixels): Uint8Array {
  const colors = new Uint8Array(width * height);
  for (let at = 0; at < colors.length; at++) {
    const offset = dither[Math.floor(at / width) % 4]![(at % width) % 4]!;
    let color = 0;
    for (let channel = 0; channel < 3; channel++) {
      const share = (data[at * 4 + channel]! / 255) * (steps - 1) + offset;
      color = color * steps + Math.min(steps - 1, Math.max(0, Math.round(share)));
    }
    colors[at] = color;
  }
  return colors;
}

/** The pixels of one color in up to six rows; equal columns in a row are counted. */
function drawColor(rows: Uint8Array[], color: number): string {
  const columns = Array.from(rows[0]!, (_, x) =>
    String.fromCharCode(63 + rows.reduce((bits, row, y) => bits | (row[x] === color ? 1 << y : 0), 0)),
  );
  return columns.join("").replace(/(.)\1{3,}/g, (run, column: string) => `!${run.length}${column}`);
}

/** Half blocks: every terminal has them, also within tmux. Each shows two pixels, one above the other. */
const blocks: Protocol = async (bytes) => {
  const image = await decodeImage(bytes);
  if (!image) return undefined;
  const { columns = 80, rows = 24 } = process.stderr;
  const fitted = fitPixels(image, Math.min(columns - 1, 80), Math.max(2, (rows - 2) * 2));
  const paint = process.stderr.getColorDepth?.() >= 24 ? trueColor : paletteColor;
  const lines: string[] = [];
  for (let y = 0; y < fitted.height; y += 2) {
    const cells = Array.from({ length: fitted.width }, (_, x) => {
      const below = y + 1 < fitted.height ? `${escape}[48;${paint(fitted, x, y + 1)}m` : "";
      return `${escape}[38;${paint(fitted, x, y)}m${below}▀`;
    });
    lines.push(`${cells.join("")}${escape}[0m`);
  }
  return lines.join("\n");
};

const trueColor = (image: Pixels, x: number, y: number): string => `2;${channelsOf(image, x, y).join(";")}`;

/** The nearest color of the cube that terminals of 256 colors have. */
function paletteColor(image: Pixels, x: number, y: number): string {
  const [red, green, blue] = channelsOf(image, x, y).map((value) => Math.round(value / 51)) as number[];
  return `5;${16 + 36 * red! + 6 * green! + blue!}`;
}

function channelsOf({ width, data }: Pixels, x: number, y: number): number[] {
  const at = (y * width + x) * 4;
  return [...data.subarray(at, at + 3)];
}

/** Every way to show an image, by the name that `--preview` has for it. */
export const protocols = { kitty, iterm, sixel, blocks } satisfies Record<string, Protocol>;
