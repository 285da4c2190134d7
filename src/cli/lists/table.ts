import { escapeText } from "../../index.js";
import { idColumn } from "../batch/job.js";
import type { Field, ModelFields } from "../input/models.js";
import { readValue } from "../input/written-input.js";
import type { WrittenInput } from "../input/written-input.js";
import { closestName, didYouMean } from "../suggestion.js";
import { parseTable } from "./parse-table.js";
import { sourceColumn } from "./row.js";
import type { Fault, WrittenRow } from "./row.js";

const listSeparator = ";";
const delimiters = { comma: ",", semicolon: ";", tab: "\t" };

/**
 * Reads a table whose first row names the columns; an empty cell leaves its field out.
 *
 * A cell of a field that takes several values has them with semicolons in between.
 */
export async function* readTable(
  text: AsyncIterable<string>,
  model: ModelFields,
  given?: string,
): AsyncGenerator<WrittenRow | Fault, void> {
  const names = [...model.fields.map(({ name }) => name), idColumn, sourceColumn];
  let delimiter = given;
  const chooseDelimiter = (line: string) => (delimiter ??= findDelimiter(line, names));
  let columns: Column[] | undefined;
  for await (const row of parseTable(text, chooseDelimiter)) {
    if ("message" in row) yield row;
    else if (!columns) {
      columns = row.cells.map((written) => findColumn(written, names));
      yield* checkColumns(columns, names, model, row.line, delimiter!);
      if (!model.prompt || !columns.some(({ name }) => name === model.prompt)) return; // every row would lack it
    } else if (row.cells.length !== columns.length) {
      const message = `has ${row.cells.length} cells, but there are ${columns.length} columns`;
      yield { line: row.line, path: "", message };
    } else {
      yield { line: row.line, fields: readCells(columns, row.cells, model) };
    }
  }
}

/** A column of the table, and the name that it has or was meant to have. */
interface Column {
  written: string;
  name: string | undefined;
}

/** The delimiter with which most columns have a known name. */
function findDelimiter(header: string, names: readonly string[]): string {
  const countKnown = (delimiter: string) =>
    header.split(delimiter).filter((cell) => isKnown(cell.replaceAll('"', "").trim(), names)).length;
  const [best = delimiters.comma] = Object.values(delimiters).sort(
    (one, other) => countKnown(other) - countKnown(one),
  );
  return best;
}

const isKnown = (written: string, names: readonly string[]): boolean =>
  names.some((name) => name.toLowerCase() === written.toLowerCase());

function findColumn(written: string, names: readonly string[]): Column {
  const name = names.includes(written)
    ? written
    : names.find((known) => known.toLowerCase() === written.toLowerCase());
  // A misspelt column is one fault; the faults of its cells are found as if it were spelt well.
  return { written, name: name ?? (written === "" ? undefined : closestName(written, names)) };
}

function checkColumns(
  columns: readonly Column[],
  names: readonly string[],
  model: ModelFields,
  line: number,
  delimiter: string,
): Fault[] {
  const faults: Fault[] = [];
  const note = (message: string) => void faults.push({ line, path: "", message });
  const [separated] = Object.entries(delimiters).find(([, each]) => each === delimiter)!;
  for (const [index, { written, name }] of columns.entries()) {
    const other = columns.slice(0, index).find((earlier) => name !== undefined && earlier.name === name);
    if (written === "") note(`column ${index + 1} has no name`);
    else if (!isKnown(written, names)) {
      const looksSeparated = /[;\t|:,]/.exec(written);
      const hint = looksSeparated
        ? ` Columns may be separated by commas, semicolons or tabs; here it is a ${separated}.`
        : didYouMean(written, names) || ` Columns: ${names.join(", ")}.`;
      note(`Unknown column \`${escapeText(written, { maxLength: 100 })}\`.${hint}`);
    } else if (other) note(`columns \`${other.written}\` and \`${written}\` are the same field`);
  }
  if (model.prompt && !columns.some(({ name }) => name === model.prompt)) {
    note(`has no column \`${model.prompt}\`; the first row must name the columns`);
  }
  return faults;
}

function readCells(columns: readonly Column[], cells: readonly string[], model: ModelFields): WrittenInput {
  const entries = columns.flatMap(({ name }, index): [string, unknown][] => {
    const cell = cells[index]!;
    if (cell === "" || name === undefined) return [];
    if (name === sourceColumn) return [[name, splitCell(cell)]];
    const field = model.fields.find((candidate) => candidate.name === name);
    return [[name, field && name !== idColumn ? readCell(field, cell) : cell]];
  });
  return Object.fromEntries(entries);
}

function readCell(field: Field, cell: string): unknown {
  if (!field.array) return readValue(field, cell);
  return splitCell(cell).map((item) => readValue(field, item));
}

const splitCell = (cell: string): string[] =>
  cell
    .split(listSeparator)
    .map((item) => item.trim())
    .filter((item) => item !== "");
