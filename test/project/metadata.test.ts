import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { root } from "../support/generate.js";

const manifest = JSON.parse(await readFile(`${root}/package.json`, "utf8")) as {
  homepage: string;
  bugs: { url: string };
  repository: { url: string };
};

it("the package's homepage and issues are those of its repository", () => {
  const [, owner] =
    /^git\+https:\/\/github\.com\/([\w-]+)\/tensorslab-images\.git$/.exec(manifest.repository.url) ?? [];
  const page = `https://github.com/${owner}/tensorslab-images`;
  expect([manifest.homepage, manifest.bugs.url]).toEqual([`${page}#readme`, `${page}/issues`]);
});
