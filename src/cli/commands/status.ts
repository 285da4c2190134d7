import type { Command } from "commander";
import { connect } from "../connection.js";
import type { ConnectionFlags } from "../connection.js";
import type { Result } from "../output.js";
import { perform } from "../perform.js";
import type { Context, OutputFlags } from "../perform.js";
import { addOutputFlags, addServiceFlags, taskArgument } from "../shared-flags.js";
import { showTask } from "../show-task.js";

type Flags = ConnectionFlags & OutputFlags;

/** `status TASKID`: how far a task is. */
export function addStatus(program: Command): void {
  const command = program
    .command("status")
    .summary("read how far a task is")
    .description("Read a task once, and print how far it is and the URLs of its images.")
    .addArgument(taskArgument());
  addServiceFlags(command);
  addOutputFlags(command);
  command.addHelpText("after", examples);
  command.action((taskid: string, flags: Flags) =>
    perform("status", flags, (context) => status(taskid, flags, context)),
  );
}

const examples = `
It exits with 0 whatever the status is; wait tells a failed task by its exit status.

Examples:
  $ tensorslab-images status 0193f1d2
  $ tensorslab-images status 0193f1d2 --json`;

async function status(taskid: string, flags: Flags, { progress, signal }: Context): Promise<Result> {
  const { client, close } = await connect(flags);
  try {
    progress.state(`reading task ${taskid}`);
    return showTask(await client.status(taskid, { signal }));
  } finally {
    await close();
  }
}
