import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { createProgress } from "../../src/cli/terminal/progress.js";
import type { Progress } from "../../src/cli/terminal/progress.js";
import { makeFolder } from "../support/generate.js";
import { command, startServer } from "./support/command.js";
import { pngBytes } from "./support/images.js";

describe("progress", () => {
  it("is redrawn in a terminal, with bars, and leaves nothing behind", async () => {
    const server = await startServer();
    const folder = await makeFolder();
    const photo = join(folder, "photo.png");
    await writeFile(photo, Buffer.concat([pngBytes, Buffer.alloc(2_000_000)]));
    const words = [
      "a fox",
      "--source",
      photo,
      "--resolution",
      "16x16",
      "--base-url",
      server.url,
      "--out",
      folder,
    ];
    const { exitCode, errors } = await command(words, { terminal: true });
    expect(exitCode).toBe(0);
    expect(server.requests[0]!.files).toMatchObject([{ size: pngBytes.length + 2_000_000 }]);
    expect(server.requests[0]!.headers).toMatchObject({ "content-length": expect.any(String) as string });
    expect(errors).toContain("\r\x1b[J"); // a line is erased before it is drawn again
    expect(stripVTControlCharacters(errors)).toContain("submitting 0 s");
    const failed = await command(["a fox", "--batchsize", "99"], { terminal: true });
    expect(failed.errors).toContain("\x1b[31merror:\x1b[39m");
    const colourless = await command(["a fox", "--batchsize", "99"], {
      terminal: true,
      environment: { NO_COLOR: "1" },
    });
    expect(colourless.errors).toMatch(/^error: /m);
  });

  it("shows how much of what is done, and keeps notes above it", async () => {
    const drawn: string[] = [];
    const { stderr } = process;
    const write = stderr.write.bind(stderr);
    Object.assign(stderr, { isTTY: true, hasColors: () => false });
    stderr.write = ((text: string) => drawn.push(text) > 0) as typeof stderr.write;
    try {
      for (const show of [
        ({ transfer }) => transfer("uploading", 1_500_000, 3_000_000),
        ({ transfer }) => transfer("uploading", 1000, undefined),
        ({ count }) => count(3, 4, 0),
        ({ note }) => note("a note"),
      ] satisfies ((progress: Progress) => void)[]) {
        const progress = createProgress(false);
        show(progress);
        progress.stop();
        progress.state("too late");
      }
    } finally {
      stderr.write = write;
      Object.assign(stderr, { isTTY: false });
    }
    const text = stripVTControlCharacters(drawn.join(""));
    expect(text).toContain(`⠋ ${"█".repeat(12)}${"░".repeat(12)} uploading 1.5 MB 0 s`);
    expect(text).toContain("⠋ uploading 1 kB 0 s");
    expect(text).toContain(`${"█".repeat(18)}${"░".repeat(6)} 3 of 4 done`);
    expect(text).toContain("a note\n");
    expect(text).not.toContain("too late");
  });
});
