/**
 * Lets standard output end early: its reader may have seen enough, and the work continues without it.
 *
 * Any other failure to write, such as a full disk, is a failure of the command.
 */
export function tolerateClosedOutput(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") return;
    process.stderr.write(`error: standard output cannot be written: ${error.message}\n`);
    process.exitCode ||= 1;
  });
  process.stderr.on("error", () => undefined); // there is nobody left to tell
}
