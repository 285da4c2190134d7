import { TaskFailedError, WaitTimeoutError } from "../../index.js";
import { saveImages } from "../../node/index.js";
import type { Invocation } from "../invocation.js";
import type { Result } from "../terminal/output.js";

interface Flags {
  out: string;
}

/** `download TASKID`: saves the images of a completed task. */
export async function download({
  words: [taskid = ""],
  flags: { out },
  connect,
  commandFor,
  progress,
  signal,
  known,
}: Invocation<Flags>): Promise<Result> {
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
}
