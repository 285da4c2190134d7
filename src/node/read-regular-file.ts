import { constants } from "node:fs";
import { open } from "node:fs/promises";

/** Something that is not a regular file has the name of one. */
export class NotAFile extends Error {
  override readonly name = "NotAFile";
}

/**
 * Reads a small file as text; it is this very file, and not what a link leads to.
 *
 * Reading a pipe would wait for whoever writes to it, and one of the few threads that read files with it; some devices have
 * no end.
 *
 * @throws {NotAFile} It is a link, a pipe, a socket or a device; for a folder, the system's error is thrown.
 */
export async function readRegularFile(path: string): Promise<string> {
  // Windows knows neither flag, and its folders hold no pipes or devices.
  const { O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = constants as Partial<typeof constants>;
  const file = await open(path, O_RDONLY! | O_NONBLOCK | O_NOFOLLOW).catch((cause: NodeJS.ErrnoException) => {
    // Of a link, and of a socket.
    if (cause.code === "ELOOP" || cause.code === "ENXIO") throw new NotAFile(`${path} is not a regular file`);
    throw cause;
  });
  try {
    const found = await file.stat();
    if (!found.isFile() && !found.isDirectory()) throw new NotAFile(`${path} is not a regular file`);
    return await file.readFile("utf8");
  } finally {
    await file.close();
  }
}
