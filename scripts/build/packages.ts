import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { root } from "./bundle.js";

/** A package that is bundled into our files. */
export interface BundledPackage {
  name: string;
  version: string;
  license: string;
  /** The licences' texts as its authors ship them. */
  notice: string;
  /** The package whose authors have bundled this one into theirs, as `name@version`. */
  within?: string;
}

/** The packages that inputs of the bundler belong to, and those that were bundled into these before; by name. */
export async function packagesOf(inputs: readonly string[]): Promise<BundledPackage[]> {
  const files = new Map<string, Set<string>>();
  for (const input of inputs) {
    const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
    if (folder) files.set(folder, (files.get(folder) ?? new Set()).add(input));
  }
  const packages = await Promise.all([...files].map(([folder, used]) => readPackages(folder, [...used])));
  return packages.flat().sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function readPackages(folder: string, files: readonly string[]): Promise<BundledPackage[]> {
  const outer = await readPackage(folder, files);
  const texts = await Promise.all(files.map((file) => readFile(join(root, file), "utf8")));
  const inner = await Promise.all(
    [...readBundledBefore(texts)].map(async ([name, version]) => {
      const copy = join("node_modules", name); // the container ships no licences; those of our own copy are the same
      return { ...(await readPackage(copy)), version, within: `${outer.name}@${outer.version}` };
    }),
  );
  return [outer, ...inner];
}

/** The names and versions of bundled packages, from the lines with which another bundler begins what it takes. */
function readBundledBefore(texts: readonly string[]): Map<string, string> {
  const begins = /^\/\/#region \S*\/\.pnpm\/([^/]+)\/node_modules\/((?:@[^/]+\/)?[^/]+)\//gm;
  const found = texts.flatMap((text) => [...text.matchAll(begins)]);
  return new Map(
    found.map(([, folder = "", name = ""]) => [
      name,
      folder.slice(name.length + 1).replace(/[_(].*$/, ""), // such as "ajv-formats@3.0.1_ajv@8.18.0"
    ]),
  );
}

/** A package, with its licence and those of the folders that hold its used files. */
async function readPackage(folder: string, files: readonly string[] = []): Promise<BundledPackage> {
  const { name, version, license } = JSON.parse(
    await readFile(join(root, folder, "package.json"), "utf8"),
  ) as Record<"name" | "version" | "license", string>;
  const folders = new Set([folder]);
  for (const file of files) {
    for (let each = dirname(file); each.length > folder.length; each = dirname(each)) folders.add(each);
  }
  const notices = await Promise.all([...folders].sort().map(readLicences));
  return { name, version, license, notice: notices.flat().join("\n\n") };
}

async function readLicences(folder: string): Promise<string[]> {
  const names = (await readdir(join(root, folder))).filter((name) =>
    /^(licen[cs]e|copying|notice)/i.test(name),
  );
  return Promise.all(
    names.sort().map(async (name) => (await readFile(join(root, folder, name), "utf8")).trim()),
  );
}
