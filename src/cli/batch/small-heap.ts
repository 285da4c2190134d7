import { setFlagsFromString } from "node:v8";

/** The newest Node in which these flags were tried: it complains of a flag that it does not know. */
const newestTried = 26;

/**
 * Keeps the memory of a long run small, at the price of more frequent garbage collection: the engine would let its heap
 * grow to four times what is in use, and the part of it for new objects to 32 MB.
 */
export function keepHeapSmall(): void {
  const { node, bun, deno } = process.versions;
  if (bun || deno || parseInt(node) > newestTried) return;
  setFlagsFromString("--heap-growing-percent=100");
  setFlagsFromString("--semi-space-growth-factor=1");
}
