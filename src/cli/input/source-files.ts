import { InvalidInputError } from "../../index.js";
import type { InputIssue } from "../../index.js";
import { fileFromPath } from "../../node/index.js";
import type { ModelFields } from "./models.js";
import { headLength, isHeic, refusalOf } from "./source-kind.js";
import type { WrittenInput } from "./written-input.js";

/** Resolves a path in an input. */
export type LocateFile = (path: string) => string;

/**
 * Opens the files that an input names.
 *
 * @throws {InvalidInputError} listing every file that cannot be read.
 */
export async function openFiles(
  model: ModelFields,
  written: WrittenInput,
  locate: LocateFile = (path) => path,
): Promise<Record<string, unknown>> {
  const input = { ...written };
  const issues: InputIssue[] = [];
  for (const { name, type, array } of model.fields) {
    const value = input[name];
    if (type !== "file" || value === undefined || value === null) continue;
    const opened = await Promise.allSettled([value].flat().map((path) => openFile(path, locate)));
    for (const result of opened)
      if (result.status === "rejected") issues.push(...issuesOf(result.reason, name));
    const files = opened.map((result) => (result.status === "fulfilled" ? result.value : undefined));
    input[name] = array ? files : files[0];
  }
  if (issues.length > 0) throw new InvalidInputError(issues);
  return input;
}

/**
 * Opens an image; a value that is not a path stays, and validation names it.
 *
 * @throws {InvalidInputError} It cannot be read, or is not an image by its first bytes: it would be paid for.
 */
async function openFile(path: unknown, locate: LocateFile): Promise<unknown> {
  if (typeof path !== "string") return path;
  const file = await fileFromPath(locate(path));
  const head = new Uint8Array(await file.slice(0, headLength).arrayBuffer());
  const refusal = refusalOf(head);
  if (refusal)
    throw new InvalidInputError([{ path: "", message: `${path} is not an image: it is ${refusal}` }]);
  return isHeic(head) && file.type === "" ? fileFromPath(locate(path), { type: "image/heic" }) : file;
}

function issuesOf(error: unknown, path: string): InputIssue[] {
  if (!(error instanceof InvalidInputError)) throw error;
  return error.issues.map(({ message }) => ({ path, message }));
}

/** Warnings about files that the service may refuse after all. */
export function warnAboutFiles(input: Record<string, unknown>): string[] {
  const files = Object.values(input)
    .flat()
    .filter((value) => value instanceof File);
  return files
    .filter(({ type }) => type === "image/heic")
    .map(({ name }) => `${name} is a HEIC photo, which the service may not read: convert it to JPEG or PNG`);
}
