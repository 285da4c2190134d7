#!/usr/bin/env node
import { tolerateClosedOutput } from "./output.js";
import { run } from "./run.js";

tolerateClosedOutput();
await run(process.argv.slice(2));
