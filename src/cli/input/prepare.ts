import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { baseUrlOf } from "../service/connection.js";
import type { Invocation } from "../invocation.js";
import { InvalidInputError } from "../../index.js";
import { UsageError } from "../exit-status.js";
import { readPrompt } from "./prompt.js";
import { openFiles, warnAboutFiles } from "./source-files.js";
import { findGarbled, nameSources } from "./written-input.js";
import type { WrittenInput } from "./written-input.js";
import type { ModelFields } from "./models.js";
import type { Result } from "../terminal/output.js";
import { createPlanner } from "./planned-request.js";
import type { PlannedRequest } from "./planned-request.js";

/** A valid input, ready to be sent. */
export interface Prepared {
  model: ModelFields;
  /** As it is written down: files by their absolute path. */
  written: WrittenInput;
  /** As it is sent: files opened. */
  input: Record<string, unknown>;
  request: PlannedRequest;
  /** The doubts about it, which were shown already. */
  warnings: string[];
}

/**
 * Reads the prompt and the flags, opens the files and validates everything.
 *
 * @throws {InvalidInputError} Fields do not match the document, or files cannot be read.
 */
export async function prepare(
  {
    words,
    flags,
    readFields,
    signal,
    progress,
  }: Pick<Invocation, "words" | "flags" | "readFields" | "signal" | "progress">,
  defaultPrompt?: string,
): Promise<Prepared> {
  const prompt = words[0] ?? defaultPrompt;
  if (prompt === undefined) {
    throw new UsageError(
      'No prompt. Put it first, as in: tensorslab-images generate "a red fox" --source photo.jpg',
      { more: ["All commands: tensorslab-images --help"] },
    );
  }
  const { model, written, sources } = readFields(await readPrompt(prompt, signal));
  const namePath = (path: string) => nameSources(path, sources, "--source");
  const garbled = findGarbled(written);
  if (garbled.length > 0) throw new InvalidInputError(garbled);
  for (const { name, type } of model.fields) {
    const value = written[name];
    if (type === "file" && value !== undefined) {
      written[name] = Array.isArray(value)
        ? value.map((path) => resolve(String(path)))
        : resolve(String(value));
    }
  }
  const input = await openFiles(model, written).catch((error: unknown) => rename(error, namePath));
  const plan = createPlanner(baseUrlOf(flags), namePath);
  const planned = await plan(model.name, input).catch((error: unknown) => rename(error, namePath));
  const warnings = [...warnAboutFiles(input), ...planned.warnings];
  for (const warning of warnings) progress.warn(`warning: ${warning}`);
  return { model, written, input, request: planned.request, warnings };
}

/** Throws an error of the input with other names for its places. */
function rename(error: unknown, namePath: (path: string) => string): never {
  if (!(error instanceof InvalidInputError)) throw error;
  throw new InvalidInputError(
    error.issues.map(({ path, message }) => ({ path: namePath(path), message })),
    { cause: error.cause },
  );
}

/** An id for a record that has none: the time in UTC, and something random. */
export function newId(): string {
  const time = new Date()
    .toISOString()
    .toLowerCase()
    .replaceAll(/[-:]|\.\d+/g, "");
  return `${time}-${randomBytes(3).toString("hex")}`;
}

/** Whether an id was made by {@link newId}. */
export const isGeneratedId = (id: string): boolean => /^\d{8}t\d{6}z-[0-9a-f]{6}$/i.test(id);

/** The result of `--dry-run`. */
export function showRequest({ request, warnings }: Pick<Prepared, "request" | "warnings">): Result {
  const { method, url, contentType, bodyBytes, fields } = request;
  const shown = Object.entries(fields).flatMap(([name, value]) =>
    [value].flat().map((item) => `${name}: ${typeof item === "string" ? item : JSON.stringify(item)}`),
  );
  const head = [`${method} ${url}`, `Content-Type: ${contentType}`, `Content-Length: ${bodyBytes}`];
  const lines = [...head, ...shown, "This is valid. Nothing was sent."];
  return { lines, data: { dryRun: true, request, warnings } };
}
