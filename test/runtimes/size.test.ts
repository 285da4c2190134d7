import { resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");

/** Gzipped bytes of a program, bundled and minified for a browser. */
async function sizeOf(program: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: root, loader: "ts" },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "browser",
    target: "es2022",
  });
  return gzipSync(outputFiles[0]!.contents, { level: 9 }).byteLength;
}

const from = 'from "./src/index.js"';
const submitOnly = `
  import { createClient } ${from};
  const { taskid } = await createClient({ baseUrl: "/api" }).submit("seedreamv5", { prompt: "a fox" });
  console.log(taskid);
`;

describe("what a page loads", () => {
  it("does not grow unnoticed", async () => {
    const core = await sizeOf(`export { createClient } ${from};`);
    const everything = await sizeOf(`export * ${from};`);
    const submit = await sizeOf(submitOnly);
    console.log(`gzipped: createClient ${core} bytes, submit alone ${submit}, everything ${everything}`);
    expect(core).toBeLessThanOrEqual(16_000);
    expect(submit).toBeLessThan(everything);
  });

  it("is only what it uses: the parts do not pull each other in", async () => {
    const core = await sizeOf(`export { createClient } ${from};`);
    expect(await sizeOf(`export { downloadImage } ${from};`)).toBeLessThan(core / 3);
    expect(await sizeOf(`export { detectImageType } ${from};`)).toBeLessThan(core / 20);
  });
});
