import { lstatSync } from "node:fs";
import type { Stats } from "node:fs";

/** As many as are at work in a large batch; a record that is not remembered is read. */
const most = 500;

/** The last line of a file, and how many bytes the file has. */
export interface RecentLine {
  line: string;
  bytes: number;
}

/**
 * The last lines that this process wrote to files, for as long as the files are as it left them.
 *
 * A generation looks at its record at every step, and a look at the file's size and time costs a fraction of reading it.
 */
export interface RecentLines {
  find(path: string): RecentLine | undefined;
  /** @param bytes How many there are if nobody else wrote to the file meanwhile; if somebody did, nothing is found. */
  note(path: string, line: string, file: Stats, bytes: number): void;
  forget(path: string): void;
}

type Condition = Pick<Stats, "ino" | "mode" | "mtimeMs">;

/** Creates {@link RecentLines}. */
export function createRecentLines(): RecentLines {
  const files = new Map<string, RecentLine & Condition>();
  return {
    find(path) {
      const known = files.get(path);
      if (!known) return undefined;
      const found = lstatSync(path, { throwIfNoEntry: false });
      if (found && found.size === known.bytes && conditions.every((name) => found[name] === known[name]))
        return known;
      files.delete(path);
      return undefined;
    },
    note(path, line, { ino, mode, mtimeMs }, bytes) {
      files.delete(path); // to be the newest
      files.set(path, { line, bytes, ino, mode, mtimeMs });
      if (files.size > most) files.delete(files.keys().next().value!);
    },
    forget: (path) => void files.delete(path),
  };
}

const conditions = ["ino", "mode", "mtimeMs"] as const satisfies (keyof Condition)[];
