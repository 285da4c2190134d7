import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { Progress } from "../progress.js";
import { iterm2, kitty, sixel } from "./protocols.js";
import type { Protocol } from "./protocols.js";

/** Shows saved images in the terminal, on standard error; says so where that is not possible. */
export async function showImages(paths: readonly string[], progress: Progress): Promise<void> {
  const protocol = await findProtocol();
  if (!protocol) return progress.note("This terminal is not known to show pictures, so there is no preview");
  progress.stop();
  for (const path of paths) {
    const sequence = await protocol(await readFile(path));
    if (sequence === undefined) progress.note(`There is no preview of ${basename(path)} here`);
    else process.stderr.write(`${sequence}\n`);
  }
}

async function findProtocol(): Promise<Protocol | undefined> {
  const { createSupportsTerminalGraphics } = await import("supports-terminal-graphics");
  const supported = createSupportsTerminalGraphics(process.stderr);
  if (supported.iterm2) return iterm2; // first: it alone takes images as they are
  if (supported.kitty) return kitty;
  return supported.sixel ? sixel : undefined;
}
