import type { Task } from "../index.js";
import type { Result } from "./output.js";

/** A task as `status` and `wait` show it. */
export function showTask({ taskid, status, urls, width, height, raw }: Task): Result {
  return { lines: [status, ...urls], data: { taskid, status, urls, width, height, raw } };
}
