import { styleText } from "node:util";
import type { createLogUpdate } from "log-update";

/** What a command is doing, told to whoever watches; results are not its business. */
export interface Progress {
  /** A line that stays. */
  note(text: string): void;
  /** What is going on now. */
  state(text: string): void;
  /** How much of something was sent or received. */
  transfer(text: string, bytes: number, totalBytes: number | undefined): void;
  /** How many of many things are done. */
  count(done: number, total: number): void;
  /** Takes down what does not stay, for good: what comes late, such as the end of an upload, is not shown. */
  stop(): void;
}

/** Redrawn in a terminal, plain lines elsewhere, nothing if `quiet`; all on standard error. */
export async function createProgress(quiet: boolean): Promise<Progress> {
  if (quiet) return silent;
  return process.stderr.isTTY ? createDisplay((await import("log-update")).createLogUpdate) : lines;
}

const silent: Progress = { note() {}, state() {}, transfer() {}, count() {}, stop() {} };

const lines: Progress = {
  note: (text) => void process.stderr.write(`${text}\n`),
  state: (text) => void process.stderr.write(`${text}\n`),
  transfer() {},
  count(done, total) {
    // Twenty lines for a batch, however long it is.
    const steps = (count: number) => Math.floor((count * 20) / total);
    if (done > 0 && steps(done) > steps(done - 1)) lines.note(`${done} of ${total} done`);
  },
  stop() {},
};

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const redrawMs = 100;
const barWidth = 24;

function createDisplay(create: typeof createLogUpdate): Progress {
  const draw = create(process.stderr);
  const startedAt = performance.now();
  let text = "";
  let amount = "";
  let drawn = 0;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  function redraw(): void {
    const seconds = Math.floor((performance.now() - startedAt) / 1000);
    const frame = paint("cyan", frames[drawn++ % frames.length]!);
    draw([frame, text, amount, paint("dim", `${seconds} s`)].filter(Boolean).join(" "));
  }
  function show(what: string, howMuch = ""): void {
    if (stopped) return;
    text = what;
    amount = howMuch;
    timer ??= setInterval(redraw, redrawMs);
    if (drawn === 0) redraw();
  }
  return {
    note: (line) => draw.persist(line),
    state: show,
    transfer: (what, bytes, totalBytes) => show(what, `${bar(bytes, totalBytes)}${amountOf(bytes)}`),
    count: (done, total) => show(`${bar(done, total)}${done} of ${total} done`),
    stop() {
      stopped = true;
      if (timer === undefined) return;
      clearInterval(timer);
      timer = undefined;
      draw.clear();
      draw.done();
    },
  };
}

function bar(bytes: number, totalBytes: number | undefined): string {
  if (!totalBytes) return "";
  const filled = Math.min(barWidth, Math.round((bytes / totalBytes) * barWidth));
  return `${paint("cyan", "█".repeat(filled))}${paint("dim", "░".repeat(barWidth - filled))} `;
}

const amountOf = (bytes: number): string =>
  bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

/** Colour if standard error shows it; that is where NO_COLOR and FORCE_COLOR are respected. */
export function paint(style: Parameters<typeof styleText>[0], text: string): string {
  return process.stderr.isTTY && process.stderr.hasColors()
    ? styleText(style, text, { validateStream: false })
    : text;
}
