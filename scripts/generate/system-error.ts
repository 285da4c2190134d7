import { readFile } from "node:fs/promises";

/** An error of the file system or the network, as Node reports it. */
interface SystemError extends Error {
  code: string;
  syscall: string;
  path?: string;
  /** Where a file was to be moved to. */
  dest?: string;
}

const reasons: Record<string, string> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  EISDIR: "it is a folder, but must be a file",
  ENOTDIR: "a part of its path is a file, but must be a folder",
  EEXIST: "it is a file, but must be a folder",
  ENOENT: "it does not exist",
  ENOSPC: "no space is left on the disk",
};

/** The text of a file; an error names the file, which Node's does not always. */
export async function readText(path: string): Promise<string> {
  return readFile(path, "utf8").catch((error: Error) => {
    throw Object.assign(error, { path });
  });
}

/** Whether an error is one of the file system or the network. */
export const isSystemError = (error: unknown): error is SystemError =>
  error instanceof Error && "code" in error && "syscall" in error;

/** Describes such an error: the file, and why it cannot be used. */
export function describeSystemError(
  { code, syscall, path = syscall, dest = path }: SystemError,
  name = dest,
): string {
  const reason = reasons[code];
  return `${name}: cannot be used: ${reason ? `${reason} (${code})` : code}`;
}
