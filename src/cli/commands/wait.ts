import { defineCommand } from "../command.js";
import { outputOptions, serviceOptions, taskArgument, timeoutOption } from "../flags.js";

/** `wait TASKID`: waits until a task is completed or failed. */
export const wait = defineCommand({
  name: "wait",
  summary: "wait until a task is completed or failed",
  description: "Wait until a task is completed or failed, and print the URLs of its images.",
  argument: taskArgument(),
  options: [timeoutOption(), ...serviceOptions(), ...outputOptions()],
  examples: `
Examples:
  $ tensorslab-images wait 0193f1d2 --timeout 60
  $ tensorslab-images wait 0193f1d2 && tensorslab-images download 0193f1d2`,
});
