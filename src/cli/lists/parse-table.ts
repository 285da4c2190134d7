import type { Fault } from "./row.js";

/** A row of a table, and the line that it begins in. */
export interface TableRow {
  line: number;
  cells: string[];
}

/** Characters of a first line without an end that are enough to choose a delimiter: what is longer is hardly a table. */
const longestHeader = 64 * 1024;

/**
 * Parses a table as spreadsheets write it: quoted cells may hold delimiters, line breaks and doubled quotes.
 *
 * CR, LF and CRLF end a row, also mixed. Spaces around a cell are dropped, but not within quotes; a quote within a cell
 * that does not begin with one is text. Rows without any text are skipped. A fault does not end the table.
 *
 * @param chooseDelimiter Called once, with the first line that is not blank.
 */
export async function* parseTable(
  text: AsyncIterable<string>,
  chooseDelimiter: (line: string) => string,
): AsyncGenerator<TableRow | Fault, void> {
  let delimiter: string | undefined;
  let line = 1;
  let row: TableRow = { line, cells: [] };
  let fault: string | undefined;
  let cell = "";
  /** `closed`: after the quote that ends a cell, or the first of two that stand for one. */
  let state: "start" | "plain" | "quoted" | "closed" = "start";
  let quotedSince = 1;
  let previous = "";

  function endCell(): void {
    row.cells.push(state === "plain" || state === "start" ? cell.trim() : cell);
    cell = "";
    state = "start";
  }
  function endRow(): TableRow | Fault | undefined {
    endCell();
    const { line: began, cells } = row;
    const problem = fault;
    row = { line, cells: [] };
    fault = undefined;
    if (problem !== undefined) return { line: began, path: "", message: problem };
    return cells.some((each) => each !== "") ? { line: began, cells } : undefined;
  }
  function read(character: string): TableRow | Fault | undefined {
    const isBreak = character === "\n" || character === "\r";
    const isSecondOfBreak = character === "\n" && previous === "\r";
    previous = character;
    if (isBreak && !isSecondOfBreak) line++;
    if (state === "quoted") {
      if (character === '"') state = "closed";
      else cell += character;
      return undefined;
    }
    if (isSecondOfBreak) return undefined;
    if (isBreak) return endRow();
    if (character === delimiter) endCell();
    else if (state === "closed") {
      if (character === '"') {
        cell += character;
        state = "quoted";
      } else if (character.trim() !== "") fault ??= "has text after the closing quote of a cell";
    } else if (state === "start" && character === '"') {
      cell = "";
      state = "quoted";
      quotedSince = line;
    } else {
      cell += character;
      if (character.trim() !== "") state = "plain";
    }
    return undefined;
  }

  let head = "";
  for await (const chunk of text) {
    head += chunk;
    if (delimiter === undefined) {
      const [first = "", ...rest] = head.trimStart().split(/[\r\n]/, 2);
      if (rest.length === 0 && first.length < longestHeader) continue;
      delimiter = chooseDelimiter(first);
    }
    for (const character of head) {
      const result = read(character);
      if (result) yield result;
    }
    head = "";
  }
  if (head !== "") {
    delimiter ??= chooseDelimiter(head);
    for (const character of head) {
      const result = read(character);
      if (result) yield result;
    }
  }
  if ((state as string) === "quoted") {
    return yield { line: quotedSince, path: "", message: "has a cell whose quote is never closed" };
  }
  if (cell !== "" || row.cells.length > 0) {
    const last = endRow();
    if (last) yield last;
  }
}
