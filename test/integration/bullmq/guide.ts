import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { compiler } from "../../support/compile.js";
import { blocksOf, compilerOptions } from "../../support/markdown.js";
import type { Block } from "../../support/markdown.js";
import { makeScratchFolder, root } from "../support/places.js";
import { run } from "../support/run.js";

const guide = "src/bullmq/README.md";

/** The programs of the guide that a test has to run. */
export async function blocksRunBy(test: string): Promise<Block[]> {
  return blocksOf(guide, await readFile(join(root, guide), "utf8")).filter(({ runBy }) => runBy === test);
}

/** Compiles programs under these names in a folder where they find the packed package; returns the folder. */
export async function compilePrograms(blocks: readonly Block[], names: readonly string[]): Promise<string> {
  expect(blocks).toHaveLength(names.length);
  const folder = await makeScratchFolder("bullmq-guide");
  for (const [index, { code }] of blocks.entries()) await writeFile(join(folder, `${names[index]}.ts`), code);
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions }));
  await run(process.execPath, [compiler, "--project", folder]);
  return folder;
}
