import { expect, it, onTestFinished, vi } from "vitest";
import { tolerateClosedOutput } from "../../src/cli/terminal/closed-output.js";

it("only a reader that has seen enough is no failure", () => {
  const { exitCode } = process;
  const streams = [process.stdout, process.stderr];
  const before = streams.map((stream) => stream.listeners("error"));
  const written = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  onTestFinished(() => {
    process.exitCode = exitCode;
    written.mockRestore();
    for (const [index, stream] of streams.entries()) {
      for (const listener of stream.listeners("error")) {
        if (!before[index]!.includes(listener)) stream.off("error", listener as () => void);
      }
    }
  });
  process.exitCode = undefined;
  tolerateClosedOutput();
  const failure = (code: string) => Object.assign(new Error(code), { code });
  process.stdout.emit("error", failure("EPIPE"));
  process.stderr.emit("error", failure("EPIPE"));
  expect([process.exitCode, written.mock.calls]).toEqual([undefined, []]);
  process.stdout.emit("error", failure("ENOSPC"));
  expect(process.exitCode).toBe(1);
  expect(written).toHaveBeenCalledWith("error: standard output cannot be written: ENOSPC\n");
});
