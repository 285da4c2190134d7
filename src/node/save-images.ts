import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { ConfigurationError, DownloadError } from "../index.js";
import type { ReadImageOptions, Task } from "../index.js";
import type { Refresh } from "./fresh-urls.js";
import { missingImages } from "./missing-images.js";
import type { ImageError } from "./missing-images.js";
import { createSaveImage } from "./save-image.js";

/** How far one image is. */
export interface SaveProgress {
  /** Position of the image's URL in the task, from 0. */
  index: number;
  /** Bytes so far; fewer than before once a cut-off download starts again. */
  bytes: number;
  /** Length of the image in bytes, if the server says so. */
  totalBytes: number | undefined;
}

/** How images are saved; every option has a default that works. */
export interface SaveImagesOptions extends ReadImageOptions {
  /** How many images are fetched at the same time at most. @default 4 */
  concurrency?: number | undefined;
  /** Told of every piece that arrives; if it throws, that image is not saved. */
  onProgress?: ((progress: SaveProgress) => void) | undefined;
  /** Reads the task again, once, when URLs have expired (HTTP 403, 404 or 410). @default none: they are failures */
  refresh?: Refresh | undefined;
}

/**
 * Saves the images of a task in `folder`, which is made if need be, as `<taskid>-<n>.<extension>` with n from 1.
 *
 * A file appears only when it is whole and on the disk. One that is there already is kept if it has the same bytes, so
 * saving twice does no harm, and is a failure if not: nothing is ever overwritten. In file names, what is not a lower-case
 * letter, digit, hyphen or underscore of the task id is percent-encoded; a very long id ends in its hash.
 *
 * @returns The paths, in the order of the URLs.
 * @throws {DownloadError} Images are missing, which `failures` names; the others are kept, and listed in `saved`.
 * @throws {ConfigurationError} An option is no sensible number.
 * @throws The reason of the signal; images that were whole by then are kept.
 * @example
 * const task = await client.wait(taskid);
 * const paths = await saveImages(task, "pictures", { refresh: (taskid) => client.status(taskid) });
 */
export async function saveImages(
  task: Pick<Task, "taskid" | "urls">,
  folder: string | URL,
  options: SaveImagesOptions = {},
): Promise<string[]> {
  const { taskid, urls } = task;
  const { signal, concurrency = 4 } = options;
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new ConfigurationError("concurrency must be a whole number of at least 1", { outcome: "accepted" });
  }
  signal?.throwIfAborted();
  if (urls.length === 0) {
    throw new DownloadError(`Task ${JSON.stringify(taskid)} has no images to save yet`, { taskid });
  }
  const folderPath = await makeFolder(folder, taskid);

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
  signal?.throwIfAborted();
  throw missingImages(task, folderPath, saved, errors);
}

async function makeFolder(folder: string | URL, taskid: string): Promise<string> {
  try {
    const path = folder instanceof URL ? fileURLToPath(folder) : folder;
    await mkdir(path, { recursive: true });
    return path;
  } catch (cause) {
    throw new DownloadError(`Could not make the folder ${folder}: ${(cause as Error).message}`, {
      taskid,
      cause,
    });
  }
}
