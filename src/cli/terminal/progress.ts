import { paint } from "./paint.js";
import { createStatusLine } from "./status-line.js";
import { printable } from "./printable.js";

/** Shows what a command is doing; its result is printed elsewhere. */
export interface Progress {
  /** A line that stays, and is shown even if progress is not: why something failed. */
  warn(text: string): void;
  /** A line that stays. */
  note(text: string): void;
  /** The current step. */
  state(text: string): void;
  /** Progress of sending or receiving. */
  transfer(text: string, bytes: number, totalBytes: number | undefined): void;
  /** Number of rows that are done; `worked` of them took work in this run, which the rate is made of. */
  count(done: number, total: number, worked: number): void;
  /** Removes what does not stay; nothing is shown after that. */
  stop(): void;
}

/** Redrawn in a terminal, plain lines elsewhere, only warnings if `quiet`; all on standard error. */
export function createProgress(quiet: boolean): Progress {
  const canRedraw = process.stderr.isTTY && process.env.TERM !== "dumb" && !isSet(process.env.CI);
  if (quiet) return { ...createLines(), note() {}, state() {}, count() {} };
  return canRedraw ? createDisplay() : createLines();
}

const isSet = (variable: string | undefined): boolean => !["", "0", "false", undefined].includes(variable);

function createLines(): Progress {
  const startedAt = performance.now();
  const write = (text: string) => void process.stderr.write(`${printable(text)}\n`);
  return {
    warn: write,
    note: write,
    state: write,
    transfer() {},
    count(done, total, worked) {
      // Twenty lines for a batch, however long it is.
      const steps = (count: number) => Math.floor((count * 20) / total);
      if (done > 0 && steps(done) > steps(done - 1)) write(describeCount(done, total, worked, startedAt));
    },
    stop() {},
  };
}

const barWidth = 24;

function createDisplay(): Progress {
  const startedAt = performance.now();
  const line = createStatusLine(paint);
  return {
    warn: (text) => line.insert(printable(text)),
    note: (text) => line.insert(printable(text)),
    state: (text) => line.show("", printable(text)),
    transfer: (text, bytes, totalBytes) =>
      line.show(bar(bytes, totalBytes), `${printable(text)} ${amountOf(bytes)}`),
    count: (done, total, worked) =>
      line.show(bar(done, total), describeCount(done, total, worked, startedAt)),
    stop: line.stop,
  };
}

/** `412 of 1000 done, 3.2/s, 3 min left`. */
function describeCount(done: number, total: number, worked: number, startedAt: number): string {
  const count = `${done} of ${total} done`;
  const perSecond = worked / ((performance.now() - startedAt) / 1000);
  if (worked === 0 || done === total) return count;
  const rate = perSecond >= 1 ? `${perSecond.toFixed(1)}/s` : `${(perSecond * 60).toFixed(1)}/min`;
  return `${count}, ${rate}, ${describeTime((total - done) / perSecond)} left`;
}

function describeTime(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

function bar(amount: number, total: number | undefined): string {
  if (!total) return "";
  const filled = Math.min(barWidth, Math.round((amount / total) * barWidth));
  return "█".repeat(filled) + "░".repeat(barWidth - filled);
}

/** A number of bytes, as people read it. */
export const amountOf = (bytes: number): string =>
  bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
