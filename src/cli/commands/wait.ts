import { defineCommand } from "../command.js";
import { outputOptions, serviceOptions, taskArgument, timeoutOption } from "../flags.js";
import { showTask } from "../terminal/output.js";

interface Flags {
  timeout: number;
}

/** `wait TASKID`: waits until a task is completed or failed. */
export const wait = defineCommand<Flags>({
  name: "wait",
  summary: "wait until a task is completed or failed",
  description: "Wait until a task is completed or failed, and print the URLs of its images.",
  argument: taskArgument(),
  options: [timeoutOption(), ...serviceOptions(), ...outputOptions()],
  examples: `
Examples:
  $ tensorslab-images wait 0193f1d2 --timeout 60
  $ tensorslab-images wait 0193f1d2 && tensorslab-images download 0193f1d2`,
  async work({ words: [taskid = ""], flags, connect, commandFor, progress, signal, known }) {
    const { client } = await connect();
    known.resumeCommand = commandFor("wait", taskid);
    progress.state(`waiting for task ${taskid}`);
    const task = await client.wait(taskid, {
      signal,
      timeoutMs: flags.timeout * 1000,
      onStatus: ({ status }) => progress.state(`task ${taskid} ${status}`),
    });
    return showTask(task);
  },
});
