import type { Color } from "./png.js";
import type { Random } from "./random.js";

/** The colours of one evening. */
interface Mood {
  /** From the top of the sky to the light at the horizon. */
  readonly sky: readonly [string, string, string, string, string];
  readonly sun: string;
  /** The nearest hills. */
  readonly dark: string;
  readonly stars: boolean;
}

const moods: readonly [Mood, ...Mood[]] = [
  { sky: ["1d2150", "4d2f73", "a9486f", "ee8b60", "ffdca6"], sun: "fff4d6", dark: "150f2b", stars: true },
  { sky: ["2f4d80", "6f8fc0", "c6a9bd", "f6c8a6", "fff1d2"], sun: "fffaf0", dark: "16233a", stars: false },
  { sky: ["050a1e", "0e1c42", "1f3a6b", "3c6288", "86a9bf"], sun: "f8f3df", dark: "04070f", stars: true },
  { sky: ["2b1030", "6a1e42", "bf3f40", "ee7f42", "ffd873"], sun: "fff3c4", dark: "16060f", stars: true },
  { sky: ["0b2a3d", "175671", "459598", "acccA3", "f7e8b8"], sun: "fffbe6", dark: "05161c", stars: true },
  { sky: ["2e2c60", "6152a0", "a883c4", "e6abc8", "ffe6d6"], sun: "fff6ee", dark: "16132f", stars: false },
];

export const skyShades = 136;
export const sunShades = 10;
export const hillLayers = 5;
export const hillShades = 22;
/** Where each ramp begins in the palette. */
export const sunBase = skyShades;
export const hillBase = sunBase + sunShades;

/** A palette of three ramps: sky, sun and each layer of hills, and whether there are stars. */
export function createPalette(random: Random): { palette: Color[]; stars: boolean } {
  const mood = random.pick(moods);
  const horizon = parse(mood.sky[4]);
  const haze = mix(parse(mood.sky[3]), horizon, 0.35);
  const sun = parse(mood.sun);
  const layers = Array.from({ length: hillLayers }, (_, layer) => {
    const ridge = mix(haze, parse(mood.dark), ((layer + 1) / hillLayers) ** 0.75);
    return ramp([ridge, mix(ridge, haze, 0.5 - 0.08 * layer)], hillShades);
  });
  return {
    palette: [
      ...ramp(mood.sky.map(parse), skyShades),
      ...ramp([mix(horizon, sun, 0.4), sun], sunShades),
      ...layers.flat(),
    ],
    stars: mood.stars,
  };
}

function ramp(stops: readonly Color[], shades: number): Color[] {
  return Array.from({ length: shades }, (_, shade) => {
    const place = (shade / (shades - 1)) * (stops.length - 1);
    const before = Math.min(Math.floor(place), stops.length - 2);
    return mix(stops[before] as Color, stops[before + 1] as Color, place - before);
  });
}

function mix(from: Color, to: Color, share: number): Color {
  const blend = (index: 0 | 1 | 2): number => Math.round(from[index] + (to[index] - from[index]) * share);
  return [blend(0), blend(1), blend(2)];
}

function parse(hex: string): Color {
  const value = Number.parseInt(hex, 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}
