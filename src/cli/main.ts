#!/usr/bin/env node
import { printVersion, tolerateClosedOutput } from "./terminal/output.js";

tolerateClosedOutput();
const words = process.argv.slice(2);
if (words[0] === "--version" || words[0] === "-V") printVersion();
else {
  // Not loaded for the version, which is printed in an instant.
  const { run } = await import("./run.js");
  await run(words);
}
