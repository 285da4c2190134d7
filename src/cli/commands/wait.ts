import type { Command } from "commander";
import { commandLine } from "../command-line.js";
import { connect, connectionWords } from "../connection.js";
import type { ConnectionFlags } from "../connection.js";
import type { Result } from "../output.js";
import { perform } from "../perform.js";
import type { Context, OutputFlags } from "../perform.js";
import { addOutputFlags, addServiceFlags, taskArgument, timeoutOption } from "../shared-flags.js";
import { showTask } from "../show-task.js";

interface Flags extends ConnectionFlags, OutputFlags {
  timeout: number;
}

/** `wait TASKID`: until a task has ended. */
export function addWait(program: Command): void {
  const command = program
    .command("wait")
    .summary("wait until a task has ended")
    .description("Wait until a task has ended, and print the URLs of its images.")
    .addArgument(taskArgument())
    .addOption(timeoutOption());
  addServiceFlags(command);
  addOutputFlags(command);
  command.addHelpText("after", examples);
  command.action((taskid: string, flags: Flags) =>
    perform("wait", flags, (context) => wait(taskid, flags, context)),
  );
}

const examples = `
Examples:
  $ tensorslab-images wait 0193f1d2 --timeout 60
  $ tensorslab-images wait 0193f1d2 && tensorslab-images download 0193f1d2`;

async function wait(taskid: string, flags: Flags, { progress, signal, known }: Context): Promise<Result> {
  const { client, close } = await connect(flags);
  known.resumeCommand = commandLine("wait", taskid, ...connectionWords(flags));
  try {
    progress.state(`waiting for task ${taskid}`);
    const task = await client.wait(taskid, {
      signal,
      timeoutMs: flags.timeout * 1000,
      onStatus: ({ status }) => progress.state(`task ${taskid} ${status}`),
    });
    return showTask(task);
  } finally {
    await close();
  }
}
