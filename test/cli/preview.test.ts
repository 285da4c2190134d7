import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import jpeg from "jpeg-js";
import { describe, expect, it, vi } from "vitest";
import { iterm2, kitty, sixel } from "../../src/cli/preview/protocols.js";
import { decodeImage, fitPixels } from "../../src/cli/preview/pixels.js";
import { makeFolder } from "../support/generate.js";
import { command, startServer } from "./support/command.js";
import { pngBytes } from "./support/images.js";

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
    const sequence = await iterm2(jpegBytes);
    expect(sequence).toMatch(/^\x1b\]1337;File=inline=1;size=\d+;.*\x07$/s);
    expect(sequence).toContain(Buffer.from(jpegBytes).toString("base64"));
  });

  it("send sixel terminals the pixels in six rows at a time", async () => {
    for (const bytes of [pngBytes, jpegBytes]) {
      expect(await sixel(bytes)).toMatch(/^\x1bP0?;?.*q"1;1;8;4.*\x1b\\$/s);
    }
  });

  it("have nothing to show of what they cannot decode", async () => {
    const broken = pngBytes.subarray(0, 60);
    for (const bytes of [broken, Buffer.from("GIF89a".padEnd(20))]) {
      expect(await kitty(bytes)).toBe(undefined);
      expect(await sixel(bytes)).toBe(undefined);
    }
  });
});

describe("--preview", () => {
  const terminals: [string, Record<string, string>, RegExp][] = [
    ["kitty", { TERM: "xterm-kitty", TERM_PROGRAM: "" }, /\x1b_Ga=T/],
    ["iTerm2", { TERM_PROGRAM: "iTerm.app", TERM_PROGRAM_VERSION: "3.4.0" }, /\x1b\]1337;File/],
    ["mlterm", { TERM: "mlterm", TERM_PROGRAM: "mlterm" }, /\x1bP/],
    ["a terminal without pictures", { TERM: "dumb", TERM_PROGRAM: "" }, /not known to show pictures/],
  ];
  it.each(terminals)("in %s", async (_, environment, expected) => {
    const server = await startServer();
    const folder = await makeFolder();
    const photo = join(folder, "photo.png");
    await writeFile(photo, pngBytes);
    const words = ["a fox", "--preview", "--resolution", "16x16", "--base-url", server.url, "--out", folder];
    vi.stubEnv("LC_TERMINAL", "");
    const { exitCode, errors } = await command(words, { terminal: true, environment });
    expect([exitCode, errors]).toEqual([0, expect.stringMatching(expected)]);
  });
});
