import type { Command } from "commander";
import { distance } from "fastest-levenshtein";
import { UsageError } from "./exit-codes.js";

/**
 * Refuses a prompt that looks like a command with a typing mistake: it would be paid for.
 *
 * Only a prompt that stands first on the command line can be meant as a command.
 */
export function refuseMisspeltCommand(program: Command, prompt: string | undefined): void {
  if (prompt === undefined || program.args[0] !== prompt) return;
  const meant = meantCommand(program, prompt);
  if (meant === undefined) return;
  throw new UsageError(
    `There is no command ${prompt}. Did you mean ${meant}? If it is a prompt: tensorslab-images generate ${prompt}`,
  );
}

/** The command that a word with a typing mistake was meant to be; undefined if it is like none. */
export function meantCommand(program: Command, word: string): string | undefined {
  if (/\s/.test(word)) return undefined;
  const names = program.commands.map((command) => command.name());
  return names.find((name) => distance(word.toLowerCase(), name) <= (name.length > 4 ? 2 : 1));
}
