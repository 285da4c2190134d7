import { defineCommand } from "../command.js";
import {
  breakLockOption,
  folderArgument,
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
  argument: folderArgument(),
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
