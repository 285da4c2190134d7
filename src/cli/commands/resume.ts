import { Argument } from "commander";
import { defineCommand } from "../command.js";
import {
  breakLockOption,
  concurrencyOption,
  outputOptions,
  recordModeOption,
  serviceOptions,
  timeoutOption,
} from "../flags.js";

/** `resume FOLDER`: finishes everything that was accepted. */
export const resume = defineCommand({
  name: "resume",
  summary: "finish what was interrupted, without submitting anything",
  description:
    "Read the records of a folder: wait for the tasks that were accepted, save the images that are missing, and " +
    "report what is unknown. Nothing is submitted.",
  argument: new Argument("<folder>", "folder with records, as given to --out"),
  options: [
    concurrencyOption("how many tasks to wait for at the same time"),
    recordModeOption(),
    timeoutOption(),
    breakLockOption(),
    ...serviceOptions(),
    ...outputOptions(),
  ],
  examples: `
Examples:
  $ tensorslab-images resume images
  $ tensorslab-images resume foxes --timeout 60 --json`,
});
