import { TensorsLabError } from "../index.js";
import { Interrupted } from "./interruption.js";

/** What the exit status says; these numbers never change. */
export const exitCodes = {
  done: 0,
  other: 1,
  usage: 2,
  configuration: 3,
  credits: 4,
  refused: 5,
  taskFailed: 6,
  stillRunning: 7,
  unknown: 8,
  download: 9,
} as const;

const byErrorCode: Record<string, number> = {
  INVALID_INPUT: exitCodes.usage,
  CONFIGURATION: exitCodes.configuration,
  AUTHENTICATION: exitCodes.configuration,
  INSUFFICIENT_CREDITS: exitCodes.credits,
  SERVICE: exitCodes.refused,
  RATE_LIMIT: exitCodes.refused,
  TASK_FAILED: exitCodes.taskFailed,
  WAIT_TIMEOUT: exitCodes.stillRunning,
  OUTCOME_UNKNOWN: exitCodes.unknown,
  DOWNLOAD: exitCodes.download,
};

/** The command was called in a way that cannot work. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly code = "USAGE";
}

/** The exit status for an error. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof Interrupted) return error.exitCode;
  if (error instanceof UsageError) return exitCodes.usage;
  return (error instanceof TensorsLabError && byErrorCode[error.code]) || exitCodes.other;
}
