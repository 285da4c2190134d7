import { setMaxListeners } from "node:events";
import { constants } from "node:os";

/** The user, or the system, asked the command to stop. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  readonly code = "INTERRUPTED";
  /** As shells have it: 128 and the signal's number, so 130 for Ctrl-C. */
  readonly exitStatus: number;

  constructor(signal: NodeJS.Signals) {
    super(`Interrupted by ${signal}`);
    this.exitStatus = 128 + constants.signals[signal];
  }
}

/** Tells a command that it should stop. */
export interface Interruption {
  /** Aborted by Ctrl-C and the like; asking a second time ends the process on the spot. */
  signal: AbortSignal;
  /** From now on an interruption is the system's business again. */
  stopListening(): void;
}

/** Listens for Ctrl-C and the like. */
export function listenForInterruption(): Interruption {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal); // a batch waits for it in many places
  const listener = (name: NodeJS.Signals) => {
    const reason = new Interrupted(name);
    if (controller.signal.aborted) process.exit(reason.exitStatus);
    controller.abort(reason);
  };
  for (const name of signals) process.on(name, listener);
  return {
    signal: controller.signal,
    stopListening() {
      for (const name of signals) process.off(name, listener);
    },
  };
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
