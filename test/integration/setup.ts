import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { installPackedPackage } from "./support/package.js";
import { folder } from "./support/places.js";
import { tryAgain } from "./support/try-again.js";
import { run } from "./support/run.js";

/** Installs the packages of this folder, and the project's own package as it would be published. */
export default async function setup(): Promise<void> {
  const started = performance.now();
  const lock = await readFile(join(folder, "package-lock.json"), "utf8");
  const installed = join(folder, "node_modules/.installed.json"); // the lock that node_modules was made from
  if ((await readFile(installed, "utf8").catch(() => "")) !== lock) {
    const command = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    await tryAgain(() => run("npm", command, { cwd: folder }));
    await writeFile(installed, lock);
  }
  await rm(join(folder, ".scratch"), { recursive: true, force: true });
  await installPackedPackage();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`The packages are installed, and ours is packed and installed beside them (${seconds} s).`);
}
