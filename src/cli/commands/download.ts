import { TaskFailedError, WaitTimeoutError } from "../../index.js";
import { saveImages } from "../../node/index.js";
import { defineCommand } from "../command.js";
import { outOption, outputOptions, serviceOptions, taskArgument } from "../flags.js";

interface Flags {
  out: string;
}

/** `download TASKID`: saves the images of a completed task. */
export const download = defineCommand<Flags>({
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
  async work({ words: [taskid = ""], flags: { out }, connect, commandFor, progress, signal, known }) {
    const { client } = await connect();
    known.resumeCommand = commandFor("download", taskid, "--out", out);
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
  },
});
