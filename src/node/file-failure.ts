/** Why nothing can be written in a folder, in words, by the code of the system's error. */
const reasons: Record<string, string> = {
  EACCES: "there is no permission to write there (EACCES)",
  EPERM: "there is no permission to write there (EPERM)",
  EROFS: "the file system is read-only (EROFS)",
  ENOTDIR: "a part of the path is not a folder (ENOTDIR)",
  EEXIST: "a part of the path is not a folder (EEXIST)",
};

/** Says in words why a file could not be written. */
export function explainWriteFailure({ code = "", message }: NodeJS.ErrnoException): string {
  return reasons[code] ?? message;
}

/** Whether an error is the system's, rather than one of this package. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}
