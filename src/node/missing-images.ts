import { DownloadError, TensorsLabError } from "../index.js";
import type { Task } from "../index.js";
import { TargetTaken } from "./publish.js";

/** Why the image at `index` is missing. */
export interface ImageError {
  index: number;
  error: Error;
}

/** One error for all images of a task that could not be saved; status and cause are those of the first. */
export function missingImages(
  { taskid, urls }: Pick<Task, "taskid" | "urls">,
  folder: string,
  saved: readonly string[],
  errors: readonly ImageError[],
): DownloadError {
  const inOrder = errors.toSorted((one, other) => one.index - other.index);
  const failures = inOrder.map(({ index, error }) => ({
    url: String(urls[index]).replace(/[?#].*/s, ""), // The query of a signed URL is a secret.
    index,
    reason: reasonOf(error, folder),
  }));
  const details = failures.map(({ index, reason }) => `image ${index + 1}: ${reason}`).join("; ");
  const message = `Saved ${saved.length} of ${urls.length} images of task ${JSON.stringify(taskid)}; ${details}`;
  const cause = inOrder[0]?.error;
  const httpStatus = cause instanceof TensorsLabError ? cause.httpStatus : undefined;
  return new DownloadError(message, { taskid, httpStatus, cause, failures, saved });
}

function reasonOf(error: Error, folder: string): string {
  if (error instanceof DownloadError) return error.failures[0]?.reason ?? error.message;
  if (error instanceof TensorsLabError || error instanceof TargetTaken) return error.message;
  return `it could not be written to ${folder}: ${error.message}`;
}
