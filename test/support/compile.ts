import { cp, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeFolder, root, run } from "./generate.js";

/** The compiler's own program, which is not in the way of the library that others import. */
export const compiler = join(root, "node_modules/typescript-7/bin/tsc");

/** The compiler's messages about files, by path, with the project's own settings: a line for each error. */
export async function findTypeErrors(files: Record<string, string>): Promise<string[]> {
  const folder = await makeFolder();
  await symlink(join(root, "node_modules"), join(folder, "node_modules"), "junction");
  for (const name of ["package.json", "tsconfig.json"]) await cp(join(root, name), join(folder, name));
  await writeFile(
    join(folder, "tsconfig.files.json"),
    JSON.stringify({ extends: "./tsconfig.json", include: ["files"] }),
  );
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, "files", name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  const { output } = await run([compiler, "--project", "tsconfig.files.json"], folder);
  return output.split("\n").filter((line) => line !== "");
}
