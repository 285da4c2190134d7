import { rename, writeFile, readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { renamePatiently } from "../../src/node/rename.js";
import { makeFolder } from "../support/generate.js";

test.each(["EPERM", "EBUSY", "EACCES"])("a rename that meets %s is tried again", async (code) => {
  const folder = await makeFolder();
  const [from, to] = [join(folder, "a"), join(folder, "b")];
  await writeFile(from, "new");
  await writeFile(to, "old");
  let tries = 0;
  await renamePatiently(from, to, async (...paths) => {
    if (++tries < 3) throw Object.assign(new Error(code), { code });
    await rename(...paths);
  });
  expect([tries, await readFile(to, "utf8"), await readdir(folder)]).toEqual([3, "new", ["b"]]);
});

test("any other failure is one at once", async () => {
  let tries = 0;
  const failing = renamePatiently("a", "b", async () => {
    tries++;
    throw Object.assign(new Error("gone"), { code: "ENOENT" });
  });
  await expect(failing).rejects.toThrow("gone");
  expect(tries).toBe(1);
});
