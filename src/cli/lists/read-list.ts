import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { extname } from "node:path";
import { UsageError } from "../exit-status.js";
import type { ModelFields } from "../input/models.js";
import { placeSources } from "../input/written-input.js";
import { detectEncoding, readText } from "./encoding.js";
import { readJsonArray, readJsonLines } from "./json.js";
import { isFault, sourceColumn } from "./row.js";
import type { Fault, WrittenRow } from "./row.js";
import { readTable } from "./table.js";
import { readPrompts } from "./text.js";

type ReadRows = (text: AsyncIterable<string>, model: ModelFields) => AsyncGenerator<WrittenRow | Fault, void>;

const readers: Record<string, ReadRows> = {
  ".jsonl": readJsonLines,
  ".ndjson": readJsonLines,
  ".json": readJsonArray,
  ".csv": readTable,
  ".tsv": (text, model) => readTable(text, model, "\t"),
  ".txt": readPrompts,
};

/** Reads the rows of a list; each call reads it from the beginning. */
export type ReadList = (model: ModelFields) => AsyncGenerator<WrittenRow | Fault, void>;

/**
 * Opens a list; the end of its name says how it is read. Lists are read twice: validated whole, then submitted.
 *
 * @throws {UsageError} There is no such file, its kind is unknown, or its text is not UTF-8 or UTF-16.
 */
export async function openList(path: string): Promise<ReadList> {
  const refuse = (cause: NodeJS.ErrnoException): never => {
    throw new UsageError(
      `The list ${path} cannot be read (${cause.code}); check the path and its permissions`,
      { cause },
    );
  };
  if (path === "-") {
    throw new UsageError(
      "A list is read twice, which standard input cannot be: save it as a file, such as jobs.jsonl",
    );
  }
  const found = await stat(path).catch(refuse);
  if (!found.isFile()) {
    throw new UsageError(`${path} is not a regular file; it is read twice, so save the list to a file first`);
  }
  await (await open(path).catch(refuse)).close();
  const readRows = readers[extname(path).toLowerCase()];
  if (!readRows) {
    throw new UsageError(`${path} must end in ${Object.keys(readers).join(", ")}, which says how it is read`);
  }
  const encoding = await detectEncoding(createReadStream(path), path);
  return async function* (model) {
    for await (const row of readRows(readText(path, encoding), model)) {
      yield isFault(row) ? row : placeSourceOf(row, model);
    }
  };
}

/** Puts the sources of a row where the model takes them. */
function placeSourceOf(row: WrittenRow, model: ModelFields): WrittenRow | Fault {
  const { [sourceColumn]: given, ...fields } = row.fields;
  const isField = model.fields.some(({ name }) => name === sourceColumn);
  if (given === undefined || isField) return row;
  const refuse = (message: string): Fault => ({ line: row.line, path: sourceColumn, message });
  const sources = [given].flat();
  if (!sources.every((source) => typeof source === "string")) {
    return refuse("must be a path or a URL, or a list of them");
  }
  try {
    const placed = placeSources(model, sources);
    const both = Object.keys(placed).find((name) => name in fields);
    if (both !== undefined) return refuse(`and \`${both}\` exclude each other`);
    return { line: row.line, fields: { ...fields, ...placed }, sources: Object.keys(placed) };
  } catch (error) {
    if (error instanceof UsageError) return refuse(`cannot be used: ${error.message}`);
    throw error;
  }
}
