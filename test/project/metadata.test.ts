import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { root } from "../support/generate.js";

const manifest = JSON.parse(await readFile(`${root}/package.json`, "utf8")) as {
  homepage: string;
  bugs: { url: string };
  repository: { url: string };
  exports: object;
};

it("the package's homepage and issues are those of its repository", () => {
  const [, owner] =
    /^git\+https:\/\/github\.com\/([\w-]+)\/tensorslab-images\.git$/.exec(manifest.repository.url) ?? [];
  const page = `https://github.com/${owner}/tensorslab-images`;
  expect([manifest.homepage, manifest.bugs.url]).toEqual([`${page}#readme`, `${page}/issues`]);
});

it("CONTRIBUTING.md says of each entry point whether it is stable", async () => {
  const text = await readFile(`${root}/CONTRIBUTING.md`, "utf8");
  const [, section = ""] = /^## What may be relied on\n(.*?)^## /ms.exec(text) ?? [];
  const rows = [...section.matchAll(/^\| `(.*?)` +\| (?:stable|experimental) +\|/gm)];
  const names = Object.keys(manifest.exports)
    .filter((entry) => entry !== "./package.json")
    .map((entry) => entry.replace(".", "tensorslab-images"));
  expect(rows.map(([, name]) => name).sort()).toEqual(names.sort());
});
