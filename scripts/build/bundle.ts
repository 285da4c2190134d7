import { readFile } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { build } from "esbuild";
import type { BuildOptions, Metafile, OutputFile, Plugin } from "esbuild";
import { importDirectly } from "./direct-imports.js";
import { embedPage } from "./page.js";

export const root = resolve(import.meta.dirname, "../..");

interface Manifest {
  exports: Record<string, string>;
  bin: Record<string, string>;
  browser: Record<string, string>;
  dependencies: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

const manifest = JSON.parse(await readFile(resolve(root, "package.json"), "utf8")) as Manifest;

const toSource = (path: string) => path.replace("./dist/", "").replace(/\.js$/, ".ts");

const commands = Object.values(manifest.bin).map(toSource);
const entries = [
  ...Object.values(manifest.exports)
    .filter((path) => path.startsWith("./dist/"))
    .map(toSource),
  ...commands,
  "src/errors.ts", // apart from the others, because each class of an error must be one and the same in all of them
  // Apart, because bundlers for browsers take one in place of the other.
  ...Object.entries(manifest.browser).flat().map(toSource),
];

/** Used by tests, which may run in an environment of another kind than Node's. */
const mockServer = "src/mock-server/index.ts";

/** Bundled although it is a dependency, which the types need: one file less to find, read and link at each start. */
const bundledDependency = "openapi-fetch";

/** Optional for users of the library, and always needed by the command. */
const bundledWithCommand = "undici";

const external = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }).filter(
  (name) => name !== bundledDependency,
);

/** The files of the package, and the inputs that they were built from. */
export interface Bundles {
  files: OutputFile[];
  /** A file of a package, such as `node_modules/pngjs/lib/png.js`, or one of ours. */
  inputs: string[];
}

/**
 * Bundles each entry point into one file, and the command into one for each part that it loads when it needs it.
 *
 * A program finds, reads and links each file that it imports: one file loads in less than half the time. What users have
 * or choose stays an import: dependencies and peers. All other packages are bundled. The command has the client in its
 * own parts, so that it can begin without it: help and a misspelt word need little of it, the version nothing.
 */
export async function bundle(): Promise<Bundles> {
  const bundles: Bundles = { files: [], inputs: [] };
  for (const entry of entries) {
    const isCommand = commands.includes(entry);
    const { outputFiles, metafile } = await build({
      ...settings,
      entryPoints: [entry],
      plugins: isCommand
        ? [keepApart(entry, [mockServer]), importDirectly(resolve(root, "src")), startNoProgram]
        : [keepApart(entry, entries), embedPage((page) => bundles.inputs.push(...usedInputs(page)))],
      external: isCommand ? external.filter((name) => name !== bundledWithCommand) : external,
      splitting: isCommand,
      inject: entry === mockServer ? ["scripts/build/node-globals.ts"] : [],
      // Parts stand beside the entry, so that paths to other entry points are the same in all of them.
      outdir: `dist/${dirname(entry)}`,
    });
    bundles.files.push(...outputFiles.map(withoutBareImports).map(giveRequire).map(toAscii));
    bundles.inputs.push(...usedInputs(metafile));
  }
  return bundles;
}

const settings = {
  absWorkingDir: root,
  bundle: true,
  external,
  format: "esm",
  platform: "node",
  target: "es2022",
  metafile: true,
  write: false,
  logLevel: "warning",
} satisfies BuildOptions;

/** Leaves other entry points as imports: an error has one class, whichever of them threw it. */
function keepApart(entry: string, others: string[]): Plugin {
  return {
    name: "keep-apart",
    setup({ onResolve }) {
      onResolve({ filter: /^\.{1,2}\// }, ({ path, resolveDir }) => {
        const target = relative(root, resolve(resolveDir, path.replace(/\.js$/, ".ts"))).replaceAll(
          "\\",
          "/",
        );
        if (target === entry || !others.includes(target)) return undefined;
        const way = relative(dirname(entry), target).replaceAll("\\", "/").replace(/\.ts$/, ".js");
        return { path: way.startsWith(".") ? way : `./${way}`, external: true };
      });
    },
  };
}

/** The parser of arguments can start a program for a subcommand, which none of ours is; Node's part for it loads slowly. */
const startNoProgram: Plugin = {
  name: "start-no-program",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      /[/\\]node_modules[/\\]commander[/\\]/.test(importer)
        ? { path: "none", namespace: "start-no-program" }
        : undefined,
    );
    onLoad({ filter: /.*/, namespace: "start-no-program" }, () => ({ contents: "export {};" }));
  },
};

/** A part of which nothing is used need not be loaded: what it is made of has no effects of its own. */
function withoutBareImports(file: OutputFile): OutputFile {
  return { ...file, contents: Buffer.from(file.text.replace(/^import "\.\/chunk-\w+\.js";\n/gm, "")) };
}

/** Packages written in CommonJS ask for Node's own modules by `require`, which a module does not have. */
function giveRequire(file: OutputFile): OutputFile {
  const text = Buffer.from(file.contents).toString();
  if (!text.includes("typeof require")) return file;
  const [, hashbang = "", rest] = /^(#!.*\n)?([^]*)$/.exec(text)!;
  const lines = `import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);\n`;
  return { ...file, contents: Buffer.from(hashbang + lines + rest) };
}

/** One character beyond ASCII, even in a comment, has the engine read the whole file in twice as many bytes. */
function toAscii(file: OutputFile): OutputFile {
  const escape = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  const text = Buffer.from(file.contents).toString();
  return { ...file, contents: Buffer.from(text.replace(/[^\x00-\x7f]/g, escape)) };
}

/** The inputs of which something is left in an output. */
function usedInputs({ outputs }: Metafile): string[] {
  return Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
}
