import { Command } from "commander";
import type { Argument, Option } from "commander";
import { exitStatus } from "./exit-status.js";
import { reportFailure } from "./failure.js";
import type { Known } from "./failure.js";
import { addFieldFlags } from "./input/field-flags.js";
import type { ReadFieldFlags } from "./input/field-flags.js";
import { connect, serviceWords } from "./service/connection.js";
import type { Connection, ConnectOptions, ServiceFlags } from "./service/connection.js";
import { openTransport } from "./service/transport.js";
import { showOperations } from "./service/show-operations.js";
import { watchRequests } from "./service/watch-requests.js";
import { shellWords } from "./shell-words.js";
import { listenForInterruption } from "./terminal/interruption.js";
import { writeJson, writeLines } from "./terminal/output.js";
import type { Result } from "./terminal/output.js";
import { createProgress } from "./terminal/progress.js";
import type { Progress } from "./terminal/progress.js";

/** Flags that say what is shown. */
export interface OutputFlags {
  json?: boolean;
  quiet?: boolean;
  verbose?: boolean;
}

/** A command: what it is called with, and what it does. */
export interface CommandDefinition<Flags> {
  name: string;
  summary: string;
  description: string;
  argument?: Argument;
  options?: Option[];
  /** Whether every field of every model is a flag of its own. */
  takesFields?: boolean;
  /** Shown at the end of its help. */
  examples?: string;
  /** Whether it is left out of the help. */
  hidden?: boolean;
  work: (invocation: Invocation<Flags>) => Promise<Result>;
}

/** One run of a command. */
export interface Invocation<Flags = object> {
  program: Command;
  /** The words that the command was given, without flags. */
  words: string[];
  flags: Flags & ServiceFlags & OutputFlags;
  /** Aborted by Ctrl-C and the like. */
  signal: AbortSignal;
  progress: Progress;
  /** The results so far, should the command fail. */
  known: Known;
  /** Reads the flags of the model's fields. */
  readFields: ReadFieldFlags;
  /** Creates a client of the service that the flags name; it is closed when the command ends. */
  connect(options?: ConnectOptions): Promise<Connection>;
  /** A command to paste into a shell, for the same service and key. */
  commandFor(...words: string[]): string;
}

/** Adds a command to the program. */
export type AddCommand = (program: Command) => void;

/** Declares a command; the result adds it to a program and runs it: progress, Ctrl-C, output, failure, exit status. */
export function defineCommand<Flags>(definition: CommandDefinition<Flags>): AddCommand {
  const { name, summary, description, argument, options = [], takesFields, examples, hidden } = definition;
  return (program) => {
    const command = new Command(name).summary(summary).description(description);
    if (argument) command.addArgument(argument);
    for (const option of options) command.addOption(option);
    const readFields = takesFields ? addFieldFlags(command) : noFields;
    if (examples !== undefined) command.addHelpText("after", examples);
    command.action(() =>
      perform(definition, {
        program,
        words: command.args,
        flags: command.opts<Flags & ServiceFlags & OutputFlags>(),
        readFields,
      }),
    );
    program.addCommand(command, { hidden: hidden ?? false });
  };
}

const noFields: ReadFieldFlags = () => {
  throw new Error("The command has no flags for fields");
};

type Parsed<Flags> = Pick<Invocation<Flags>, "program" | "words" | "flags" | "readFields">;

async function perform<Flags>(
  { name, work }: CommandDefinition<Flags>,
  parsed: Parsed<Flags>,
): Promise<void> {
  const { json = false, quiet = false, verbose = false } = parsed.flags;
  const { signal, stopListening } = listenForInterruption();
  const progress = createProgress(quiet);
  const known: Known = {};
  const connections: Connection[] = [];
  try {
    const {
      lines,
      data,
      exitCode = exitStatus("done"),
    } = await work({
      ...parsed,
      signal,
      progress,
      known,
      async connect(options = {}) {
        const { mock = parsed.flags.mock, wrapFetch = (fetch) => fetch } = options;
        const fetch = watchRequests(wrapFetch(openTransport(mock === true)), progress);
        const instrumentation = verbose ? showOperations(progress) : undefined;
        const connection = await connect(parsed.flags, { ...options, fetch, instrumentation });
        connections.push(connection);
        return connection;
      },
      commandFor: (...words) => shellWords(...words, ...serviceWords(parsed.flags)),
    });
    progress.stop();
    if (!json) writeLines(lines);
    else if (data) writeJson({ ok: exitCode === exitStatus("done"), command: name, exitCode, ...data });
    process.exitCode = exitCode;
  } catch (error) {
    progress.stop();
    reportFailure(name, json, error as Error, known);
  } finally {
    stopListening();
    for (const { close } of connections) await close();
  }
}
