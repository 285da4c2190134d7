import { showTask } from "../terminal/output.js";
import type { Invocation } from "../invocation.js";
import type { Result } from "../terminal/output.js";

/** `status TASKID`: reads a task once. */
export async function status({
  words: [taskid = ""],
  connect,
  progress,
  signal,
}: Invocation): Promise<Result> {
  const { client } = await connect();
  progress.state(`reading task ${taskid}`);
  return showTask(await client.status(taskid, { signal }));
}
