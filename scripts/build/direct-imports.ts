import { readFile } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import type { Plugin } from "esbuild";

/**
 * Has each import through an `index.ts` come from the file that defines the name.
 *
 * The bundler puts all that an index leads to into the part that loads it, although a name or two of it are used.
 */
export function importDirectly(folder: string): Plugin {
  return {
    name: "import-directly",
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        if (relative(folder, path).startsWith("..")) return undefined;
        return { contents: await withDirectImports(path), loader: "ts" };
      });
    },
  };
}

async function withDirectImports(path: string): Promise<string> {
  const text = await readFile(path, "utf8");
  const lines = await Promise.all(
    [...text.matchAll(importThroughIndex)].map(async ([whole, names, index]) => {
      const file = resolve(dirname(path), toSource(index!));
      const exported = await readExports(file);
      // A name that the index defines itself still comes from there.
      const imports = namesIn(names!).map(({ name, as }) => {
        const [origin, original] = exported.get(name) ?? [file, name];
        return `import { ${original} as ${as} } from ${JSON.stringify(origin)};`;
      });
      return [whole, imports.join(" ")] as const;
    }),
  );
  return lines.reduce((result, [whole, imports]) => result.replace(whole, () => imports), text);
}

const importThroughIndex = /^import \{([^}]*)\} from "(\.[^"]*\/index\.js)";/gm;
const exportFrom = /^export \{([^}]*)\} from "(\.[^"]*)";/gm;

/** The file and the name there of each value that an index exports from another file. */
async function readExports(index: string): Promise<Map<string, [file: string, name: string]>> {
  const exported = new Map<string, [string, string]>();
  for (const [, names, target] of (await readFile(index, "utf8")).matchAll(exportFrom)) {
    const file = resolve(dirname(index), toSource(target!));
    const inner = file.endsWith("index.ts") ? await readExports(file) : new Map<string, [string, string]>();
    for (const { name, as } of namesIn(names!)) exported.set(as, inner.get(name) ?? [file, name]);
  }
  return exported;
}

const toSource = (path: string): string => path.replace(/\.js$/, ".ts");

/** `one, two as three`, but for types. */
function namesIn(list: string): { name: string; as: string }[] {
  return list
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "" && !each.startsWith("type "))
    .map((each) => {
      const [name = "", as = name] = each.split(" as ");
      return { name, as };
    });
}
