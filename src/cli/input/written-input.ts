import { addAbortSignal } from "node:stream";
import { buffer } from "node:stream/consumers";
import { InvalidInputError } from "../../index.js";
import type { InputIssue } from "../../index.js";
import { fileFromPath } from "../../node/index.js";
import { UsageError } from "../exit-status.js";
import { detectEncoding } from "../lists/encoding.js";
import type { Field, ModelFields } from "./models.js";
import { headLength, isHeic, refusalOf } from "./source-kind.js";

/** A model's fields as they are written down: files are named by path. */
export type WrittenInput = Record<string, unknown>;

/** Text from a flag or a table as a value of its field; text that is no such value stays text, and validation names it. */
export function readValue({ type }: Field, written: string): unknown {
  const trimmed = written.trim();
  if (type === "integer" || type === "number") return isNumber(trimmed) ? Number(trimmed) : written;
  if (type === "boolean") return trimmed === "true" || (trimmed === "false" ? false : written);
  if (type !== "json") return written;
  try {
    return JSON.parse(written);
  } catch {
    return written;
  }
}

const isNumber = (text: string): boolean => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text);

/**
 * The prompt; `-` reads it from standard input.
 *
 * @throws The signal's reason, if it is aborted before the end of standard input.
 */
export async function readPrompt(prompt: string, signal: AbortSignal): Promise<string> {
  if (prompt !== "-") return prompt;
  const bytes = await buffer(addAbortSignal(signal, process.stdin)).catch((error: unknown) => {
    signal.throwIfAborted();
    throw error;
  });
  const typed = new TextDecoder(await detectEncoding([bytes], "standard input")).decode(bytes);
  if (typed.trim() === "") throw new UsageError("Standard input has no prompt");
  return typed.trim();
}

/** Texts with the character that takes the place of what could not be decoded: they were garbled before they came here. */
export function findGarbled(written: WrittenInput): InputIssue[] {
  const garbled = Object.entries(written).filter(
    ([, value]) => typeof value === "string" && value.includes("\ufffd"),
  );
  return garbled.map(([path]) => ({
    path,
    message: "is garbled: it has the character U+FFFD; write it as UTF-8",
  }));
}

/** Puts each source where the model takes it: addresses in one field, files in the other. */
export function placeSources(model: ModelFields, sources: readonly string[]): WrittenInput {
  const addresses = sources.filter((source) => /^https?:\/\//i.test(source));
  const paths = sources.filter((source) => !addresses.includes(source));
  const input: WrittenInput = {};
  if (paths.length > 0) {
    if (!model.files) throw new UsageError(`${model.name} takes no files`);
    input[model.files.name] = paths;
  }
  if (addresses.length > 0) {
    if (model.address === undefined) throw new UsageError(`${model.name} takes no URL of a source`);
    if (addresses.length > 1) throw new UsageError(`${model.name} takes one URL as its source, not several`);
    input[model.address] = addresses[0];
  }
  return input;
}

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

/** An input without its files, to validate the rest. */
export function withoutFiles({ fields }: ModelFields, written: WrittenInput): WrittenInput {
  const isFile = (name: string) => fields.some((field) => field.name === name && field.type === "file");
  return Object.fromEntries(Object.entries(written).filter(([name]) => !isFile(name)));
}
