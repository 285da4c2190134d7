import { Argument } from "commander";
import type { Command, Option } from "commander";
import { defineCommand } from "../command.js";

/** The shells that there is a script for. */
const shells = ["bash", "zsh", "fish"] as const;

/** `completion SHELL`: prints a script that makes a shell complete this command. */
export const completion = defineCommand({
  name: "completion",
  summary: "print a script that makes your shell complete this command",
  description: "Print a script that makes your shell complete commands, flags and values.",
  argument: new Argument("<shell>", "your shell").choices(shells),
  examples: `
Examples:
  $ source <(tensorslab-images completion bash)                        # in ~/.bashrc
  $ source <(tensorslab-images completion zsh)                         # in ~/.zshrc, after compinit
  $ tensorslab-images completion fish > ~/.config/fish/completions/tensorslab-images.fish`,
  print: (_, [shell]) => completionScripts[shell as (typeof shells)[number]].split("\n"),
});

/** `complete WORDS...`: the scripts call it for candidates. */
export const complete = defineCommand({
  name: "complete",
  summary: "print candidates for the last word",
  description: "Print what may come next on the command line, one candidate per line.",
  argument: new Argument("[words...]"),
  hidden: true,
  print: candidatesFor,
});

/**
 * The words that may come next on the command line; none where a path is expected, which shells complete themselves.
 *
 * @param words The words so far without the program's name; the last one is being typed and may be empty.
 */
function candidatesFor(program: Command, words: readonly string[]): string[] {
  const typed = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const named = program.commands.find((command) => command.name() === before[0]);
  const command = named ?? program.commands.find((each) => each.name() === "generate")!;
  return candidates(program, command, before, typed).filter((candidate) => candidate.startsWith(typed));
}

function candidates(program: Command, command: Command, before: readonly string[], typed: string): string[] {
  const help = program.createHelp();
  const flag = before.at(-1);
  const option = command.options.find(
    ({ long, short }) => flag !== undefined && (flag === long || flag === short),
  );
  if (option && takesValue(option)) return option.argChoices ?? [];
  if (typed.startsWith("-"))
    return help.visibleOptions(command).map(({ long, short }) => long ?? short ?? "");
  const isCommand = before.length === 0 || (before.length === 1 && before[0] === "help");
  if (isCommand) return help.visibleCommands(program).map((each) => each.name());
  return command.registeredArguments[before.length - 1]?.argChoices ?? [];
}

const takesValue = ({ required, optional }: Option): boolean => required || optional;

/** The scripts; they call the command itself for candidates, so these are always current. */
const completionScripts: Record<(typeof shells)[number], string> = {
  bash: `_tensorslab_images() {
  local IFS=$'\\n'
  COMPREPLY=($(tensorslab-images complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _tensorslab_images tensorslab-images`,
  zsh: `_tensorslab_images() {
  local -a candidates
  candidates=("\${(@f)$(tensorslab-images complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "$candidates" ]]; then compadd -a candidates; else _files; fi
}
compdef _tensorslab_images tensorslab-images`,
  // Without -f, files are offered beside every candidate; where there is none, a path is expected.
  fish: `function __tensorslab_images
  set -l candidates (tensorslab-images complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)
  if test (count $candidates) -gt 0
    printf '%s\\n' $candidates
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c tensorslab-images -f -a '(__tensorslab_images)'`,
};
