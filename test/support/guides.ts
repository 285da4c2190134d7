import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "./generate.js";
import { blocksOf } from "./markdown.js";

export const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as Record<
  "scripts" | "devDependencies" | "engines",
  Record<string, string>
> & { license: string };

/** Every Markdown file that people or agents read, by its path from the root. */
async function findGuides(): Promise<string[]> {
  const below = await Promise.all(
    ["src", "spec", "scripts", "test"].map(async (folder) =>
      (await readdir(join(root, folder), { recursive: true })).map((path) => `${folder}/${path}`),
    ),
  );
  const all = [...(await readdir(root)), ...below.flat()];
  return all.filter((path) => path.endsWith(".md") && !path.includes("node_modules")).sort();
}

/** The guides and their text. */
export const guides = await Promise.all(
  (await findGuides()).map(async (path) => ({ path, text: await readFile(join(root, path), "utf8") })),
);

/** The code blocks of all guides. */
export const blocks = guides.flatMap(({ path, text }) => blocksOf(path, text));
/** The blocks in one language. */
export const written = (language: string) => blocks.filter((block) => block.language === language);
