import { defineCommand } from "../command.js";
import {
  dryRunOption,
  outOption,
  outputOptions,
  promptArgument,
  recordModeOption,
  serviceOptions,
} from "../flags.js";

/** `submit PROMPT`: submits and does not wait. */
export const submit = defineCommand({
  name: "submit",
  summary: "submit a prompt and do not wait",
  description: "Submit a prompt and print the id of the task, without waiting for it.",
  argument: promptArgument(),
  options: [outOption(), recordModeOption(), dryRunOption(), ...serviceOptions(), ...outputOptions()],
  takesFields: true,
  examples: `
Examples:
  $ tensorslab-images submit "a red fox in fresh snow" --out foxes
  $ tensorslab-images resume foxes              # later, here or in another terminal
  $ taskid=$(tensorslab-images submit "a red fox in fresh snow" --quiet)`,
});
