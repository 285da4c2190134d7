import { Command } from "commander";
import type { Argument, Option } from "commander";
import { addFieldFlags } from "./input/field-flags.js";
import type { ReadFieldFlags } from "./input/field-flags.js";
import { writeLines } from "./terminal/output.js";

/** A command: the words it is called with. */
export interface CommandDefinition {
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
  /** Returns lines to print, where that is all that the command does. @default it has work, which is loaded by its name */
  print?: (program: Command, words: string[]) => string[];
}

/** Adds a command to the program. */
export type AddCommand = (program: Command) => void;

/** Declares a command; the result adds it to a program, and loads its work when it is called: help needs none of it. */
export function defineCommand(definition: CommandDefinition): AddCommand {
  const {
    name,
    summary,
    description,
    argument,
    options = [],
    takesFields,
    examples,
    hidden,
    print,
  } = definition;
  return (program) => {
    const command = new Command(name).summary(summary).description(description);
    if (argument) command.addArgument(argument);
    for (const option of options) command.addOption(option);
    const readFields = takesFields ? addFieldFlags(command) : noFields;
    if (examples !== undefined) command.addHelpText("after", examples);
    command.action(async () => {
      if (print) return writeLines(print(program, command.args));
      const { perform } = await import("./perform.js");
      await perform(name, { words: command.args, flags: command.opts(), readFields });
    });
    program.addCommand(command, { hidden: hidden ?? false });
  };
}

const noFields: ReadFieldFlags = () => {
  throw new Error("The command has no flags for fields");
};
