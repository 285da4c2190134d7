import type { Size } from "../order.js";
import { createPalette, hillBase, hillLayers, hillShades, skyShades, sunBase, sunShades } from "./colors.js";
import { encodePng } from "./png.js";
import { createRandom } from "./random.js";
import type { Random } from "./random.js";
import { drawRidge, plantTrees } from "./ridge.js";

/** Draws hills at dusk as a PNG file; the same seed gives the same picture, another seed another one. */
export function drawLandscape({ width, height }: Size, seed: string, stop: AbortSignal): Promise<Buffer> {
  const random = createRandom(seed);
  const { palette, stars } = createPalette(random);
  const sun = createSun(random, width, height);
  const layers = createLayers(random, width, height);
  const starRows = stars ? scatterStars(random, width, height) : new Map<number, number[]>();

  function drawRow(y: number, row: Uint8Array): void {
    const thresholds = dither.subarray((y & 7) * 8, (y & 7) * 8 + 8);
    const covering = layers.findLastIndex(({ lowest }) => y >= lowest);
    if (covering < 0) {
      drawSky(y, row, sun, height * skyShare, thresholds);
      for (const x of starRows.get(y) ?? []) if ((row[x] as number) < faintestShade) row[x] = sunBase;
    }
    for (let layer = Math.max(0, covering); layer < hillLayers; layer++) {
      const { ridge, highest, mist } = layers[layer] as Layer;
      if (y < highest) continue;
      const depth = Math.min(1, (y - highest) / mist) * (hillShades - 1.001);
      const shades = thresholds.map(
        (threshold) => hillBase + layer * hillShades + Math.floor(depth + threshold),
      );
      for (let x = 0; x < width; x++) {
        if (y + (thresholds[x & 7] as number) >= (ridge[x] as number)) row[x] = shades[x & 7] as number;
      }
    }
  }
  return encodePng({ width, height, palette, drawRow }, stop);
}

/** Height at which the sky reaches its full light. */
const skyShare = 0.68;
/** The sky outshines the stars where it is lighter than this. */
const faintestShade = skyShades * 0.45;

/** A ramp that gets lighter downwards and towards the sun. */
function drawSky(y: number, row: Uint8Array, sun: Sun, horizon: number, thresholds: Float32Array): void {
  const daylight = Math.min(1, y / horizon) ** 1.35 * 0.8;
  const below = y - sun.y;
  const sunlight = (0.5 - below / sun.radius / 2) * (sunShades - 1.001);
  for (let x = 0; x < row.length; x++) {
    const threshold = thresholds[x & 7] as number;
    const across = x - sun.x;
    const distance = Math.sqrt(across * across + below * below) - sun.radius;
    if (distance < threshold - 0.5) {
      row[x] = sunBase + sunlight + threshold;
    } else {
      const near = distance < sun.glow ? 1 - distance / sun.glow : 0;
      row[x] = Math.min(1, daylight + near * near * 0.42) * (skyShades - 1.001) + threshold;
    }
  }
}

interface Sun {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** Radius of its light. */
  readonly glow: number;
}

function createSun(random: Random, width: number, height: number): Sun {
  const unit = Math.min(width, height);
  return {
    x: width * random.between(0.22, 0.78),
    y: height * random.between(0.26, 0.5),
    radius: unit * random.between(0.045, 0.085),
    glow: unit * 0.55,
  };
}

interface Layer {
  readonly ridge: Float32Array;
  /** The rows between which its skyline runs. */
  readonly highest: number;
  readonly lowest: number;
  /** Distance below its highest point at which it fades into the mist. */
  readonly mist: number;
}

/** Mountains far off, hills before them, and trees on the nearest two. */
function createLayers(random: Random, width: number, height: number): Layer[] {
  return Array.from({ length: hillLayers }, (_, layer) => {
    const ridge = drawRidge(random, width, {
      base: height * (0.53 + 0.095 * layer + random.between(-0.015, 0.015)),
      roughness: height * (0.072 - 0.009 * layer),
      alpine: layer < 2,
    });
    if (layer >= hillLayers - 2)
      plantTrees(random, ridge, height * (layer === hillLayers - 1 ? 0.08 : 0.035));
    const [highest, lowest] = [
      ridge.reduce((a, b) => Math.min(a, b)),
      ridge.reduce((a, b) => Math.max(a, b)),
    ];
    return { ridge, highest: Math.floor(highest) - 1, lowest: Math.ceil(lowest), mist: height * 0.26 };
  });
}

/** The columns of the stars in each row; they are denser towards the top. */
function scatterStars(random: Random, width: number, height: number): Map<number, number[]> {
  const rows = new Map<number, number[]>();
  const size = Math.max(1, Math.round(Math.min(width, height) / 1400));
  for (let star = 0; star < 260; star++) {
    const left = Math.floor(random.between(0, width - size));
    const top = Math.floor(height * 0.5 * random.between(0, 1) ** 1.6);
    const extent = random.between(0, 1) < 0.12 ? size + 1 : size;
    for (let y = top; y < top + extent; y++) {
      const columns = Array.from({ length: extent }, (_, index) => Math.min(width - 1, left + index));
      rows.set(y, [...(rows.get(y) ?? []), ...columns]);
    }
  }
  return rows;
}

/** The ordered thresholds, 8 by 8, that make two neighbouring shades look like many between them. */
const dither = Float32Array.from({ length: 64 }, (_, place) => (bayer(place & 7, place >> 3) + 0.5) / 64);

/** Interleaves the bits of `x ^ y` and `y`, which is what Bayer's matrix is. */
function bayer(x: number, y: number): number {
  let value = 0;
  for (let bit = 0; bit < 3; bit++) {
    value = (value << 2) | ((((x ^ y) >> bit) & 1) << 1) | ((y >> bit) & 1);
  }
  return value;
}
