import { readFile } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { build } from "esbuild";
import type { Plugin } from "esbuild";
import { embedPage } from "./build-page.js";

const root = resolve(import.meta.dirname, "..");
const { exports, bin } = JSON.parse(await readFile(resolve(root, "package.json"), "utf8")) as Record<
  "exports" | "bin",
  Record<string, string>
>;
// The errors stand apart, because each class must be one and the same in all entry points.
const entries = [...Object.values(exports), ...Object.values(bin), "./dist/src/errors.js"]
  .filter((path) => path.startsWith("./dist/"))
  .map((path) => path.replace("./dist/", "").replace(/\.js$/, ".ts"));

// A program finds, reads and links each file that it imports: one for each entry point loads in less than half the time.
for (const entry of entries) {
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    plugins: [keepApart(entry), embedPage()],
    bundle: true,
    packages: "external",
    format: "esm",
    platform: "node",
    target: "es2022",
    outbase: ".",
    outdir: "dist",
  });
}

/** Leaves the other entry points as imports: an error has one class, whichever of them threw it. */
function keepApart(entry: string): Plugin {
  return {
    name: "keep-apart",
    setup({ onResolve }) {
      onResolve({ filter: /^\.{1,2}\// }, ({ path, resolveDir }) => {
        const target = relative(root, resolve(resolveDir, path.replace(/\.js$/, ".ts")));
        if (target === entry || !entries.includes(target)) return undefined;
        const way = relative(dirname(entry), target).replace(/\.ts$/, ".js");
        return { path: way.startsWith(".") ? way : `./${way}`, external: true };
      });
    },
  };
}
