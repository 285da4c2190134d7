import { exec } from "node:child_process";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { root } from "../support/generate.js";
import { manifest } from "../support/guides.js";

// What can be said of the project as a whole, each by the command that says it. They run beside the other tests; whether
// the generated code is up to date is tested with the generator.

const checks = ["check:types", "check:format", "check:lint"];

test.each(checks)("npm run %s", { timeout: 300_000 }, async (name) => {
  const PATH = [join(root, "node_modules/.bin"), process.env.PATH].join(delimiter);
  // On one processor each, as other tests run beside it: with more, both type checkers do the same work several times.
  // Both end soon, so that it pays to let garbage be.
  const env = { ...process.env, PATH, GOMAXPROCS: "1", GOGC: "400" };
  await promisify(exec)(manifest.scripts[name]!, { cwd: root, env }).catch(
    ({ stdout, stderr }: Record<"stdout" | "stderr", string>) =>
      expect.unreachable(`npm run ${name} fails:\n${stdout}${stderr}`),
  );
});
