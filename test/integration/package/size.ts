import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/** Bundles and minifies a program in a folder for a browser. */
export function bundleForBrowser(program: string, folder: string) {
  return build({
    stdin: { contents: program, resolveDir: folder, loader: "ts" },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "browser",
    target: "es2022",
  });
}

/** Gzipped bytes of a program in a folder, bundled for a browser; a warning of the bundler is an error. */
export async function sizeOf(program: string, folder: string): Promise<number> {
  const { outputFiles, warnings } = await bundleForBrowser(program, folder);
  if (warnings.length > 0) throw new Error(warnings.map(({ text }) => text).join("; "));
  return gzipSync(outputFiles[0]!.contents, { level: 9 }).byteLength;
}
