import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { png, test } from "../../node/fixtures.js";
import { runProgram } from "./run-program.js";

test("a file from a path is read while it is sent, and never held in memory", async ({ folder, serve }) => {
  const length = 128 * 1024 ** 2;
  const path = join(folder, "large.png");
  await writeFile(path, png());
  await truncate(path, length);
  const { origin } = await serve((request, response) => {
    request.resume().once("end", () => response.end(request.headers["content-length"]));
  });
  const { sent, megabytes } = await runProgram("file-memory", [path, origin]);
  expect(sent).toBe(length);
  expect(megabytes).toBeLessThan(128 * 0.75);
});
