import { DownloadError } from "../index.js";
import type { Task } from "../index.js";

/** Reads a task again; `client.status` does. */
export type Refresh = (taskid: string) => Promise<Pick<Task, "urls">>;

/** What servers answer when a URL has expired. */
export const expiredStatuses = new Set<number | undefined>([403, 404, 410]);

/** Makes a function that reads the task again when it is first called, and gives the same URLs from then on. */
export function createFreshUrls(taskid: string, refresh: Refresh, signal: AbortSignal | undefined) {
  let reading: Promise<Pick<Task, "urls">> | undefined;
  return async ({ httpStatus, failures }: DownloadError): Promise<readonly string[]> => {
    try {
      reading ??= unlessAborted(refresh(taskid), signal);
      return (await reading).urls;
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const message = `${failures[0]?.reason}; reading the task again failed: ${reason}`;
      throw new DownloadError(message, { taskid, httpStatus, cause });
    }
  };
}

/** Waits for what cannot be stopped, but not beyond an abort. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  // Of its own: a listener for each of many tasks that share a signal is a warning about leaks.
  const ending = AbortSignal.any(signal ? [signal] : []);
  return new Promise((resolve, reject) => {
    const stop = () => reject(ending.reason);
    if (ending.aborted) return stop();
    ending.addEventListener("abort", stop);
    void work.then(resolve, reject).finally(() => ending.removeEventListener("abort", stop));
  });
}
