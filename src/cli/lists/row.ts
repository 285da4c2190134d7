import type { WrittenInput } from "../input/written-input.js";

/** One row of a list, as it is written there. */
export interface WrittenRow {
  /** The line that it begins in, from 1, as editors count. */
  line: number;
  fields: WrittenInput;
  /** The fields whose values stood in the column {@link sourceColumn}. */
  sources?: string[] | undefined;
}

/** Something that is wrong with a row, or with the list. */
export interface Fault {
  line: number;
  path: string;
  message: string;
}

export const isFault = (row: object): row is Fault => "message" in row;

/** The column or property that takes files and URLs, as the flag of this name does. */
export const sourceColumn = "source";
