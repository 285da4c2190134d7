#!/usr/bin/env node
import { tolerateClosedOutput } from "./terminal/closed-output.js";
import { printVersion } from "./terminal/version.js";

const words = process.argv.slice(2);
if (words[0] === "--version" || words[0] === "-V") printVersion();
else {
  tolerateClosedOutput();
  // Not loaded for the version, which is printed in an instant.
  const { run } = await import("./run.js");
  await run(words);
}
