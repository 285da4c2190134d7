// Makes the pictures of the README: `npm run pictures`. Needs Linux, for the `script` command of util-linux, and for the
// picture of the page what the integration tests need.
import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { recordBatch } from "./record-batch.js";
import { drawRow } from "./row-of-images.js";
import { drawTerminal } from "./terminal-svg.js";

const here = import.meta.dirname;
await writeFile(join(here, "images.png"), await drawRow());
await writeFile(join(here, "batch.svg"), await drawTerminal(await recordBatch()));
const page = ["run", "--config", "vitest.integration.config.ts", "test/integration/page/picture.test.ts"];
const { status } = spawnSync("npx", ["vitest", ...page], {
  stdio: "inherit",
  env: { ...process.env, PICTURE: join(here, "page.png") },
});
process.exitCode = status ?? 1;
