import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
let reference: string;
const read = (path: string) => readFile(join(reference, path), "utf8");

beforeAll(async () => {
  reference = await mkdtemp(join(tmpdir(), "reference-"));
  await promisify(execFile)("npm", ["run", "docs", "--", "--out", reference], { cwd: root });
});
afterAll(() => rm(reference, { recursive: true, force: true }));

it("the reference begins with the README, its pictures included", async () => {
  const page = await read("index.html");
  for (const text of ["never pays", 'id="errors"', "media/images.png", "media/batch.svg", "media/chart.svg"])
    expect(page).toContain(text);
  expect(await readdir(join(reference, "media"))).toEqual(
    expect.arrayContaining(["images.png", "batch.svg", "chart.svg"]),
  );
});

it("the reference names each module as it is imported", async () => {
  const { exports } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { exports: object };
  const names = Object.keys(exports)
    .filter((entry) => entry !== "./package.json")
    .map((entry) => join("tensorslab-images", entry));
  const titles = await Promise.all(
    (await readdir(join(reference, "modules"))).map(async (file) => {
      const [, title] = /<h1>Module ([^<]*)/.exec(await read(`modules/${file}`)) ?? [];
      return title?.trim();
    }),
  );
  expect(titles.sort()).toEqual(names.sort());
});

it("the reference has the guide of every folder, under its title", async () => {
  const inSources = await readdir(join(root, "src"), { recursive: true });
  const guides = inSources.filter((path) => path.endsWith("README.md"));
  const titles = await Promise.all(
    (await readdir(join(reference, "documents"))).map(async (file) => {
      const [, title] = /<title>(.*?) \|/.exec(await read(`documents/${file}`)) ?? [];
      return title;
    }),
  );
  for (const path of guides) {
    const [heading = ""] = (await readFile(join(root, "src", path), "utf8")).split("\n");
    expect(titles).toContain(heading.replaceAll("`", "").replace("# ", ""));
  }
});

it("the reference shows a model's fields as a table", async () => {
  const page = await read("types/tensorslab-images.ModelInput.html");
  expect(page).toMatch(/<table>.*<code>batchsize<\/code>.*<\/table>/s);
  expect(page).not.toContain("infer");
});
