import { expect, test } from "vitest";
import { detectImageType } from "../src/index.js";
import { imageHeads } from "./support/images.js";

const expected = {
  png: ["image/png", "png"],
  jpeg: ["image/jpeg", "jpg"],
  webp: ["image/webp", "webp"],
  gif: ["image/gif", "gif"],
  bmp: ["image/bmp", "bmp"],
  tiff: ["image/tiff", "tiff"],
} as const;

test.each(Object.entries(expected))("%s is told by its first bytes", (format, [type, extension]) => {
  const head = imageHeads[format as keyof typeof expected];
  expect(detectImageType(head)).toEqual({ type, extension });
  expect(detectImageType(new Uint8Array([...head, ...new Uint8Array(5000).fill(255)]))).toEqual({
    type,
    extension,
  });
});

test("both byte orders are tiff, and both versions gif", () => {
  expect(detectImageType(Uint8Array.of(0x4d, 0x4d, 0, 0x2a))).toMatchObject({ extension: "tiff" });
  expect(detectImageType(Buffer.from("GIF87a"))).toMatchObject({ extension: "gif" });
});

test("a picture in the newest of these formats is told too", () => {
  const head = Buffer.from("\0\0\0\x1cftypavif\0\0\0\0", "latin1");
  expect(detectImageType(head)).toEqual({ type: "image/avif", extension: "avif" });
  const phone = Buffer.from("\0\0\0\x18ftypheic\0\0\0\0", "latin1");
  expect(detectImageType(phone)).toEqual({ type: "image/heic", extension: "heic" });
  expect(detectImageType(Buffer.from("\0\0\0\x1cftypmp42\0\0\0\0", "latin1"))).toBeUndefined();
});

test.each([
  ["nothing", Buffer.alloc(0)],
  ["text", Buffer.from("a red fox in fresh snow")],
  ["a page", Buffer.from("<!doctype html><title>502</title>")],
  ["a beginning that is too short", imageHeads.png.subarray(0, 7)],
  ["a sound in the same container as webp", Buffer.from("RIFF\x24\0\0\0WAVEfmt ", "latin1")],
  ["prose that begins like a bitmap", Buffer.from("BMW makes cars")],
  ["a png whose line ends were changed", Buffer.from("\x89PNG\n\x1a\n\0\0\0\0", "latin1")],
])("%s is no image", (_, bytes) => {
  expect(detectImageType(bytes)).toBeUndefined();
});

test("a view into a larger buffer is read where it begins", () => {
  const buffer = new Uint8Array([1, 2, 3, ...imageHeads.gif]).buffer;
  expect(detectImageType(new Uint8Array(buffer, 3))).toMatchObject({ extension: "gif" });
  expect(detectImageType(new Uint8Array(buffer))).toBeUndefined();
});
