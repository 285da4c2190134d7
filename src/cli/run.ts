import { CommanderError } from "commander";
import type { Command } from "commander";
import { exitCodes, UsageError } from "./exit-codes.js";
import { reportFailure } from "./perform.js";
import { createProgram } from "./program.js";

/** Runs the command with these words, and sets the exit status. */
export async function run(words: readonly string[]): Promise<void> {
  const program = createProgram();
  try {
    await program.parseAsync(words, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help was shown, which is what was asked for; anything else that commander throws is a use that cannot work.
    if (error.exitCode === exitCodes.done) return;
    reportFailure(commandName(program, words), words.includes("--json"), new UsageError(messageOf(error)));
  }
}

function commandName(program: Command, [first]: readonly string[]): string {
  const names = program.commands.map((command) => command.name());
  return names.find((name) => name === first) ?? names[0]!; // a bare prompt is for the first, generate
}

function messageOf({ code, message }: CommanderError): string {
  const hint = code === "commander.excessArguments" ? " Put a prompt of several words in quotes." : "";
  return message.replace(/^error: /, "") + hint;
}
