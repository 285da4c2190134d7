import { Option } from "commander";
import { recordStates } from "../../index.js";
import { defineCommand } from "../command.js";
import { folderArgument, outputOptions } from "../flags.js";

/** `records FOLDER`: shows what is known of each generation. */
export const records = defineCommand({
  name: "records",
  summary: "list the records of a folder",
  description:
    "List the records of a folder, to compare them with your account. Nothing is sent or changed, and no key is " +
    "needed. The state `unknown` includes an intent that has expired.",
  argument: folderArgument(),
  options: [
    new Option("--state <state>", "only the records in this state").choices(recordStates),
    ...outputOptions(),
  ],
  examples: `
Examples:
  $ tensorslab-images records images
  $ tensorslab-images records foxes --state unknown --json`,
});
