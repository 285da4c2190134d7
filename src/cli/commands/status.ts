import { defineCommand } from "../command.js";
import { outputOptions, serviceOptions, taskArgument } from "../flags.js";

/** `status TASKID`: reads a task once. */
export const status = defineCommand({
  name: "status",
  summary: "read the status of a task",
  description: "Read a task once, and print its status and the URLs of its images.",
  argument: taskArgument(),
  options: [...serviceOptions(), ...outputOptions()],
  examples: `
The exit status is 0 whatever the status of the task is; wait has one for a failed task.

Examples:
  $ tensorslab-images status 0193f1d2
  $ tensorslab-images status 0193f1d2 --json`,
});
