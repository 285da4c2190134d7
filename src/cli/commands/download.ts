import { defineCommand } from "../command.js";
import { outOption, outputOptions, serviceOptions, taskArgument } from "../flags.js";

/** `download TASKID`: saves the images of a completed task. */
export const download = defineCommand({
  name: "download",
  summary: "save the images of a completed task",
  description: "Save the images of a completed task, and print their paths.",
  argument: taskArgument(),
  options: [outOption(), ...serviceOptions(), ...outputOptions()],
  examples: `
Images that are saved already are kept.

Examples:
  $ tensorslab-images download 0193f1d2
  $ tensorslab-images download 0193f1d2 --out foxes`,
});
