import type { Random } from "./random.js";

/** The shape of a layer's skyline, in pixels. */
export interface RidgeShape {
  /** Its height in the middle, from the top. */
  readonly base: number;
  /** Height of its ups and downs. */
  readonly roughness: number;
  /** Whether it has the sharp crests of mountains, or rolls like hills. */
  readonly alpine: boolean;
}

/** The height of a layer's skyline in each column, from the top, in pixels. */
export function drawRidge(
  random: Random,
  width: number,
  { base, roughness, alpine }: RidgeShape,
): Float32Array {
  const waves = Array.from({ length: alpine ? 8 : 5 }, (_, octave) => ({
    length: (width / random.between(0.7, 1.5)) * 0.53 ** octave,
    height: roughness * (alpine ? 0.5 : 0.42) ** octave,
    phase: random.between(0, 2 * Math.PI),
  }));
  const ridge = new Float32Array(width).fill(base);
  for (const { length, height, phase } of waves) {
    for (let x = 0; x < width; x++) {
      const wave = Math.sin((x / length) * 2 * Math.PI + phase);
      ridge[x] = (ridge[x] as number) + height * (alpine ? 2 * Math.abs(wave) - 1 : wave);
    }
  }
  return ridge;
}

/** Raises a skyline by conifers, `size` pixels high at most, in groves with clearings between. */
export function plantTrees(random: Random, ridge: Float32Array, size: number): void {
  let x = 0;
  while (x < ridge.length) {
    x += size * (random.between(0, 1) < 0.12 ? random.between(0.8, 3) : random.between(0.1, 0.32));
    const height = size * random.between(0.35, 1);
    const halfWidth = height * random.between(0.17, 0.24);
    const foot = ridge[Math.min(ridge.length - 1, Math.round(x))] as number;
    const tiers = 6;
    const end = Math.min(ridge.length - 1, x + halfWidth);
    for (let side = Math.max(0, Math.ceil(x - halfWidth)); side <= end; side++) {
      const distance = Math.abs(side - x) / halfWidth;
      // Branches hang: within each tier the outline falls outwards a little faster than the cone does.
      const tier = Math.floor((1 - distance) * tiers) / tiers;
      const top = foot - height * (tier + (1 - distance - tier) * 0.35);
      ridge[side] = Math.min(ridge[side] as number, top);
    }
  }
}
