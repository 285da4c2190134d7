import { mkdtemp, readdir, readlink, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fileFromPath } from "../../src/node/index.js";

let folder: string;
let path: string;
const bytes = crypto.getRandomValues(new Uint8Array(60_000));
const content = Buffer.concat(Array.from({ length: 25 }, () => bytes)); // more than two pieces, and not a whole number

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "disk-"));
  path = join(folder, "photo.bin");
});
afterAll(() => rm(folder, { recursive: true }));

async function chosen() {
  await writeFile(path, content);
  return fileFromPath(path);
}

/** Number of this process's descriptors that lead to the file. */
async function openDescriptors(): Promise<number> {
  const names = await readdir("/proc/self/fd");
  const targets = await Promise.all(names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => "")));
  return targets.filter((target) => target === path).length;
}

describe("the stream of a file on disk", () => {
  it("gives the file's bytes, in large pieces, and closes it", async () => {
    const file = await chosen();
    const before = await openDescriptors();
    const pieces: Uint8Array[] = [];
    for await (const piece of file.stream()) pieces.push(piece);
    expect(Buffer.concat(pieces).equals(content)).toBe(true);
    expect(pieces.map((piece) => piece.length)).toEqual([524_288, 524_288, 451_424]);
    expect(await openDescriptors()).toBe(before);
  });

  it("closes the file if nobody reads on", async () => {
    const file = await chosen();
    const before = await openDescriptors();
    const reader = file.stream().getReader();
    await reader.read();
    expect(await openDescriptors()).toBe(before + 1);
    await reader.cancel();
    expect(await openDescriptors()).toBe(before);
  });

  it.each([
    ["grew", () => writeFile(path, "more", { flag: "a" })],
    ["was written anew, in the same length", () => utimes(path, 1, 1)],
    ["is gone", () => rm(path)],
  ])("is an error if the file %s since it was chosen", async (_, change) => {
    const file = await chosen();
    const before = await openDescriptors();
    await change();
    await expect(file.stream().getReader().read()).rejects.toThrow(/has changed|ENOENT/);
    expect(await openDescriptors()).toBe(before);
  });
});
