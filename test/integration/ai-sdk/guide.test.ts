// The examples of the guide, with `ai` 6 on this Node and `ai` 7 on Node 22.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startMockServer } from "tensorslab-images/mock-server";
import { blocksOf, compilerOptions } from "../../support/markdown.js";
import { programOf } from "../runtimes/programs.js";
import { makeScratchFolder, root } from "../support/places.js";
import { run } from "../support/run.js";

const guide = "src/ai-sdk/README.md";
const own = "test/integration/ai-sdk/guide.test.ts";
const examples = blocksOf(guide, await readFile(join(root, guide), "utf8")).filter(
  ({ runBy }) => runBy === own,
);

const sdks = [
  ["ai", process.execPath],
  ["ai-7", programOf("node-22")],
] as const;

test.each(sdks)("the examples compile with %s, and make images", async (sdk, node) => {
  const server = await startMockServer({ taskDurationMs: 0, imageSize: 8 });
  onTestFinished(() => server.close());
  expect(examples).toHaveLength(3);
  const folder = await makeScratchFolder("ai-sdk");
  for (const [index, { code }] of examples.entries()) {
    await writeFile(join(folder, `example-${index}.ts`), code.replace('from "ai"', `from "${sdk}"`));
  }
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions }));
  const compiler = join(root, "node_modules/typescript-7/bin/tsc");
  await run(process.execPath, [compiler, "--project", folder]);
  const env = { PATH: process.env.PATH, TENSORSLAB_API_KEY: "any", TENSORSLAB_BASE_URL: server.url };
  for (const index of examples.keys()) await run(node, [`example-${index}.js`], { cwd: folder, env });
  expect(server.ledger.map(({ images }) => images).toSorted((a, b) => a - b)).toEqual([2, 5, 5, 15, 15]);
});
