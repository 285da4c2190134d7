import type { Invocation } from "../invocation.js";
import type { Workplace } from "../generation/generation.js";
import type { Fetch, MaxImages } from "../../index.js";
import { createFolderStore } from "../../node/index.js";
import { createPace } from "./pace.js";
import { countUploads } from "./upload.js";

interface WorkplaceOptions {
  folder: string;
  timeoutSeconds: number;
  /** Most submits that run at the same time. @default 1 */
  concurrency?: number;
  /** Number of submits in a row that may find the service busy or unreachable. @default 4 */
  patience?: number;
  /** Permissions of new records. */
  recordMode: number;
  /** Most images that may be asked for. @default no limit */
  maxImages?: MaxImages;
  /** Whether to use the mock server although no flag says so. */
  mock?: boolean;
}

/** Connects to the service, and prepares what generations need: records, a pace, and progress of uploads. */
export async function openWorkplace(
  { connect, progress, signal }: Pick<Invocation, "connect" | "progress" | "signal">,
  { folder, timeoutSeconds, recordMode, concurrency = 1, patience = 4, maxImages, mock }: WorkplaceOptions,
): Promise<Workplace> {
  const pace = createPace({
    concurrency,
    patience,
    signal,
    onPause: (reason, milliseconds) =>
      progress.note(`${reason}; submitting again in ${Math.ceil(milliseconds / 1000)} s`),
  });
  // Only one upload at a time can be shown, and only in a terminal.
  const isShown = process.stderr.isTTY && concurrency === 1;
  const wrapFetch = (fetch: Fetch): Fetch =>
    countUploads(fetch, (bytes, totalBytes) => {
      if (!isShown) return;
      if (bytes < totalBytes) progress.transfer("uploading", bytes, totalBytes);
      else progress.state("uploaded, waiting for the response");
    });
  // A single generation is watched, and finished at the second poll; a batch should end soon.
  const mockTaskMs = concurrency === 1 ? 1500 : 0;
  const { client, service } = await connect({ wrapFetch, mockTaskMs, mock });
  return {
    client,
    service,
    records: createFolderStore(folder, { mode: recordMode, maxImages }),
    signal,
    pace,
    timeoutMs: timeoutSeconds * 1000,
  };
}
