import { cutToWidth, widthOf } from "./printable.js";
import type { paint } from "./paint.js";

/** A line at the bottom of a terminal that is redrawn; it never wraps, and leaves the cursor visible. */
export interface StatusLine {
  show(bar: string, text: string): void;
  /** Writes lines that stay above it. */
  insert(text: string): void;
  stop(): void;
}

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const redrawMs = 100;

/** Creates a {@link StatusLine} on standard error; nothing is drawn until it has something to show. */
export function createStatusLine(color: typeof paint): StatusLine {
  const { stderr } = process;
  const startedAt = performance.now();
  let bar = "";
  let text = "";
  let frame = 0;
  let drawnWidth = 0;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  /** A window that became narrower has wrapped what was drawn. */
  function erase(): string {
    const rows = Math.ceil(drawnWidth / (stderr.columns || 80));
    drawnWidth = 0;
    return rows === 0 ? "" : `${rows > 1 ? `\x1b[${rows - 1}A` : ""}\r\x1b[J`;
  }
  function draw(): string {
    const time = `${Math.floor((performance.now() - startedAt) / 1000)} s`;
    const room = (stderr.columns || 80) - "⠋  ".length - time.length - 1; // a full line wraps in some terminals
    const shownBar = room > bar.length + 20 ? bar : "";
    const shown = cutToWidth(text, shownBar ? room - shownBar.length - 1 : room);
    const parts: [Parameters<typeof paint>[0], string][] = [
      ["cyan", frames[frame % frames.length]!],
      ["cyan", shownBar],
      ["reset", shown],
      ["dim", time],
    ];
    const visible = parts.filter(([, part]) => part !== "");
    drawnWidth = widthOf(visible.map(([, part]) => part).join(" "));
    return visible.map(([style, part]) => (style === "reset" ? part : color(style, part))).join(" ");
  }
  function redraw(): void {
    frame++;
    stderr.write(erase() + draw());
  }

  function suspend(): void {
    stderr.write(erase());
    process.kill(process.pid, "SIGSTOP");
  }
  function resume(): void {
    drawnWidth = 0; // the shell has written since
    redraw();
  }
  function start(): void {
    timer = setInterval(redraw, redrawMs);
    if (process.platform !== "win32") process.on("SIGTSTP", suspend).on("SIGCONT", resume);
    stderr.write(draw());
  }

  return {
    show(newBar, newText) {
      if (stopped) return;
      bar = newBar;
      text = newText.replace(/\s+/g, " ");
      if (timer === undefined) start();
    },
    insert(lines) {
      if (timer === undefined) stderr.write(`${lines}\n`);
      else stderr.write(`${erase()}${lines}\n${draw()}`);
    },
    stop() {
      stopped = true;
      if (timer === undefined) return;
      clearInterval(timer);
      timer = undefined;
      process.off("SIGTSTP", suspend).off("SIGCONT", resume);
      stderr.write(erase());
    },
  };
}
