import { resolve } from "node:path";
import { build } from "esbuild";
import type { Metafile, Plugin } from "esbuild";
import { findRulePlaces } from "./rule-places.js";

const folder = resolve(import.meta.dirname, "../../src/mock-server/page/app");

/** Builds the mock server's page: one HTML file that needs nothing else; `onBuilt` gets the inputs. */
export async function buildPage(onBuilt?: (metafile: Metafile) => void): Promise<string> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: resolve(folder, "../../../.."),
    metafile: true,
    entryPoints: ["main.tsx", "style.css"].map((file) => resolve(folder, file)),
    bundle: true,
    minify: true,
    write: false,
    outdir: folder, // nothing is written; it names the outputs
    format: "esm",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
    define: { "process.env.NODE_ENV": '"production"' },
    legalComments: "none",
    charset: "utf8",
  });
  onBuilt?.(metafile);
  const find = (extension: string): string =>
    outputFiles.find(({ path }) => path.endsWith(extension))?.text.trim() ?? "";
  return [
    "<!doctype html>",
    '<html lang="en">',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    "<title>Mock server</title>",
    `<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(icon)}">`,
    `<style>${find(".css")}</style>`,
    '<body><div id="app"></div>',
    `<script type="module">${find(".js")}</script>`,
    "</html>",
  ].join("\n");
}

/** Replaces the module that builds the page in the source tree by the built page. */
export function embedPage(onBuilt?: (metafile: Metafile) => void): Plugin {
  return {
    name: "embed-page",
    setup({ onLoad }) {
      onLoad({ filter: /[/\\]mock-server[/\\]page[/\\]bundle\.ts$/ }, async () => ({
        contents: [
          `export const loadPage = async () => ${JSON.stringify(await buildPage(onBuilt))};`,
          `export const loadRules = async () => (${JSON.stringify(await findRulePlaces())});`,
        ].join("\n"),
        loader: "js",
      }));
    },
  };
}

const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="#4d2f73"/>' +
  '<circle cx="10.5" cy="6" r="2.2" fill="#ffdca6"/><path d="M2 13l4-6 3 4 2-2 3 4z" fill="#ee8b60"/></svg>';
