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

/** The error to throw for a failed call. The SDK retries errors of its own kinds, so any error that is not ours becomes a `cause`. */
export function toCallError(error: unknown, { taskid: own, taskids }: GroupedCall): ImageCallError {
  const typed: TensorsLabError = isTensorsLabError(error)
    ? error
    : new CallbackError(`A function of yours threw: ${String(error)}`, {
        outcome: own === undefined ? "unknown" : "accepted",
        cause: error,
      });
  const others = taskids.filter((id) => id !== own);
  const ends = [
    others.length > 0 && `other tasks of this call: ${others.join(", ")}`,
    own !== undefined && !typed.message.includes(`task ${own}`) && `task ${own}`,
  ];
  const message = [typed.message, ...ends].filter(Boolean).join("; ");
  Object.defineProperty(typed, "message", { value: message, writable: true, configurable: true });
  const isPaid = taskids.length > 0 && typed.outcome !== "unknown";
  return Object.assign(typed, {
    taskids,
    ...(isPaid && { outcome: "accepted" as const, taskid: taskids[0] }),
  });
}
