import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { root } from "../support/generate.js";

it("no docstring begins with `What` or `How`", () => {
  const files = ["src", "scripts", "generated"].flatMap((folder) =>
    readdirSync(resolve(root, folder), { recursive: true, encoding: "utf8" })
      .filter((path) => /\.tsx?$/.test(path))
      .map((path) => resolve(root, folder, path)),
  );
  expect(files.length).toBeGreaterThan(200);
  const beginnings = files.flatMap(
    (path) => readFileSync(path, "utf8").match(/\/\*\*\s+(\* )?(What|How)\b.*/g) ?? [],
  );
  expect(beginnings).toEqual([]);
});
