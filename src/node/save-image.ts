import { join } from "node:path";
import { CallbackError, DownloadError, readImage } from "../index.js";
import { imageFileName } from "./file-name.js";
import { createFreshUrls, expiredStatuses } from "./fresh-urls.js";
import { publish, writeTemporary } from "./publish.js";
import type { SaveImagesOptions } from "./save-images.js";

/** Makes the function that saves one image of a task and returns its path. */
export function createSaveImage(taskid: string, folder: string, options: SaveImagesOptions) {
  const { signal, onProgress, refresh } = options;
  const freshUrls = refresh && createFreshUrls(taskid, refresh, signal);

  async function* observe(chunks: AsyncIterable<Uint8Array>, index: number, totalBytes: number | undefined) {
    let bytes = 0;
    for await (const chunk of chunks) {
      bytes += chunk.byteLength;
      try {
        onProgress?.({ index, bytes, totalBytes });
      } catch (cause) {
        throw new CallbackError("onProgress threw", { taskid, cause });
      }
      yield chunk;
    }
  }

  async function save(index: number, url: string): Promise<string> {
    const { temporary, extension } = await readImage(
      url,
      async (chunks, { extension, totalBytes }) => ({
        temporary: await writeTemporary(folder, observe(chunks, index, totalBytes)),
        extension,
      }),
      options,
    );
    const target = join(folder, imageFileName(taskid, index + 1, extension));
    await publish(temporary, target);
    return target;
  }

  return async (index: number, url: string): Promise<string> => {
    try {
      return await save(index, url);
    } catch (error) {
      const hasExpired = error instanceof DownloadError && expiredStatuses.has(error.httpStatus);
      if (!freshUrls || !hasExpired) throw error;
      const freshUrl = (await freshUrls(error))[index];
      if (freshUrl === undefined) throw error;
      return save(index, freshUrl);
    }
  };
}
