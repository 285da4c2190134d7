import { RecordError, TensorsLabError } from "../index.js";
import { Interrupted } from "./terminal/interruption.js";

/** Every exit status and its meaning, as `--help` and the guide list them; the numbers never change. */
export const exitStatusTable = {
  done: [0, "done"],
  other: [1, "anything else: no connection, a full disk, an unexpected response"],
  usage: [2, "invalid use or input; nothing was sent"],
  configuration: [3, "configuration or authentication: no key, a wrong key, an invalid URL"],
  credits: [4, "insufficient credits, or a limit of --max-images is reached"],
  refused: [5, "refused by the service"],
  taskFailed: [6, "the task failed"],
  stillRunning: [7, "the task was still running when the wait ended"],
  unknown: [8, "the outcome of a submit is unknown: it may have been paid for"],
  download: [9, "images are missing: a download is incomplete"],
  fewer: [10, "fewer images than were asked for"],
  onlyRefused: [11, "nothing to resume: only rows that were refused or not sent are left"],
  interrupted: [130, "interrupted by Ctrl-C (129 by SIGHUP, 143 by SIGTERM)"],
} as const satisfies Record<string, readonly [number, string]>;

/** The name of an exit status. */
export type Ending = keyof typeof exitStatusTable;

/** The number of an exit status. */
export const exitStatus = (ending: Ending): number => exitStatusTable[ending][0];

/** The table as `--help` prints it. */
export function listExitStatuses(): string {
  const rows = Object.values(exitStatusTable).map(
    ([status, meaning]) => `  ${String(status).padStart(3)}  ${meaning}`,
  );
  return ["Exit status:", ...rows].join("\n");
}

const byErrorCode: Partial<Record<string, Ending>> = {
  INVALID_INPUT: "usage",
  CONFIGURATION: "configuration",
  AUTHENTICATION: "configuration",
  INSUFFICIENT_CREDITS: "credits",
  SERVICE: "refused",
  RATE_LIMIT: "refused",
  TASK_FAILED: "taskFailed",
  WAIT_TIMEOUT: "stillRunning",
  OUTCOME_UNKNOWN: "unknown",
  DOWNLOAD: "download",
  RECORD_BUSY: "unknown",
  RECORD_CONFLICT: "usage",
  IMAGE_LIMIT: "credits",
};

/** The command was called in a way that cannot work. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly code = "USAGE";
  /** Further lines, for people. */
  readonly more: readonly string[];

  constructor(message: string, { more = [], ...options }: ErrorOptions & { more?: readonly string[] } = {}) {
    super(message, options);
    this.more = more;
  }
}

/** The exit status for an error, by name. */
export function endingOf(error: unknown): Ending {
  if (error instanceof Interrupted) return "interrupted";
  if (error instanceof UsageError || isUnfitFolder(error)) return "usage";
  return (error instanceof TensorsLabError && byErrorCode[error.code]) || "other";
}

/** Whether records cannot be written in that folder at all, which is the user's choice; a full disk is not. */
function isUnfitFolder(error: unknown): boolean {
  if (!(error instanceof RecordError) || error.outcome !== "not-sent") return false;
  const { code } = Object(error.cause) as { code?: unknown };
  return ["EACCES", "EPERM", "EROFS", "ENOTDIR", "EEXIST", "ENOENT", "ENAMETOOLONG", "ELOOP"].includes(
    String(code),
  );
}

/** The exit status for an error. */
export function exitStatusOf(error: unknown): number {
  return error instanceof Interrupted ? error.exitStatus : exitStatus(endingOf(error));
}
