import { createReadStream } from "node:fs";
import { parse } from "csv-parse";
import { readValue } from "../input/written-input.js";
import type { WrittenInput } from "../input/written-input.js";
import type { Field, ModelFields } from "../input/models.js";
import { idColumn } from "../batch/job.js";
import type { Fault, WrittenRow } from "./read-list.js";

const listSeparator = ";";

/**
 * Reads a table whose first row names the columns; an empty cell leaves its field out.
 *
 * A cell of a field that takes several values has them with semicolons in between.
 */
export async function* readCsv(path: string, model: ModelFields): AsyncGenerator<WrittenRow | Fault, void> {
  const source = createReadStream(path);
  const parser = source.pipe(
    parse({ bom: true, info: true, relax_column_count: true, skip_empty_lines: true }),
  );
  source.on("error", (error) => parser.destroy(error));
  let header: string[] | undefined;
  let line = 1;
  try {
    for await (const { record, info } of parser as AsyncIterable<ParsedRow>) {
      if (!header) {
        header = record.map((name) => name.trim());
        const faults = checkHeader(header);
        yield* faults;
        if (faults.length > 0) return;
      } else if (record.length !== header.length) {
        yield {
          line,
          path: "",
          message: `has ${record.length} cells, but there are ${header.length} columns`,
        };
      } else {
        yield { line, fields: readCells(header, record, model) };
      }
      line = info.lines + 1;
    }
  } catch (error) {
    yield { line, path: "", message: `is no CSV: ${(error as Error).message}` };
  }
}

interface ParsedRow {
  record: string[];
  /** How many lines were read so far. */
  info: { lines: number };
}

function checkHeader(header: string[]): Fault[] {
  const repeated = header.filter((name, index) => header.indexOf(name) !== index);
  const faults = repeated.map((name) => ({ line: 1, path: name, message: "is the name of several columns" }));
  return header.includes("")
    ? [...faults, { line: 1, path: "", message: "has a column without a name" }]
    : faults;
}

function readCells(header: string[], cells: string[], { fields }: ModelFields): WrittenInput {
  const entries = header.flatMap((name, index): [string, unknown][] => {
    const cell = cells[index]!;
    if (cell === "") return [];
    const field = fields.find((candidate) => candidate.name === name);
    return [[name, field && name !== idColumn ? readCell(field, cell) : cell]];
  });
  return Object.fromEntries(entries);
}

function readCell(field: Field, cell: string): unknown {
  if (!field.array) return readValue(field, cell);
  const items = cell.split(listSeparator).map((item) => item.trim());
  return items.filter((item) => item !== "").map((item) => readValue(field, item));
}
