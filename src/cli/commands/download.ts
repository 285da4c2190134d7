import type { Command } from "commander";
import { TaskFailedError, WaitTimeoutError } from "../../index.js";
import { saveImages } from "../../node/index.js";
import { commandLine } from "../command-line.js";
import { connect, connectionWords } from "../connection.js";
import type { ConnectionFlags } from "../connection.js";

import type { Result } from "../output.js";
import { perform } from "../perform.js";
import type { Context, OutputFlags } from "../perform.js";
import { addOutputFlags, addServiceFlags, outOption, taskArgument } from "../shared-flags.js";

interface Flags extends ConnectionFlags, OutputFlags {
  out: string;
}

/** `download TASKID`: the images of a completed task. */
export function addDownload(program: Command): void {
  const command = program
    .command("download")
    .summary("save the images of a completed task")
    .description("Save the images of a completed task, and print their paths.")
    .addArgument(taskArgument())
    .addOption(outOption());
  addServiceFlags(command);
  addOutputFlags(command);
  command.addHelpText("after", examples);
  command.action((taskid: string, flags: Flags) =>
    perform("download", flags, (context) => download(taskid, flags, context)),
  );
}

const examples = `
Images that are there already are kept.

Examples:
  $ tensorslab-images download 0193f1d2
  $ tensorslab-images download 0193f1d2 --out foxes`;

async function download(taskid: string, flags: Flags, { progress, signal, known }: Context): Promise<Result> {
  const { client, close } = await connect(flags);
  const { out } = flags;
  known.resumeCommand = commandLine("download", taskid, "--out", out, ...connectionWords(flags));
  try {
    progress.state(`reading task ${taskid}`);
    const task = await client.status(taskid, { signal });
    if (task.status === "failed") throw new TaskFailedError(`Task ${taskid} failed`, { taskid, task });
    if (task.status !== "completed") {
      throw new WaitTimeoutError(`Task ${taskid} is ${task.status}: it has no images yet`, { taskid, task });
    }
    const files = await saveImages(task, out, {
      signal,
      client,
      onProgress: ({ index, bytes, totalBytes }) =>
        progress.transfer(`downloading image ${index + 1} of ${task.urls.length}`, bytes, totalBytes),
    });
    return { lines: files, data: { taskid, files } };
  } finally {
    await close();
  }
}
