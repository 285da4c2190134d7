import { CommanderError } from "commander";
import type { Argument, Command, Option } from "commander";
import { exitStatus, UsageError } from "./exit-status.js";
import { reportFailure } from "./failure.js";
import { createProgram } from "./program.js";
import { didYouMean } from "./suggestion.js";
import { writeLines } from "./terminal/output.js";
import { packageVersion } from "./terminal/version.js";

/** Runs the command with these words, and sets the exit status. */
export async function run(words: readonly string[]): Promise<void> {
  const program = createProgram();
  let name = "generate";
  try {
    const parsed = findCommand(program, words);
    if (parsed[0] === "--version") return writeLines([packageVersion()]);
    name = parsed[0] ?? name;
    refuseTakenOptions(program, parsed);
    await program.parseAsync(parsed, { from: "user" });
  } catch (error) {
    // Help was shown, which is what was asked for; anything else that commander throws is a use that cannot work.
    if (error instanceof CommanderError && error.exitCode === exitStatus("done")) return;
    if (!(error instanceof CommanderError || error instanceof UsageError)) throw error;
    const command = program.commands.find((each) => each.name() === name);
    const usage = error instanceof UsageError ? error : new UsageError(messageOf(error, command));
    reportFailure(command ? name : "generate", words.includes("--json"), usage);
  }
}

/**
 * The words with the command first: flags may stand before it, and a prompt without a command is for `generate`.
 *
 * @throws {UsageError} The prompt is one word, which may be a misspelt command: it would be paid for.
 */
export function findCommand(program: Command, given: readonly string[]): string[] {
  const words = writeOutPresets(program, given);
  const at = findFirstWord(program, words);
  const first = words[at];
  if (first === undefined) {
    if (words.includes("-h") || words.includes("--help")) return ["--help"];
    if (words.includes("-V") || words.includes("--version")) return ["--version"];
    return ["generate", ...words];
  }
  const names = [...program.commands.map((command) => command.name()), "help"];
  const asked = first === "help" ? words.slice(at + 1).find((word) => !word.startsWith("-")) : undefined;
  if (asked !== undefined && !names.includes(asked))
    throw new UsageError(`Unknown command \`${asked}\`.${didYouMean(asked, names)}`);
  if (names.includes(first)) return [first, ...words.slice(0, at), ...words.slice(at + 1)];
  if (/\S\s+\S/.test(first) || first === "-") return ["generate", ...words];
  throw new UsageError(`Unknown command \`${first}\`.${didYouMean(first, [...names, "--version"])}`, {
    more: [`If it is a prompt, put several words in quotes, or say so: tensorslab-images generate ${first}`],
  });
}

/** A flag without its value would take the next one for it: a `--dry-run` that is lost like this is a payment. */
function refuseTakenOptions(program: Command, words: readonly string[]): void {
  const find = optionFinder(program);
  const isFlag = (word: string) => find(/^-[^-]/.test(word) ? word.slice(0, 2) : word.replace(/=.*$/s, ""));
  const end = words.indexOf("--");
  const flags = end < 0 ? words : words.slice(0, end);
  for (const [at, word] of flags.entries()) {
    const [, short = "", value] = /^(-[^-])=(.*)$/s.exec(word) ?? [];
    const asked = find(short);
    if (asked) {
      const meant = asked.required ? `${asked.long}=${value}` : asked.long;
      throw new UsageError(`Unknown option \`${word}\`. Did you mean \`${meant}\`?`);
    }
    const { required, long } = find(word) ?? {};
    const next = flags[at + 1];
    if (!required || next === undefined || !isFlag(next)) continue;
    throw new UsageError(`\`${long}\` needs a value. For one that is the name of an option: ${long}=${next}`);
  }
}

/** Finds the flag, of whatever command, that a word such as `--out`, `-o` or `-qo` ends in; its value is the next word. */
function optionFinder(program: Command) {
  const options = program.commands.flatMap((command) => command.options);
  return function find(word: string): Option | undefined {
    const exact = options.find(({ long, short }) => word === long || word === short);
    const first = exact ? undefined : options.find(({ short }) => short === word.slice(0, 2));
    const isCluster = first && !first.required && !first.optional;
    return isCluster ? find(`-${word.slice(2)}`) : exact;
  };
}

/** A flag whose value is optional would take a prompt that follows it for its value. */
function writeOutPresets(program: Command, words: readonly string[]): string[] {
  const options = program.commands.flatMap((command) => command.options);
  return words.map((word, at) => {
    const option = options.find(({ long, optional }) => optional && long === word);
    const isValue = option?.argChoices?.includes(words[at + 1] ?? "");
    return option && !isValue ? `${word}=${String(option.presetArg)}` : word;
  });
}

/** Where the first word is that is neither a flag nor the value of one. */
function findFirstWord(program: Command, words: readonly string[]): number {
  const find = optionFinder(program);
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (word === "--") return at + 1;
    if (word === "-" || !word.startsWith("-")) return at;
    const option = find(word);
    if (option?.variadic) {
      while (words[at + 1] !== undefined && !words[at + 1]!.startsWith("-")) at++;
    } else if (option?.required || option?.optional) at++;
  }
  return words.length;
}

function messageOf({ code, message }: CommanderError, command: Command | undefined): string {
  const [argument]: readonly (Argument | undefined)[] = command?.registeredArguments ?? [];
  const takesPrompt = argument?.name() === "prompt";
  const said = message.replace(/^error: /, "").replace(/'([^']{100})[^']+'/g, "'$1…'"); // the rule follows the value
  const [, option] = /^unknown option '(.*?)(?:=[^]*)?'$/s.exec(said) ?? [];
  if (option !== undefined) return sayUnknown(option, command, takesPrompt);
  if (takesPrompt && code === "commander.excessArguments")
    return `${said} Put a prompt of several words in quotes.`;
  return rephrasings.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), said);
}

/** Messages of commander about a flag or an argument, and the words that all other messages have for it. */
const rephrasings: [pattern: RegExp, replacement: string][] = [
  [/^missing required argument '(.*)'$/s, "Missing argument `$1`"],
  [/^option '(?:-\w, )?(--[\w.-]+).*' argument missing$/s, "`$1` needs a value"],
  [/^option '(?:-\w, )?(--[\w.-]+)[^']*' argument '(.*?)' is invalid\. /s, "`$1` cannot be `$2`. "],
  [/^command-argument value '(.*?)' is invalid for argument '(.*?)'\. /s, "`$2` cannot be `$1`. "],
];

function sayUnknown(option: string, command: Command | undefined, takesPrompt: boolean): string {
  // No option has a space in its name.
  if (takesPrompt && /\s/.test(option))
    return `Unknown option \`${option}\`. If it is a prompt, put it last, after --`;
  const known = command?.options.flatMap(({ long }) => long ?? []) ?? [];
  return `Unknown option \`${option}\`.${didYouMean(option, [...known, "--help"])}`;
}
