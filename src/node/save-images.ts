import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CallbackError, ConfigurationError, DownloadError, readImage } from "../index.js";
import type { Client, ReadImageOptions, Task } from "../index.js";
import { imageFileName, publish, writeTemporary } from "./image-files.js";
import { makeFolder } from "./make-folder.js";
import { createMissingImagesError } from "./missing-images.js";
import type { ImageError } from "./missing-images.js";

/** Progress of one image. */
export interface SaveProgress {
  /** Position of the image's URL in the task, from 0. */
  index: number;
  /** Bytes so far; fewer than before once a cut-off download starts again. */
  bytes: number;
  /** Length of the image in bytes, if the server says so. */
  totalBytes: number | undefined;
}

/** Options of `saveImages`; each has a default that works. */
export interface SaveImagesOptions extends ReadImageOptions {
  /**
   * The client that the task came from: its fetch is used, its rule for the addresses of results holds, and it reads the
   * task again, once, when URLs have expired (HTTP 403, 404 or 410). @default none: expired URLs are failures
   */
  client?: Pick<Client, "service" | "results" | "status"> | undefined;
  /** Most images that are fetched at the same time. @default 4 */
  concurrency?: number | undefined;
  /**
   * Names the files `<name>-<n>.<extension>`; where a different file has that name, `<name>-<taskid>-<n>.<extension>`.
   * @default the task id
   */
  name?: string | undefined;
  /** Called for every piece that arrives; if it throws, that image is not saved. */
  onProgress?: ((progress: SaveProgress) => void) | undefined;
}

/** A task as far as it is needed to save its images. */
export type SavableTask = Pick<Task, "taskid" | "urls"> &
  Partial<Pick<Task, "status">> & {
    /** Number of images that were asked for: no more are fetched. @default as many as there are URLs */
    requested?: number | undefined;
  };

/**
 * Saves the images of a task in `folder`, which is created if missing, as `<taskid>-<n>.<extension>` with n from 1.
 *
 * A file appears only when it is whole and on the disk. One that exists already is kept if it has the same bytes, so
 * saving twice does no harm, and is a failure if not: nothing is ever overwritten. In file names, every character of the
 * task id but lower-case letters, digits, hyphens and underscores is percent-encoded; a very long id ends in its hash.
 *
 * @returns The paths, in the order of the URLs.
 * @throws {DownloadError} Images are missing: `failures` names the first hundred, `saved` lists what was kept. Or the task
 * has no images.
 * @throws {ConfigurationError} An option is invalid.
 * @throws The reason of the signal; images that were whole by then are kept.
 * @example
 * const task = await client.wait(taskid);
 * const paths = await saveImages(task, "pictures", { client });
 */
export async function saveImages(
  task: SavableTask,
  folder: string | URL,
  options: SaveImagesOptions = {},
): Promise<string[]> {
  const { taskid } = task;
  const { signal, concurrency = 4 } = options;
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    const message = "`concurrency` must be a whole number of at least 1";
    throw new ConfigurationError(message, { outcome: "accepted", taskid });
  }
  throwIfAborted(signal);
  const urls = task.urls.slice(0, task.requested);
  if (urls.length === 0) throw new DownloadError(sayNoImages(task), { taskid });
  const folderPath = await createFolder(folder, taskid);

  const saveImage = createSaveImage(taskid, folderPath, options);
  const paths: string[] = [];
  const errors: ImageError[] = [];
  const queue = urls.entries();
  // All workers take from one queue. After an abort they run through the rest of it without a request, and end only
  // when their temporary files are gone.
  const work = async () => {
    for (const [index, url] of queue) {
      try {
        paths[index] = await saveImage(index, url);
      } catch (error) {
        if (error instanceof ConfigurationError) throw error; // The options': the same for all, before any request.
        errors.push({ index, error: error as Error });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, urls.length) }, work));

  const saved = Object.values(paths); // In order, and without gaps.
  if (saved.length === urls.length) return saved;
  throwIfAborted(signal);
  throw createMissingImagesError(taskid, urls, folderPath, saved, errors);
}

/** Older signals have no method for this, and no reason. */
function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw signal.reason ?? new DOMException("This operation was aborted", "AbortError");
}

function sayNoImages({ status }: SavableTask): string {
  if (status === "completed") return "The task is completed, but the service returned no images";
  return `The task has no images to save yet${status ? `: it is ${status}` : ""}`;
}

async function createFolder(folder: string | URL, taskid: string): Promise<string> {
  try {
    const path = folder instanceof URL ? fileURLToPath(folder) : folder;
    await makeFolder(path);
    return path;
  } catch (cause) {
    const message = `Could not create the folder ${folder}: ${(cause as Error).message}`;
    throw new DownloadError(message, { taskid, cause });
  }
}

/** Creates the function that saves one image of a task and returns its path. */
function createSaveImage(taskid: string, folder: string, options: SaveImagesOptions) {
  const { signal, onProgress, client, name = taskid } = options;
  const readFreshUrls = client && createFreshUrls(taskid, client, signal);

  async function* observe(chunks: AsyncIterable<Uint8Array>, index: number, totalBytes: number | undefined) {
    let bytes = 0;
    for await (const chunk of chunks) {
      bytes += chunk.byteLength;
      try {
        onProgress?.({ index, bytes, totalBytes });
      } catch (cause) {
        throw new CallbackError("`onProgress` threw", { cause }); // the error of the whole task names it
      }
      yield chunk;
    }
  }

  async function save(index: number, url: string): Promise<string> {
    let extension = "";
    const temporary = await readImage(
      url,
      (chunks, info) => {
        extension = info.extension;
        return writeTemporary(folder, observe(chunks, index, info.totalBytes));
      },
      options,
    );
    // The second name is for a first one that another task's image has.
    const names = name === taskid ? [taskid] : [name, `${name}-${taskid}`];
    return publish(
      temporary,
      names.map((each) => join(folder, imageFileName(each, index + 1, extension))),
    );
  }

  return async (index: number, url: string): Promise<string> => {
    try {
      return await save(index, url);
    } catch (error) {
      if (!(error instanceof DownloadError) || !readFreshUrls || !expiredStatuses.has(error.httpStatus)) {
        throw error;
      }
      const freshUrl = (await readFreshUrls(error))[index];
      if (freshUrl === undefined) throw error;
      return save(index, freshUrl);
    }
  };
}

/** The statuses that servers send when a URL has expired. */
const expiredStatuses = new Set<number | undefined>([403, 404, 410]);

/** Creates a function that reads the task again when it is first called, and returns the same URLs from then on. */
function createFreshUrls(taskid: string, client: Pick<Client, "status">, signal: AbortSignal | undefined) {
  let reading: Promise<Task> | undefined;
  return async ({ httpStatus, failures }: DownloadError): Promise<readonly string[]> => {
    try {
      reading ??= client.status(taskid, { signal });
      return (await reading).urls;
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const message = `${failures[0]?.reason}; reading the task again failed: ${reason}`;
      throw new DownloadError(message, { taskid, httpStatus, cause });
    }
  };
}
