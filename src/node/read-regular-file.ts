import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";

/** Something that is not a regular file has the name of one. */
export class NotAFile extends Error {
  override readonly name = "NotAFile";
}

/**
 * Reads a small file as text; it is this very file, and not what a link leads to. This blocks, for some microseconds, a
 * tenth of what the thread pool costs: a generation reads its record many times.
 *
 * Reading a pipe would wait for its writer, and one of the few threads that read files with it; some devices have
 * no end.
 *
 * @throws {NotAFile} It is a link, a pipe, a socket or a device; for a folder, the system's error is thrown.
 */
export async function readRegularFile(path: string): Promise<string> {
  // Windows knows neither flag, and its folders hold no pipes or devices.
  const { O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = constants as Partial<typeof constants>;
  const file = openRegularFile(path, O_RDONLY! | O_NONBLOCK | O_NOFOLLOW);
  try {
    const found = fstatSync(file);
    if (!found.isFile() && !found.isDirectory()) throw new NotAFile(`${path} is not a regular file`);
    return readFileSync(file, "utf8");
  } finally {
    closeSync(file);
  }
}

function openRegularFile(path: string, flags: number): number {
  try {
    return openSync(path, flags);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    // Of a link, and of a socket.
    if (code === "ELOOP" || code === "ENXIO") throw new NotAFile(`${path} is not a regular file`);
    throw cause;
  }
}
