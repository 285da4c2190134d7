import { connect } from "./connection.js";
import type { ConnectionFlags } from "./connection.js";
import type { Workplace } from "./generation.js";
import { createPace } from "./pace.js";
import type { Context } from "./perform.js";
import { openRecords } from "./record-files.js";
import { countUploads } from "./upload.js";

interface WorkplaceOptions {
  folder: string;
  timeoutSeconds: number;
  /** How many submits run at the same time at most. @default 1 */
  concurrency?: number;
  /** How many submits in a row may find the service busy or out of reach. @default 4 */
  patience?: number;
}

/** Connects, runs `work`, and disconnects, whatever comes of it. */
export async function withWorkplace<T>(
  flags: ConnectionFlags,
  { folder, timeoutSeconds, concurrency = 1, patience = 4 }: WorkplaceOptions,
  { progress, signal }: Context,
  work: (workplace: Workplace & { service: string }) => Promise<T>,
): Promise<T> {
  const pace = createPace({
    concurrency,
    patience,
    signal,
    onPause: (reason, milliseconds) =>
      progress.note(`${reason}; submitting again in ${Math.ceil(milliseconds / 1000)} s`),
  });
  // Only one upload at a time can be shown, and only where something is drawn.
  const isShown = process.stderr.isTTY && concurrency === 1;
  const fetch = countUploads((bytes, totalBytes) => {
    if (!isShown) return;
    if (bytes < totalBytes) progress.transfer("uploading", bytes, totalBytes);
    else progress.state("uploaded, waiting for the answer");
  });
  // One generation is watched, and finished at the second look; many are to be done.
  const mockTaskMs = concurrency === 1 ? 1500 : 0;
  const { client, service, close } = await connect(flags, { fetch, mockTaskMs });
  try {
    return await work({
      client,
      service,
      records: openRecords(folder),
      signal,
      pace,
      timeoutMs: timeoutSeconds * 1000,
    });
  } finally {
    await close();
  }
}
