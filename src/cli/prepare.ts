import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { baseUrlOf } from "./connection.js";
import type { ConnectionFlags } from "./connection.js";
import { UsageError } from "./exit-codes.js";
import type { ReadFieldFlags } from "./field-flags.js";
import { openFiles, readPrompt } from "./input.js";
import type { WrittenInput } from "./input.js";
import type { ModelFields } from "./models.js";
import type { Result } from "./output.js";
import { createPlanner } from "./request.js";
import type { PlannedRequest } from "./request.js";

/** An input that is known to be fit for sending. */
export interface Prepared {
  model: ModelFields;
  /** As it is written down: files by their absolute path. */
  written: WrittenInput;
  /** As it is sent: files opened. */
  input: Record<string, unknown>;
  request: PlannedRequest;
}

/**
 * Reads the prompt and the flags, opens the files and checks everything.
 *
 * @throws {InvalidInputError} Fields break the document, or files cannot be read.
 */
export async function prepare(
  prompt: string | undefined,
  flags: ConnectionFlags,
  readFields: ReadFieldFlags,
  signal: AbortSignal,
): Promise<Prepared> {
  if (prompt === undefined) {
    throw new UsageError(
      'There is no prompt. Put it first, as in: tensorslab-images generate "a red fox" --source photo.jpg\n' +
        "All commands: tensorslab-images --help",
    );
  }
  const { model, written } = readFields(await readPrompt(prompt, signal));
  for (const { name, type } of model.fields) {
    const value = written[name];
    if (type === "file" && value !== undefined) {
      written[name] = Array.isArray(value)
        ? value.map((path) => resolve(String(path)))
        : resolve(String(value));
    }
  }
  const input = await openFiles(model, written);
  const request = await createPlanner(baseUrlOf(flags))(model.name, input);
  return { model, written, input, request };
}

/** An id for a record that nobody names: when, in UTC, and something random. */
export function newId(): string {
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, "");
  return `${time}-${randomBytes(3).toString("hex")}`;
}

/** What `--dry-run` shows. */
export function showRequest(request: PlannedRequest): Result {
  const { method, url, contentType, bodyBytes, fields } = request;
  const shown = Object.entries(fields).flatMap(([name, value]) =>
    [value].flat().map((item) => `${name}: ${typeof item === "string" ? item : JSON.stringify(item)}`),
  );
  const head = [`${method} ${url}`, `Content-Type: ${contentType}`, `Content-Length: ${bodyBytes}`];
  const lines = [...head, ...shown, "This is valid. Nothing was sent."];
  return { lines, data: { dryRun: true, request } };
}
