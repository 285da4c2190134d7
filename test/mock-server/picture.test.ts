import { expect, it } from "vitest";
import { encodePng } from "../../src/mock-server/picture/png.js";
import { readPng } from "./png.js";

const palette = [
  [0, 0, 0],
  [255, 255, 255],
] as const;

it("is drawn row by row, and each row is where it belongs", async () => {
  const drawRow = (y: number, row: Uint8Array): unknown => row.fill(y % 2);
  const bytes = await encodePng(
    { width: 3, height: 400_001, palette, drawRow },
    new AbortController().signal,
  );
  const { width, height, colors, pixels } = readPng(bytes);
  expect([width, height, colors]).toEqual([3, 400_001, 2]);
  expect([...pixels.subarray(0, 9)]).toEqual([0, 0, 0, 1, 1, 1, 0, 0, 0]);
  expect(pixels.every((pixel, place) => pixel === Math.floor(place / 3) % 2)).toBe(true);
});

it("is drawn no further once that is of no use", async () => {
  let rows = 0;
  const drawRow = (): unknown => rows++;
  const picture = { width: 1000, height: 10_000, palette, drawRow };
  await expect(encodePng(picture, AbortSignal.abort(new Error("closed")))).rejects.toThrow("closed");
  expect(rows).toBeLessThan(1000);
});
