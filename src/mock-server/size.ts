/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

const levelSide = 1024;
const standard: Size = { width: 2 * levelSide, height: 2 * levelSide };
const ratioPixels = standard.width * standard.height;
/** What the mock server draws at most, so that no request makes it run out of memory. */
const largestSide = 8192;
const mostPixels = 4096 * 4096;

/**
 * The size that a text asks for: a level (`2K`), a ratio (`16:9`) or both sides (`3840x2160`, `1024*1024`); 2048 × 2048
 * for anything else. Larger ones than the mock server draws are scaled down.
 */
export function readSize(text: unknown): Size {
  const [, level, across, sign, down] =
    /^(?:(\d{1,6})k|(\d{1,6}) *([:x*×]) *(\d{1,6}))$/i.exec(String(text)) ?? [];
  const [width, height] = level
    ? [Number(level) * levelSide, Number(level) * levelSide]
    : [Number(across), Number(down)];
  if (!(width > 0 && height > 0)) return standard;
  return limit(
    sign === ":" ? scale({ width, height }, Math.sqrt(ratioPixels / (width * height))) : { width, height },
  );
}

function limit(size: Size): Size {
  const factor = Math.min(
    1,
    largestSide / Math.max(size.width, size.height),
    Math.sqrt(mostPixels / (size.width * size.height)),
  );
  return factor === 1 ? size : scale(size, factor);
}

function scale({ width, height }: Size, factor: number): Size {
  const side = (length: number): number => Math.max(1, Math.round(length * factor));
  return { width: side(width), height: side(height) };
}
