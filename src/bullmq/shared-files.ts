import { realpath } from "node:fs/promises";
import { resolve } from "node:path";
import { InvalidInputError } from "../index.js";
import type { Model, ModelInput } from "../index.js";
import { fileFromPath } from "../node/index.js";
import { filesOf, isInside } from "./job.js";
import type { ImageJob } from "./job.js";

/**
 * Opens the files that a job names, which are read while they are sent.
 *
 * @throws {InvalidInputError} There is no such file, or a link leads out of the shared folder.
 */
export async function openSharedFiles<M extends Model>(
  { model, input }: ImageJob<M>,
  sharedFolder: string | undefined,
): Promise<ModelInput<M>> {
  const opened: Record<string, unknown> = { ...input };
  for (const name of filesOf(model).files) {
    const value = opened[name];
    if (value === undefined || value === null || sharedFolder === undefined) continue;
    const open = (path: unknown) => openFile(name, String(path), sharedFolder);
    opened[name] = Array.isArray(value) ? await Promise.all(value.map(open)) : await open(value);
  }
  return opened as ModelInput<M>;
}

async function openFile(name: string, given: string, sharedFolder: string) {
  const path = resolve(sharedFolder, given);
  const refuse = (message: string, cause?: unknown): never => {
    throw new InvalidInputError([{ path: name, message: `${given} ${message}` }], { cause });
  };
  // A path that cannot be resolved, as of no file, is refused by what opens it.
  const [folder, target] = await Promise.all(
    [sharedFolder, path].map((each) => realpath(each).catch(() => each)),
  );
  if (!isInside(folder!, target!))
    refuse(`must be a file in the shared folder ${sharedFolder}, and is a link out of it`);
  try {
    return await fileFromPath(path);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return refuse(error.issues[0]!.message.replace(`${path} `, ""), error);
  }
}
