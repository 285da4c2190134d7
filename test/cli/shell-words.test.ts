import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test, vi } from "vitest";
import { quote } from "../../src/cli/shell-words.js";
import { makeFolder } from "../support/generate.js";

const run = promisify(execFile);

const isWindows = process.platform === "win32";

const words = [
  "images",
  "C:\\Users\\fox\\images",
  "my images",
  "C:\\my images\\",
  "it's & echo more | echo > file",
  '"; echo more "',
  "a;b,c(d)[e]{f}~*?!#^",
  "",
  "日本 é 🦊",
  // Command Prompt hands the quoting of PowerShell on.
  ...(isWindows ? [] : ["$(echo more)", "`echo more`", "$HOME", "two\nlines"]),
];

/** Prints its words in Base64, which no code page changes. */
const print = `console.log(JSON.stringify(process.argv.slice(2).map((word) => Buffer.from(word).toString("base64"))))`;

test("every word arrives unchanged through the system's own shell", async () => {
  vi.stubEnv("SHELL", undefined); // Bash may have started this on Windows
  const script = join(await makeFolder(), "print.mjs");
  await writeFile(script, print);
  const command = [process.execPath, script, ...words].map(quote).join(" ");
  const { stdout } = isWindows
    ? await run("cmd.exe", ["/d", "/s", "/c", `"${command}"`], { windowsVerbatimArguments: true })
    : await run("sh", ["-c", command]);
  const arrived = (JSON.parse(stdout) as string[]).map((word) => Buffer.from(word, "base64").toString());
  expect(arrived).toEqual(words);
});
