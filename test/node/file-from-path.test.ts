import { execFile } from "node:child_process";
import fs from "node:fs";
import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { describe, expect } from "vitest";
import { ConfigurationError, InvalidInputError } from "../../src/index.js";
import { fileFromPath } from "../../src/node/index.js";
import { png, test } from "./fixtures.js";

const run = promisify(execFile);

describe("fileFromPath", () => {
  test("makes a File with the file's name, type, date and bytes", async ({ folder }) => {
    const path = join(folder, "fox ü.dat");
    await writeFile(path, png());
    for (const each of [path, pathToFileURL(path)]) {
      const file = await fileFromPath(each);
      expect(file).toBeInstanceOf(File);
      expect(file).toMatchObject({ name: "fox ü.dat", type: "image/png", size: 1000 });
      expect(file.lastModified).toBe(Math.trunc(fs.statSync(path).mtimeMs));
      expect(Buffer.from(await file.arrayBuffer()).equals(png())).toBe(true);
    }
  });

  test("takes a name and a type of the caller's", async ({ folder }) => {
    const path = join(folder, "fox");
    await writeFile(path, png());
    const file = await fileFromPath(path, { name: "night.jpg", type: "image/jpeg" });
    expect(file).toMatchObject({ name: "night.jpg", type: "image/jpeg" });
  });

  test("leaves the type open if the bytes are no known image", async ({ folder }) => {
    const path = join(folder, "a.png");
    await writeFile(path, "x");
    expect(await fileFromPath(path)).toMatchObject({ type: "", size: 1 });
  });

  test("says what is wrong with a path, and what to do", async ({ folder }) => {
    const file = join(folder, "empty");
    await writeFile(file, "");
    const pipe = join(folder, "pipe");
    await run("mkfifo", [pipe]);
    const faults: [string | URL, string][] = [
      [join(folder, "none.png"), "does not exist; check the path"],
      [join(file, "below"), "does not exist; check the path"],
      [folder, "is a folder; name a file in it"],
      [file, "is empty; check that it was written completely"],
      [pipe, "is not a regular file; save its content to a file first"],
      ["/dev/zero", "is not a regular file; save its content to a file first"],
      [join(folder, "x".repeat(300)), "cannot be read (ENAMETOOLONG); check the path and its permissions"],
      [
        new URL("https://images.test/a"),
        "cannot be read (ERR_INVALID_URL_SCHEME); check the path and its permissions",
      ],
    ];
    for (const [path, fault] of faults) {
      const error = await fileFromPath(path).catch((error: unknown) => error);
      expect(error).toBeInstanceOf(InvalidInputError);
      expect(error).toMatchObject({
        outcome: "not-sent",
        issues: [{ path: "", message: `${path} ${fault}` }],
      });
    }
  });

  test("never makes a file that would be sent as less than it is", async ({ folder }) => {
    for (const size of [2 ** 32 - 1, 2 ** 32, 5e9]) {
      const path = join(folder, `${size}.png`);
      await writeFile(path, png());
      await truncate(path, size);
      const made = await fileFromPath(path).catch((error: Error) => error.message);
      const tooLarge = `${path} is too large: this runtime cannot send ${size} bytes`;
      if (typeof made === "string") expect(made).toContain(tooLarge);
      else expect(new Blob([made, "form"]).size).toBe(size + 4);
    }
  });

  test("says so where the runtime cannot do it", async () => {
    const { openAsBlob } = fs;
    try {
      Object.assign(fs, { openAsBlob: undefined });
      await expect(fileFromPath("fox.png")).rejects.toThrow(ConfigurationError);
      await expect(fileFromPath("fox.png")).rejects.toThrow("use Node 20 or later");
    } finally {
      Object.assign(fs, { openAsBlob });
    }
  });
});
