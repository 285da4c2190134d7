import { crc32, deflateSync } from "node:zlib";
import jpeg from "jpeg-js";
import { describe, expect, it } from "vitest";
import { protocols } from "../../src/cli/terminal/preview/protocols.js";
import { decodeImage, fitPixels } from "../../src/cli/terminal/preview/pixels.js";
import { makeFolder } from "../support/generate.js";
import { command, startServer } from "./support/command.js";
import { pngBytes } from "./support/images.js";

const { kitty, iterm, sixel, blocks } = protocols;
const jpegBytes = jpeg.encode({ width: 8, height: 4, data: new Uint8Array(8 * 4 * 4).fill(200) }, 90).data;

describe("protocols", () => {
  it("send kitty the pixels, in chunks of at most 4096 characters", async () => {
    const sequence = (await kitty(pngBytes))!;
    const parts = [...sequence.matchAll(/\x1b_G([^;]*);([^\x1b]*)\x1b\\/g)];
    expect(parts.map(([whole]) => whole).join("")).toBe(sequence);
    expect(parts[0]![1]).toBe("a=T,f=32,s=8,v=4,q=2,m=0");
    const { data } = (await decodeImage(pngBytes))!;
    expect(Buffer.from(parts.map(([, , chunk]) => chunk).join(""), "base64")).toEqual(Buffer.from(data));
    const large = { width: 1000, height: 500, data: new Uint8Array(2_000_000) };
    expect(fitPixels(large, 640, 480)).toMatchObject({ width: 640, height: 320 });
    const photo = (await kitty(jpeg.encode({ ...large, data: large.data }, 50).data))!;
    const chunks = [...photo.matchAll(/\x1b_G([^;]*);([^\x1b]*)\x1b\\/g)];
    expect(chunks.every(([, , chunk]) => chunk!.length <= 4096)).toBe(true);
    expect(chunks.at(-1)![1]).toBe("m=0");
    expect(chunks[0]![1]).toContain("s=640,v=320,q=2,m=1");
  });

  it("send iTerm2 the file", async () => {
    const sequence = await iterm(jpegBytes);
    expect(sequence).toMatch(/^\x1b\]1337;File=inline=1;size=\d+;.*\x07$/s);
    expect(sequence).toContain(Buffer.from(jpegBytes).toString("base64"));
  });

  it("send sixel terminals the pixels in six rows at a time", async () => {
    for (const bytes of [pngBytes, jpegBytes]) {
      expect(await sixel(bytes)).toMatch(/^\x1bP0;1q"1;1;8;4#0;2;0;0;0#.*\x1b\\$/s);
    }
  });

  it("send every other terminal half blocks, two pixels each", async () => {
    const lines = (await blocks(pngBytes))!.split("\n");
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line.match(/▀/g)).toHaveLength(8);
  });

  it("have nothing to show of what they cannot decode", async () => {
    const broken = pngBytes.subarray(0, 60);
    for (const bytes of [broken, Buffer.from("GIF89a".padEnd(20))]) {
      expect(await kitty(bytes)).toBe(undefined);
      expect(await sixel(bytes)).toBe(undefined);
      expect(await blocks(bytes)).toBe(undefined);
    }
  });
});

describe("--preview", () => {
  const none = { TERM: "xterm-256color", TERM_PROGRAM: "", LC_TERMINAL: "", TMUX: "", KITTY_WINDOW_ID: "" };
  const blocksShown = /\x1b\[38;[25];[\d;]+m(\x1b\[48;[25];[\d;]+m)?▀/;
  const terminals: [string, string, Record<string, string>, RegExp][] = [
    ["kitty", "--preview", { TERM: "xterm-kitty" }, /\x1b_Ga=T/],
    ["iTerm2", "--preview", { TERM_PROGRAM: "iTerm.app" }, /\x1b\]1337;File/],
    ["mlterm", "--preview", { TERM: "mlterm" }, /\x1bP/],
    ["any other terminal", "--preview", {}, blocksShown],
    [
      "tmux within kitty",
      "--preview",
      { KITTY_WINDOW_ID: "1", TMUX: "/tmp/tmux-0/default,1,0" },
      blocksShown,
    ],
    ["screen", "--preview", { TERM: "screen-256color", TERM_PROGRAM: "iTerm.app" }, blocksShown],
    ["a terminal that does not say what it is", "--preview=sixel", {}, /\x1bP/],
    ["a dumb terminal", "--preview", { TERM: "dumb" }, /cannot be shown here/],
  ];
  it.each(terminals)("in %s", async (_, flag, environment, expected) => {
    const server = await startServer();
    const folder = await makeFolder();
    // The prompt is not taken for the flag's value.
    const words = [flag, "a fox", "--resolution", "16x16", "--base-url", server.url, "--out", folder];
    const { exitCode, errors } = await command(words, {
      terminal: true,
      environment: { ...none, ...environment },
    });
    expect([exitCode, errors]).toEqual([0, expect.stringMatching(expected)]);
  });

  it("refuses a way that it does not have", async () => {
    const { exitCode, errors } = await command(["a fox", "--preview=crt"]);
    expect([exitCode, errors]).toEqual([2, expect.stringContaining("auto, kitty, iterm, sixel, blocks")]);
  });
});

describe("an image of more than 100 megapixels", () => {
  /** A PNG of one color; its bytes are few, however large it is. An interlaced one holds that many bytes. */
  function createPng(width: number, height: number, interlacedBytes?: number): Buffer {
    const header = Buffer.alloc(13);
    header.writeUInt32BE(width, 0);
    header.writeUInt32BE(height, 4);
    header.set([8, 0, 0, 0, interlacedBytes ? 1 : 0], 8);
    const rows = deflateSync(Buffer.alloc(interlacedBytes ?? height * (width + 1)), { level: 1 });
    const chunks = Object.entries({ IHDR: header, IDAT: rows, IEND: Buffer.alloc(0) });
    return Buffer.concat([pngBytes.subarray(0, 8), ...chunks.map(([name, data]) => createChunk(name, data))]);
  }
  function createChunk(name: string, data: Buffer): Buffer {
    const chunk = Buffer.alloc(12 + data.length);
    chunk.writeUInt32BE(data.length, 0);
    chunk.write(name, 4, "latin1");
    chunk.set(data, 8);
    chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length);
    return chunk;
  }

  it("is not decoded, whatever its type", async () => {
    expect(await decodeImage(createPng(20, 10))).toMatchObject({ width: 20, height: 10 });
    const before = process.memoryUsage().rss;
    expect(await decodeImage(createPng(10_001, 10_000))).toBe(undefined);
    expect(await iterm(createPng(10_001, 10_000))).toBe(undefined); // the terminal would decode it
    expect(process.memoryUsage().rss - before).toBeLessThan(300e6); // decoded, it takes 400 MB at least
    const large = Buffer.from(jpegBytes);
    const frame = large.indexOf(Buffer.from([0xff, 0xc0]));
    large.writeUInt16BE(10_001, frame + 5);
    large.writeUInt16BE(10_000, frame + 7);
    expect(await decodeImage(large)).toBe(undefined);
    expect(await decodeImage(jpegBytes)).toMatchObject({ width: 8, height: 4 });
  });

  it("is not decoded because it holds more than its pixels", async () => {
    const passes = [2, 2, 3, 6, 10, 20, 36]; // the seven parts of an interlaced image of 8 by 8
    const bytes = passes.reduce((sum, each) => sum + each, 0);
    expect(await decodeImage(createPng(8, 8, bytes))).toMatchObject({ width: 8, height: 8 });
    const bomb = createPng(8, 8, 100e6);
    const before = process.memoryUsage().rss;
    expect(await decodeImage(bomb)).toBe(undefined);
    expect(process.memoryUsage().rss - before).toBeLessThan(50e6); // decoded, it takes 100 MB at least
  });
});
