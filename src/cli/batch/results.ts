import { randomUUID } from "node:crypto";
import { lstat, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { printable, printableJson } from "../terminal/printable.js";

/** The result of a row: an entry of `results.jsonl` and `results.csv`. */
export interface RowReport {
  line: number;
  /** The row's id, or the name that its content gave it. */
  row: string;
  state: string;
  taskid: string | undefined;
  /** Names of its images, in the folder. */
  files: readonly string[];
  width: number | undefined;
  height: number | undefined;
  /** Number of images that it asks for, and of those that there are. */
  requested: number;
  received: number;
}

/** Collects the reports of a run. */
export interface Results {
  /** Adds a report; without a size, that of an earlier run is kept. */
  add(report: RowReport): void;
  /** Writes the reports in the order of the list; rows that were not reached are not in them. */
  save(): Promise<void>;
}

const columns = [
  "line",
  "row",
  "state",
  "taskid",
  "files",
  "width",
  "height",
  "requested",
  "received",
] as const satisfies (keyof RowReport)[];

/** Reads the sizes of an earlier run, since only a task that is read has them. */
export async function openResults(folder: string): Promise<Results> {
  const path = join(folder, "results");
  const sizes = await readSizes(`${path}.jsonl`);
  const reports: RowReport[] = [];
  return {
    add(report) {
      const { width, height } = report.width === undefined ? { ...sizes.get(String(report.taskid)) } : report;
      reports.push({ ...report, width, height });
    },
    async save() {
      if (reports.length === 0) return;
      const sorted = reports.toSorted((one, other) => one.line - other.line);
      await replace(
        `${path}.jsonl`,
        sorted.map((report) => `${printableJson(JSON.stringify(report))}\n`).join(""),
      );
      const rows = sorted.map((report) => columns.map((column) => toCell(report[column])).join(","));
      await replace(`${path}.csv`, [columns.join(","), ...rows].map((row) => `${row}\r\n`).join(""));
    },
  };
}

type Size = Partial<Pick<RowReport, "width" | "height">>;

/** The sizes by task; a file that is missing or damaged has none. */
async function readSizes(path: string): Promise<Map<string, Size>> {
  const isFile = await lstat(path).then(
    (found) => found.isFile(), // to read a pipe would wait for its writer
    () => false,
  );
  const text = isFile ? await readFile(path, "utf8").catch(() => "") : "";
  const sizes = new Map<string, Size>();
  for (const line of text.split("\n")) {
    try {
      const { taskid, width, height } = JSON.parse(line) as RowReport;
      if (Number.isInteger(width) && Number.isInteger(height)) sizes.set(String(taskid), { width, height });
    } catch {
      // Not an entry of ours.
    }
  }
  return sizes;
}

function toCell(value: RowReport[keyof RowReport]): string {
  const text = printable(Array.isArray(value) ? value.join(";") : String(value ?? ""));
  // A spreadsheet would run what begins like a formula; a task id is the service's text.
  const shown = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",;\r\n]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
}

/** A reader sees the old file or the new one, never a part. */
async function replace(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, text);
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}
