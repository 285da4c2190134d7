import { Option } from "commander";
import { defineCommand } from "../command.js";
import {
  dryRunOption,
  outOption,
  outputOptions,
  promptArgument,
  recordModeOption,
  serviceOptions,
  timeoutOption,
} from "../flags.js";

/** `generate PROMPT`: from a prompt to images on disk. */
export const generate = defineCommand({
  name: "generate",
  summary: "make images from a prompt and save them",
  description: "Make images from a prompt, wait until they are finished, and save them.",
  argument: promptArgument(),
  options: [
    outOption(),
    recordModeOption(),
    timeoutOption(),
    dryRunOption(),
    new Option("--preview [kind]", "show the images in the terminal")
      .choices(["auto", "kitty", "iterm", "sixel", "blocks"])
      .preset("auto"),
    ...serviceOptions(),
    ...outputOptions(),
  ],
  takesFields: true,
  examples: `
Examples:
  $ tensorslab-images generate "a red fox in fresh snow" --resolution 16:9
  $ tensorslab-images generate "the same fox at night" --source photo.jpg
  $ tensorslab-images generate "a lighthouse at dusk" --batchsize 4 --out lighthouse
  $ echo "a red fox" | tensorslab-images generate - --json
  $ tensorslab-images generate "a red fox" --mock`,
});
