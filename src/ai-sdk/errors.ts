import { CallbackError, isTensorsLabError } from "../index.js";
import type { TensorsLabError } from "../index.js";
import type { GroupedCall } from "./call-group.js";

/**
 * The error of a call, which names every task of its `generateImage`: the SDK drops the images of the others.
 *
 * Where one of them has a task, `outcome` is `accepted` although this submit may have been refused: to repeat the call
 * would pay for that task again.
 *
 * @example
 * const ids = (error as ImageCallError).taskids;
 * const tasks = await Promise.all(ids.map((taskid) => client.wait(taskid)));
 */
export type ImageCallError = TensorsLabError & {
  /** Every task that this call of `generateImage` has paid for; none if there is none. */
  readonly taskids: readonly string[];
};

/** The error to throw for a failed call. The SDK repeats errors of its own kinds, so whatever is not ours becomes a cause. */
export function toCallError(error: unknown, { taskids }: GroupedCall): ImageCallError {
  const [own] = taskids;
  const typed: TensorsLabError = isTensorsLabError(error)
    ? error
    : new CallbackError(`A function of yours threw: ${String(error)}`, {
        outcome: own === undefined ? "unknown" : "accepted",
        cause: error,
      });
  const taskid = typed.taskid ?? own;
  const isPaid = taskid !== undefined && typed.outcome !== "unknown";
  const message = nameTasks(typed.message, taskid, taskids);
  Object.defineProperty(typed, "message", { value: message, writable: true, configurable: true });
  return Object.assign(typed, {
    taskids,
    ...(taskid !== undefined && { taskid }),
    ...(isPaid && { outcome: "accepted" as const }),
  });
}

function nameTasks(message: string, taskid: string | undefined, taskids: readonly string[]): string {
  const others = taskids.filter((id) => id !== taskid);
  const all = others.length > 0 ? `; other tasks of this call: ${others.join(", ")}` : "";
  const own = taskid === undefined || message.includes(`task ${taskid}`) ? "" : `; task ${taskid}`;
  return message + all + own;
}
