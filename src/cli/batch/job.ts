import { createHash } from "node:crypto";
import type { WrittenInput } from "../input/written-input.js";
import type { ModelFields } from "../input/models.js";
import type { Fault, WrittenRow } from "../lists/row.js";

/** The column or property that names a row; it is not a field of the model. */
export const idColumn = "id";

/** A row that has its name. */
export interface Job {
  line: number;
  id: string;
  /** The fields as they stand in the row. */
  written: WrittenInput;
  sources?: WrittenRow["sources"];
  /** The fault in its id, if there is one. */
  fault?: Fault | undefined;
}

/** Gives rows their names; must see all rows of a list in order, the same in every run. */
export type NameRow = (row: WrittenRow) => Job;

/**
 * A row without an id is named by a hash of its content, and by a number if it is there more than once. So rows can be
 * added, moved and removed between runs, and a changed row is a new one.
 */
export function createNameRow(model: ModelFields): NameRow {
  const lines = new Map<string, number>();
  const repeats = new Map<string, number>();

  function nameByContent(written: WrittenInput): string {
    const digest = hash(model, written);
    const repeat = (repeats.get(digest) ?? 0) + 1;
    repeats.set(digest, repeat);
    return repeat === 1 ? digest : `${digest}-${repeat}`;
  }

  function faultOf(id: unknown, line: number): Fault | undefined {
    if (!isFit(id)) return { line, path: idColumn, message: idRule };
    // A JSON number of more digits was read as another one, whose name the images would get.
    if (Number.isInteger(id) && !Number.isSafeInteger(id))
      return { line, path: idColumn, message: exactRule };
    // Some file systems take Fox and fox for the same name.
    const folded = String(id).toLowerCase();
    const earlier = lines.get(folded);
    if (earlier !== undefined) {
      return { line, path: idColumn, message: `${String(id)} is the id of line ${earlier} already` };
    }
    lines.set(folded, line);
    return undefined;
  }

  return ({ line, fields, sources }) => {
    const { [idColumn]: given, ...written } = fields;
    const id = given ?? nameByContent(written);
    return { line, id: String(id), written, sources, fault: faultOf(id, line) };
  };
}

const isFit = (id: unknown): boolean =>
  (typeof id === "string" || typeof id === "number") && /^[a-z0-9][\w.-]{0,99}$/i.test(String(id));

const idRule =
  "must be 1 to 100 letters, digits, dots, hyphens and underscores, the first of them a letter or a digit";

const exactRule = "is a number that cannot be read exactly: put it in quotation marks";

function hash({ name }: ModelFields, written: WrittenInput): string {
  const sorted = Object.entries(written).sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify([name, sorted]))
    .digest("hex")
    .slice(0, 16);
}
