import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeFolder } from "../support/generate.js";
import { command, startServer } from "./support/command.js";
import { pngBytes } from "./support/images.js";

const latin1 = (text: string) => Buffer.from(text, "latin1");

/** Runs a prompt with a source of that content, whose name says that it is an image. */
async function send(content: Uint8Array, name = "photo.jpg") {
  const server = await startServer();
  const folder = await makeFolder();
  const path = join(folder, name);
  await writeFile(path, content);
  const words = ["a fox", "--resolution", "16x16", "--base-url", server.url, "--out", join(folder, "out")];
  return { server, path, outcome: await command([...words, "--source", path]) };
}

describe("a source", () => {
  it.each([
    ["text", Buffer.from("a fox, in words\n"), "a text"],
    ["text of another encoding", latin1("Schwarzw\xe4lder"), "a text"],
    ["an HTML page", Buffer.from("\n<!DOCTYPE html><title>404</title>"), "an HTML page"],
    ["an SVG", Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), "an SVG drawing"],
    ["a PDF", latin1("%PDF-1.7\n%\xe2\xe3\xcf\xd3"), "a PDF document"],
    ["a video of a phone", latin1("\0\0\0\x18ftypmp42\0\0\0\0mp42isom"), "a video"],
    ["a film", latin1("\x1aE\xdf\xa3\x9fB\x86\x81\x01"), "a video"],
    ["a document", latin1("PK\x03\x04\x14\0\x06\0"), "a ZIP archive or an Office document"],
    ["a pointer of Git LFS", Buffer.from("version https://git-lfs.github.com/spec/v1\n"), "git lfs pull"],
    ["noise", latin1("\x01\x02\x03\x04\x05\x06\x07\0\0\0\0\0"), "a file of an unknown type"],
  ])("that is %s is refused by name, and nothing is sent", async (_, content, kind) => {
    const { server, path, outcome } = await send(content);
    expect([outcome.exitCode, outcome.errors]).toEqual([
      2,
      expect.stringContaining(`${path} is not an image`),
    ]);
    expect(outcome.errors).toContain(kind);
    expect(server.requests).toHaveLength(0);
  });

  it("that is an image is sent, whatever its name", async () => {
    for (const [content, name] of [
      [pngBytes, "notes.txt"],
      [latin1("GIF89a\x01\0\x01\0\0\0\0;"), "a"],
      [latin1("\0\0\0\x1cftypavif\0\0\0\0avifmif1"), "a.avif"],
    ] as const) {
      const { server, outcome } = await send(content, name);
      expect([outcome.exitCode, server.ledger.length]).toEqual([0, 1]);
    }
  });

  it("that is a HEIC photo is sent as one, with a warning that even --quiet shows", async () => {
    const { server, outcome } = await send(latin1("\0\0\0\x24ftypheic\0\0\0\0mif1heic"), "IMG_1.HEIC");
    expect([outcome.exitCode, outcome.errors]).toEqual([0, expect.stringContaining("is a HEIC photo")]);
    expect(server.requests[0]!.files).toMatchObject([{ filename: "IMG_1.HEIC", contentType: "image/heic" }]);
  });

  it("of a row is looked at as well", async () => {
    const folder = await makeFolder();
    await writeFile(join(folder, "a.png"), "oops");
    const rows = [
      "prompt,Source,sourceImage",
      "a fox,a.png,",
      "a fox,,a.png",
      "a fox,none.png,",
      "a fox,https://,",
    ];
    await writeFile(join(folder, "jobs.csv"), rows.join("\n"));
    const { exitCode, errors } = await command(["batch", join(folder, "jobs.csv"), "--dry-run"]);
    expect(exitCode).toBe(2);
    // Each is called as the list calls it.
    expect(errors).toMatch(/:2: source .*a\.png is not an image/);
    expect(errors).toMatch(/:3: sourceImage .*a\.png is not an image/);
    expect(errors).toMatch(/:4: source .*none\.png does not exist/);
    expect(errors).toMatch(/:5: source must be an http or https URL/);
  });
});
