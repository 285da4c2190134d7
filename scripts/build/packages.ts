import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "./bundle.js";

/** A package that is bundled into our files. */
export interface BundledPackage {
  /** From the project's root, such as `node_modules/pngjs`. */
  path: string;
  name: string;
  version: string;
  license: string;
  /** The licence's text as its authors ship it. */
  notice: string;
}

/** The packages that inputs of the bundler belong to, by name. */
export async function packagesOf(inputs: readonly string[]): Promise<BundledPackage[]> {
  const paths = inputs.flatMap((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []);
  const packages = await Promise.all([...new Set(paths)].map(readPackage));
  return packages.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function readPackage(path: string): Promise<BundledPackage> {
  const folder = join(root, path);
  const { name, version, license } = JSON.parse(
    await readFile(join(folder, "package.json"), "utf8"),
  ) as Record<"name" | "version" | "license", string>;
  const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
  const texts = await Promise.all(files.sort().map((file) => readFile(join(folder, file), "utf8")));
  return { path, name, version, license, notice: texts.join("\n").trim() };
}
