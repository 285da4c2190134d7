import type { Known } from "./failure.js";
import type { ReadFieldFlags } from "./input/field-flags.js";
import type { Connection, ConnectOptions, ServiceFlags } from "./service/connection.js";
import type { Result } from "./terminal/output.js";
import type { Progress } from "./terminal/progress.js";

/** Flags that say what is shown. */
export interface OutputFlags {
  json?: boolean;
  quiet?: boolean;
  verbose?: boolean;
}

/** The words that a command was called with. */
export interface Parsed<Flags = object> {
  /** Those that are not flags. */
  words: string[];
  flags: Flags & ServiceFlags & OutputFlags;
  /** Reads the flags of the model's fields. */
  readFields: ReadFieldFlags;
}

/** One run of a command. */
export interface Invocation<Flags = object> extends Parsed<Flags> {
  /** Aborted by Ctrl-C and the like. */
  signal: AbortSignal;
  progress: Progress;
  /** The results so far, should the command fail. */
  known: Known;
  /** Creates a client of the service that the flags name; it is closed when the command ends. */
  connect(options?: ConnectOptions): Promise<Connection>;
  /** A command to paste into a shell, for the same service and key. */
  commandFor(...words: string[]): string;
}

/** The work of a command, whose declaration has these flags. */
export type Work<Flags> = (invocation: Invocation<Flags>) => Promise<Result>;
