import type { Operation } from "./document.js";

/** The images that a submit asks for. */
export interface Order {
  readonly model: string;
  readonly prompt: string;
  readonly images: number;
  readonly size: Size;
  /** The picture's seed, if the model has such a field and it was sent. */
  readonly seed?: string;
}

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

const levelSide = 1024;
const standard: Size = { width: 2 * levelSide, height: 2 * levelSide };
const ratioPixels = standard.width * standard.height;
/** The largest picture that is drawn, so that no request makes the server run out of memory. */
const maxSide = 8192;
const maxPixels = 4096 * 4096;

/** Reads an order from a submit's fields, by the roles that the document gives them; adds a warning for a size that it cannot read. */
export function readOrder(
  model: string,
  fields: Readonly<Record<string, unknown>>,
  { roles = {}, defaults = {} }: Pick<Operation, "roles" | "defaults">,
  longestSide = Infinity,
): { order: Order; warnings: string[] } {
  function read(role: string): unknown {
    const name = roles[role];
    return (name === undefined ? undefined : fields[name]) ?? defaults[role];
  }
  const images = Math.trunc(Number(read("count")));
  const asked = readSize(read("size"));
  const drawn = asked === undefined ? standard : limit(asked, maxSide, maxPixels);
  const size = limit(drawn, longestSide);
  const seed = read("seed");
  const order = {
    model,
    prompt: String(read("prompt") ?? ""),
    images: images > 0 ? images : 1,
    size,
    ...(seed === undefined ? {} : { seed: String(seed) }),
  };
  return { order, warnings: warnAboutSize(roles.size, fields, asked, drawn) };
}

function warnAboutSize(
  name: string | undefined,
  fields: Readonly<Record<string, unknown>>,
  asked: Size | undefined,
  drawn: Size,
): string[] {
  if (name === undefined || fields[name] === undefined) return [];
  const made = `it is read as ${drawn.width} × ${drawn.height}`;
  const sent = `${name} ${JSON.stringify(fields[name])}`;
  if (asked === undefined) return [`${sent} is not a level (2K), a ratio (16:9) or WxH (2560x1440); ${made}`];
  return asked === drawn ? [] : [`${sent} is larger than the mock server draws; ${made}`];
}

/** Reads a level (`2K`), a ratio (`16:9`) or both sides (`3840x2160`, `1024*1024`); undefined for any other text. */
function readSize(text: unknown): Size | undefined {
  const [, level, across, sign, down] =
    /^(?:(\d{1,6})k|(\d{1,6}) *([:x*×]) *(\d{1,6}))$/i.exec(String(text)) ?? [];
  const [width, height] = level
    ? [Number(level) * levelSide, Number(level) * levelSide]
    : [Number(across), Number(down)];
  if (!(width > 0 && height > 0)) return undefined;
  if (sign !== ":") return { width, height };
  return scale({ width, height }, Math.sqrt(ratioPixels / (width * height)));
}

/** The same shape, with no side longer than `longestSide`. */
export const sizeWithin = (size: Size, longestSide: number): Size => limit(size, longestSide);

/** The same size if it is within the limits, or one of the same shape that is. */
function limit(size: Size, longestSide: number, pixels = Infinity): Size {
  const factor = Math.min(
    1,
    longestSide / Math.max(size.width, size.height),
    Math.sqrt(pixels / (size.width * size.height)),
  );
  return factor === 1 ? size : scale(size, factor);
}

function scale({ width, height }: Size, factor: number): Size {
  const side = (length: number): number => Math.max(1, Math.round(length * factor));
  return { width: side(width), height: side(height) };
}
