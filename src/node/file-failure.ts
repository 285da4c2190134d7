import { stat } from "node:fs/promises";
import { dirname } from "node:path";

/** Why a file cannot be written or read, in words, by the code of the system's error. */
const reasons: Record<string, string> = {
  EACCES: "there is no permission to write there (EACCES)",
  EPERM: "there is no permission to write there (EPERM)",
  EROFS: "the file system is read-only (EROFS)",
  ENOTDIR: "a part of the path is not a folder (ENOTDIR)",
  EEXIST: "a part of the path is not a folder (EEXIST)",
};

/** Says in words why a file could not be written. */
export async function explainWriteFailure(error: NodeJS.ErrnoException): Promise<string> {
  const { code = "", message } = error;
  return (reasons[code] ?? message) + (await explainOwner(error));
}

/** Says in words why a file could not be read. */
export async function explainReadFailure(error: NodeJS.ErrnoException): Promise<string> {
  return `(${error.code})${await explainOwner(error)}`;
}

/** Names who owns what this process may not use, and who this process is; empty for other failures. */
async function explainOwner({ code, path }: NodeJS.ErrnoException): Promise<string> {
  const self = process.geteuid?.();
  if (!["EACCES", "EPERM"].includes(String(code)) || path === undefined || self === undefined) return "";
  for (let each = path; ; each = dirname(each)) {
    const found = await stat(each).catch(() => undefined); // not there, or not to be seen
    if (found) return `: ${each} belongs to user ${found.uid}, and this process runs as user ${self}`;
    if (each === dirname(each)) return "";
  }
}

/** Whether an error is the system's, rather than one of this package. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}
