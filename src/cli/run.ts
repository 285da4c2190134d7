import { CommanderError } from "commander";
import type { Argument } from "commander";
import { exitCodes, UsageError } from "./exit-codes.js";
import { reportFailure } from "./perform.js";
import { createProgram } from "./program.js";
import { meantCommand } from "./suggestion.js";

/** Runs the command with these words, and sets the exit status. */
export async function run(words: readonly string[]): Promise<void> {
  const program = createProgram();
  try {
    await program.parseAsync(words, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help was shown, which is what was asked for; anything else that commander throws is a use that cannot work.
    if (error.exitCode === exitCodes.done) return;
    const [first = ""] = words;
    const named = program.commands.find((command) => command.name() === first);
    const command = named ?? program.commands[0]!; // a bare prompt is for the first, generate
    const meant = named ? undefined : meantCommand(program, first);
    const message = meant
      ? `There is no command ${first}. Did you mean ${meant}?`
      : messageOf(error, command.registeredArguments);
    reportFailure(command.name(), words.includes("--json"), new UsageError(message));
  }
}

function messageOf({ code, message }: CommanderError, [argument]: readonly Argument[]): string {
  const isPrompt = code === "commander.excessArguments" && argument?.name() === "prompt";
  return message.replace(/^error: /, "") + (isPrompt ? " Put a prompt of several words in quotes." : "");
}
