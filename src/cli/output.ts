/** What a command came to: lines for people, one object for scripts. */
export interface Result {
  lines: string[];
  data: Record<string, unknown>;
  /** @default 0 */
  exitCode?: number;
}

/**
 * Lets standard output end early: whoever reads it may have seen enough, and the work goes on without.
 *
 * Any other failure to write, such as a full disk, ends the command.
 */
export function tolerateClosedOutput(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") return;
    process.stderr.write(`error: standard output cannot be written: ${error.message}\n`);
    process.exitCode ||= 1;
  });
  process.stderr.on("error", () => undefined); // there is nobody left to tell
}

export function writeLines(lines: readonly string[]): void {
  if (lines.length > 0) process.stdout.write(`${lines.join("\n")}\n`);
}

export function writeJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}
