import { DownloadError, TensorsLabError } from "../index.js";
import { TargetTaken } from "./image-files.js";

/** More failures than this say nothing new, and a hostile response could name a hundred thousand. */
const listedFailures = 100;
const failuresInMessage = 10;

/** Why the image at `index` is missing. */
export interface ImageError {
  index: number;
  error: Error;
}

/** Creates one error for all images of a task that could not be saved; status and cause are those of the first. */
export function createMissingImagesError(
  taskid: string,
  urls: readonly string[],
  folder: string,
  saved: readonly string[],
  errors: readonly ImageError[],
): DownloadError {
  const inOrder = errors.toSorted((one, other) => one.index - other.index);
  const failures = inOrder.slice(0, listedFailures).map(({ index, error }) => ({
    url: String(urls[index])
      .replace(/[?#].*/s, "")
      .slice(0, 200), // The query of a signed URL is a secret.
    index,
    reason: toReason(error, folder),
  }));
  const details = failures.slice(0, failuresInMessage);
  const more = inOrder.length - details.length;
  const message = [
    `Saved ${saved.length} of ${urls.length} images`,
    ...details.map(({ index, reason }) => `image ${index + 1}: ${reason}`),
    ...(more > 0 ? [`and ${more} more failed`] : []),
  ].join("; ");
  const cause = inOrder[0]?.error;
  const httpStatus = cause instanceof TensorsLabError ? cause.httpStatus : undefined;
  return new DownloadError(message, { taskid, httpStatus, cause, failures, saved });
}

function toReason(error: Error, folder: string): string {
  if (error instanceof DownloadError) return error.failures[0]?.reason ?? error.message;
  if (error instanceof TensorsLabError || error instanceof TargetTaken) return error.message;
  return `it could not be written to ${folder}: ${error.message}`;
}
