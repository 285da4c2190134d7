// Makes the pictures of the README: `npm run pictures`. Needs Linux, for the `script` command of util-linux.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { recordBatch } from "./record-batch.js";
import { drawRow } from "./row-of-images.js";
import { drawTerminal } from "./terminal-svg.js";

const here = import.meta.dirname;
await writeFile(join(here, "images.png"), await drawRow());
await writeFile(join(here, "batch.svg"), await drawTerminal(await recordBatch()));
