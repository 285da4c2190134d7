import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { folder, root } from "./places.js";
import { run } from "./run.js";

const { name, version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as Record<
  "name" | "version",
  string
>;

/** The package as it would be published. */
export const tarball = join(folder, "node_modules", `${name}-${version}.tgz`);

/** Packs the package and unpacks it where the integration tests import it by its name. */
export async function installPackedPackage(): Promise<void> {
  const place = join(folder, "node_modules", name);
  await run("npm", ["pack", "--loglevel=error", "--pack-destination", join(folder, "node_modules")], {
    cwd: root,
  });
  await rm(place, { recursive: true, force: true });
  await mkdir(place);
  await run("tar", ["--extract", "--file", tarball, "--directory", place, "--strip-components", "1"]);
}
