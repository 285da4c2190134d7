import { createRequire } from "node:module";
import { tolerateClosedOutput } from "./closed-output.js";

/** The version of the package that this is. */
export function packageVersion(): string {
  return (createRequire(import.meta.url)("tensorslab-images/package.json") as { version: string }).version;
}

/**
 * Writes the version to standard output without Node's streams, which take longer to load than all the rest; an import of
 * `node:fs` would load them.
 */
export function printVersion(): void {
  const line = `${packageVersion()}\n`;
  try {
    process.getBuiltinModule("node:fs").writeSync(1, line);
  } catch {
    tolerateClosedOutput();
    process.stdout.write(line);
  }
}
