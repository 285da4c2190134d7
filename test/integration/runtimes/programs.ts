import { join } from "node:path";
import { folder } from "../support/places.js";

/** The runtimes that the package is tried on in a process of theirs. */
export const runtimes = ["node-20.19", "node-22", "node-24", "node-26", "deno", "bun"] as const;

/** An older version, whose Blobs have faults that the newest has no more. */
export const olderBun = "bun-1.2";

export type Runtime = (typeof runtimes)[number] | typeof olderBun;

/** The program of a runtime. */
export function programOf(runtime: Runtime): string {
  const place = runtime === "deno" ? "deno" : runtime.startsWith("bun") ? "bin/bun" : "bin/node";
  return join(folder, "node_modules", `${runtime}-${process.arch}`, place);
}
