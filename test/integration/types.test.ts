import { join } from "node:path";
import { expect, test } from "vitest";
import { folder, root } from "./support/places.js";
import { run } from "./support/run.js";

// Their packages are installed here only, so the compiler checks them here.
test("the integration tests compile", async () => {
  const compiler = join(root, "node_modules/typescript-7/bin/tsc");
  const { stdout } = await run(process.execPath, [compiler, "--project", folder]);
  expect(stdout).toBe("");
});
