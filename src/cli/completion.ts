import type { Command, Option } from "commander";

/**
 * What may come next on the command line, one candidate for each line.
 *
 * @param words The words so far without the program's name; the last one is being typed and may be empty.
 * @returns An empty list where a path is wanted, which shells complete themselves.
 */
export function complete(program: Command, words: readonly string[]): string[] {
  const typed = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const named = program.commands.find((command) => command.name() === before[0]);
  const command = named ?? program.commands[0]!; // a bare prompt is for the first command, generate
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
  if (before.length === 0) return help.visibleCommands(program).map((each) => each.name());
  return command.registeredArguments[before.length - 1]?.argChoices ?? [];
}

const takesValue = ({ required, optional }: Option): boolean => required || optional;

/** The shells that there is a script for. */
export const shells = ["bash", "zsh", "fish"] as const;

/** What a shell is to run at its start; the candidates come from the command itself, so they are always those it has. */
export const completionScripts: Record<(typeof shells)[number], string> = {
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
  fish: `complete -c tensorslab-images -a '(tensorslab-images complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'`,
};
