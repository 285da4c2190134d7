import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { Progress } from "../progress.js";
import { protocols } from "./protocols.js";

/** A way to show images that terminals understand. */
export type PreviewKind = keyof typeof protocols;

/** Shows saved images in the terminal, on standard error; `auto` takes the best way that the terminal is known to have. */
export async function showImages(
  paths: readonly string[],
  kind: PreviewKind | "auto",
  progress: Progress,
): Promise<void> {
  const chosen = kind === "auto" ? detectKind() : kind;
  if (!chosen)
    return progress.note("Images cannot be shown here; `--preview=blocks` shows them nevertheless");
  progress.stop();
  for (const path of paths) {
    const sequence = await protocols[chosen](await readFile(path));
    if (sequence === undefined) progress.note(`${basename(path)} cannot be shown here`);
    else process.stderr.write(`${sequence}\n`);
  }
}

/** Half blocks unless the environment says more; within tmux and screen nothing else arrives. */
function detectKind(): PreviewKind | undefined {
  const { env, stderr } = process;
  const { TERM = "", TERM_PROGRAM = "", LC_TERMINAL = "" } = env;
  if (!stderr.isTTY || TERM === "dumb") return undefined;
  if (env.TMUX || /^(tmux|screen)/.test(TERM)) return "blocks";
  if (env.KITTY_WINDOW_ID || TERM === "xterm-kitty" || TERM_PROGRAM === "ghostty") return "kitty";
  if (/^(iTerm\.app|WezTerm)$/.test(TERM_PROGRAM) || LC_TERMINAL === "iTerm2") return "iterm";
  return /mlterm|sixel|^foot/.test(TERM) ? "sixel" : "blocks";
}
