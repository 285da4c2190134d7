import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { open, realpath, stat } from "node:fs/promises";
import { basename, isAbsolute, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { detectImageType, escapeText } from "../index.js";

/** An image that an agent named, read into memory: what is sent is what was checked. */
export interface SourceFile {
  file: File;
  sha256: string;
}

/** A path that may not, or cannot, be read; the message is for the agent. */
export class UnfitPath extends Error {
  override readonly name = "UnfitPath";
}

/** They are kept in memory while they are sent. */
const largestFileBytes = 64 * 1024 * 1024;

/**
 * Reads an image that an agent named, if it lies below one of the folders that a person has allowed.
 *
 * A path outside of them is refused before the disk is accessed, so that an agent cannot find out which files exist. A link
 * is followed only if it points below these folders, and the file that is read is the one that was checked.
 *
 * @param path Absolute, a `file:` URL, or relative to one of the folders.
 * @throws {UnfitPath} It is outside of the folders, does not exist, or does not begin like an image.
 */
export async function readSourceFile(path: string, roots: readonly string[]): Promise<SourceFile> {
  const shown = JSON.stringify(escapeText(path));
  const realRoots = await Promise.all(roots.map((root) => realpath(root).catch(() => resolve(root))));
  const found = await locate(path, shown, [...roots, ...realRoots]);
  const real = await realpath(found).catch(() => undefined);
  if (real === undefined) throw new UnfitPath(`${shown} does not exist; check the path`);
  if (!isBelow(real, realRoots)) {
    throw new UnfitPath(`${shown} is a link that leads out of the allowed folders (${list(roots)})`);
  }
  // Non-blocking, in case it is a pipe.
  const handle = await open(real, constants.O_RDONLY | constants.O_NONBLOCK).catch(
    (error: NodeJS.ErrnoException) => {
      throw new UnfitPath(`${shown} cannot be read (${error.code}); check its permissions`);
    },
  );
  try {
    const opened = await handle.stat();
    if (!opened.isFile()) throw new UnfitPath(`${shown} is not a file`);
    if (opened.size > largestFileBytes)
      throw new UnfitPath(`${shown} is larger than 64 MiB; make it smaller`);
    const bytes = await handle.readFile();
    // A folder on the way may have been replaced by a link since: then this is another file, or leads elsewhere.
    const again = await realpath(found).catch(() => undefined);
    const named = await stat(real).catch(() => undefined);
    if (again !== real || named?.ino !== opened.ino || named.dev !== opened.dev) {
      throw new UnfitPath(`${shown} was replaced while it was read; try again`);
    }
    const type = detectImageType(bytes)?.type;
    if (type === undefined) throw new UnfitPath(`${shown} is not an image by its first bytes`);
    return {
      file: new File([bytes], basename(found), { type }),
      sha256: createHash("sha256").update(bytes).digest("hex"),
    };
  } finally {
    await handle.close();
  }
}

/** Resolves a path; a relative one belongs to the first folder that has such a file. */
async function locate(path: string, shown: string, roots: readonly string[]): Promise<string> {
  const plain = toPath(path);
  if (plain === undefined || plain.includes("\0")) throw new UnfitPath(`${shown} is not a path`);
  const candidates = isAbsolute(plain) ? [resolve(plain)] : roots.map((root) => resolve(root, plain));
  const allowed = candidates.filter((candidate) => isBelow(candidate, roots));
  for (const candidate of allowed) if (await exists(candidate)) return candidate;
  if (allowed[0] !== undefined) throw new UnfitPath(`${shown} does not exist; check the path`);
  throw new UnfitPath(
    `${shown} is outside of the allowed folders (${list(roots)}); a person can allow a folder with \`--root\``,
  );
}

function toPath(path: string): string | undefined {
  if (!/^file:/i.test(path)) return path;
  try {
    return fileURLToPath(path);
  } catch {
    return undefined;
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

function isBelow(path: string, roots: readonly string[]): boolean {
  return roots.some((root) => {
    const way = relative(root, path);
    return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
  });
}

const list = (roots: readonly string[]): string =>
  [...new Set(roots)].map((each) => escapeText(each)).join(", ");
