import { enums, fields } from "../generated/operations.js";
import type { Submission, Task, TaskStatus } from "./models.js";

/** Makes a task of what a read answered. */
export function toTask(raw: Record<string, unknown>): Task {
  const status = String(raw[fields.status]);
  return {
    taskid: raw[fields.taskid] as string,
    status: Object.hasOwn(enums.status, status)
      ? (enums.status as Record<string, TaskStatus>)[status]!
      : "unknown",
    urls: urlsOf(raw),
    width: raw[fields.width] as number | undefined,
    height: raw[fields.height] as number | undefined,
    raw: raw as Task["raw"],
  };
}

/** Makes a submission of what a submit answered. */
export function toSubmission(raw: Record<string, unknown>): Submission {
  return { taskid: raw[fields.taskid] as string, urls: urlsOf(raw), raw: raw as Submission["raw"] };
}

/** The service answers one URL, or a list of them. */
function urlsOf(raw: Record<string, unknown>): string[] {
  const given = raw[fields.url];
  const urls: unknown[] = Array.isArray(given) ? given : [given];
  return urls.filter((url): url is string => typeof url === "string" && url !== "");
}
