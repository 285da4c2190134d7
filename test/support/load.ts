import { pathToFileURL } from "node:url";
import { build } from "esbuild";

/** The exports of a module whose JavaScript was made just now. */
export async function load<T>(source: string): Promise<T> {
  const url = `data:text/javascript;base64,${Buffer.from(source).toString("base64")}`;
  return (await import(/* @vite-ignore */ url)) as T;
}

/** The exports of a TypeScript program, run in this process. */
export async function loadProgram<T>(path: string): Promise<T> {
  return (await import(/* @vite-ignore */ pathToFileURL(await bundleProgram(path)).href)) as T;
}

/** Writes a TypeScript program and all that it imports, except packages, into a file beside it, and gives its path. */
export async function bundleProgram(path: string): Promise<string> {
  const bundle = `${path}.mjs`;
  await build({
    entryPoints: [path],
    outfile: bundle,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
  });
  return bundle;
}
