import { Argument } from "commander";
import type { Command } from "commander";
import { complete, completionScripts, shells } from "../completion.js";
import { writeLines } from "../output.js";

/** `completion SHELL`: what makes a shell complete this command. */
export function addCompletion(program: Command): void {
  program
    .command("completion")
    .summary("print what makes your shell complete this command")
    .description("Print a script that makes your shell complete commands, flags and values.")
    .addArgument(new Argument("<shell>", "your shell").choices(shells))
    .addHelpText("after", examples)
    .action((shell: (typeof shells)[number]) => writeLines([completionScripts[shell]]));

  // What the scripts call.
  program
    .command("complete", { hidden: true })
    .argument("[words...]")
    .action((words: string[]) => writeLines(complete(program, words)));
}

const examples = `
Examples:
  $ source <(tensorslab-images completion bash)                        # in ~/.bashrc
  $ source <(tensorslab-images completion zsh)                         # in ~/.zshrc, after compinit
  $ tensorslab-images completion fish > ~/.config/fish/completions/tensorslab-images.fish`;
