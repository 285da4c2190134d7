import { showTask } from "../terminal/output.js";
import type { Invocation } from "../invocation.js";
import type { Result } from "../terminal/output.js";

interface Flags {
  timeout: number;
}

/** `wait TASKID`: waits until a task is completed or failed. */
export async function wait({
  words: [taskid = ""],
  flags,
  connect,
  commandFor,
  progress,
  signal,
  known,
}: Invocation<Flags>): Promise<Result> {
  const { client } = await connect();
  known.resumeCommand = commandFor("wait", taskid);
  progress.state(`waiting for task ${taskid}`);
  const task = await client.wait(taskid, {
    signal,
    timeoutMs: flags.timeout * 1000,
    onStatus: ({ status }) => progress.state(`task ${taskid} ${status}`),
  });
  return showTask(task);
}
