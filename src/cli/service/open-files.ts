import type { Progress } from "../terminal/progress.js";

/** The files and connections that a row has open at most: four images, each a connection and a file, and its record. */
const filesPerRow = 10;

/** The files that the process has open anyway. */
const otherFiles = 32;

/** A concurrency that needs no more than this; the system is not asked. */
const modestConcurrency = 16;

/** The concurrency that was asked for, or the most that the system allows, with a warning. */
export function chooseConcurrency(wanted: number, progress: Progress): number {
  if (wanted <= modestConcurrency) return wanted;
  const mayOpen = openFilesLimit();
  const chosen = fittingConcurrency(wanted, mayOpen);
  if (chosen < Math.min(wanted, 10_000)) {
    progress.warn(
      `Only ${chosen} at the same time: this process may open ${mayOpen} files; see \`ulimit -n\``,
    );
  }
  return chosen;
}

/** Number of rows that can be in progress with the files that this process may open; sockets count as such. */
function fittingConcurrency(wanted: number, mayOpen: number): number {
  return Math.min(wanted, Math.max(1, Math.floor((mayOpen - otherFiles) / filesPerRow)));
}

/** Infinity where the system has no limit, or does not say. */
function openFilesLimit(): number {
  const { userLimits } = (process.report?.getReport() ?? {}) as {
    userLimits?: { open_files?: { soft?: number | string } };
  };
  return Number(userLimits?.open_files?.soft) || Infinity;
}
