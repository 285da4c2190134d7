import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { root } from "../support/generate.js";

// What can be said of the project as a whole, each by the command that says it. They run beside the other tests; whether
// the generated code is up to date is tested with the generator.

test.each(["check:types", "check:format", "check:lint"])("npm run %s", async (name) => {
  const checking = promisify(execFile)("npm", ["run", "--silent", name], { cwd: root });
  await checking.catch(({ stdout, stderr }: Record<"stdout" | "stderr", string>) =>
    expect.unreachable(`npm run ${name} fails:\n${stdout}${stderr}`),
  );
});
