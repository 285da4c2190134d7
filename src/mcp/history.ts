import { lstat, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { readRecord } from "../index.js";
import type { GenerationRecord } from "../index.js";
import type { FolderStore } from "../node/index.js";

/** Time that a result is given again to the same call, counted from when it was first delivered. */
const repeatMs = 10 * 60_000;

/**
 * Distinguishes a repeated call from a new one. Its state is on disk, so it survives a crash of the server.
 *
 * The record of a generation has an id like `mcp-generate_image-<digest>-1`: the tool, the digest of the input, and a
 * number, which rises when new images are wanted for the same input. Beside the record, a hidden file says when its result was delivered.
 */
export interface History {
  /**
   * Chooses the record of a call: the newest with the same digest, or a new one if new images are wanted.
   *
   * @param isActive Whether a generation of this process is under way for a record.
   */
  choose(kind: string, isAgain: boolean, isActive: (id: string) => boolean): Promise<string>;
  /** Records that the result of a record was delivered. */
  markDelivered(record: GenerationRecord): Promise<void>;
  /** The record of a task; undefined if there is none in the folder. */
  findTask(taskid: string): Promise<GenerationRecord | undefined>;
  /** The newest records, the newest first; those that cannot be read are left out. */
  listRecent(limit: number): Promise<GenerationRecord[]>;
}

/** Whether a submit of that record may cost nothing: there was none, or it proved to be free. */
export const isUnpaid = (record: GenerationRecord | undefined): boolean =>
  record === undefined || record.state === "not-sent" || record.state === "rejected";

/** Creates the {@link History} of a folder. */
export function createHistory(records: FolderStore): History {
  const idsByTask = new Map<string, string>();

  async function listIds(): Promise<string[]> {
    return records.list().catch(() => []); // there is no folder yet
  }

  /** When the result of a record was first delivered; undefined if it was not. */
  async function deliveredAt({ id, taskid }: GenerationRecord): Promise<number | undefined> {
    // A record may have been deleted and its name used again for another task.
    const [time = "", task] = (await readMark(markPath(id)).catch(() => "")).split(" ");
    return task === taskid && !Number.isNaN(Date.parse(time)) ? Date.parse(time) : undefined;
  }

  /** Whether a repeated call means that record: its result was not delivered yet, or only recently. */
  async function isCurrent(id: string): Promise<boolean> {
    const record = await readRecord(records, id);
    const delivered = record?.taskid === undefined ? undefined : await deliveredAt(record);
    return delivered === undefined || Date.now() - delivered < repeatMs;
  }

  const markPath = (id: string): string =>
    join(records.folder, `.${basename(records.pathOf(id), ".record.json")}.delivered`);

  const read = (id: string): Promise<GenerationRecord | undefined> =>
    readRecord(records, id).catch(() => undefined);

  return {
    async choose(kind, isAgain, isActive) {
      const ids = (await listIds()).filter((id) => id.startsWith(`${kind}-`));
      ids.sort((one, other) => numberOf(one) - numberOf(other));
      const latest = ids.at(-1);
      if (latest === undefined) return `${kind}-1`;
      const next = `${kind}-${numberOf(latest) + 1}`;
      if (!isAgain) {
        // A repeated call means the first result until that expires; then the newest one.
        const first = ids.findLast((id) => !id.endsWith(againSuffix)) ?? latest;
        for (const id of [first, latest]) if (await isCurrent(id)) return id;
        return next;
      }
      const record = await readRecord(records, latest);
      // A person must look at a submit that may have been paid for without a task, even if new images are wanted.
      if (record?.taskid === undefined)
        return isActive(latest) && !latest.endsWith(againSuffix) ? next + againSuffix : latest;
      // The call that asked for another one may itself be repeated.
      const isRepeated = latest.endsWith(againSuffix) && (await deliveredAt(record)) === undefined;
      return isRepeated ? latest : next + againSuffix;
    },
    async markDelivered(record) {
      if ((await deliveredAt(record)) !== undefined) return; // the first time counts
      const mark = `${new Date().toISOString()} ${record.taskid}`;
      // Without the file, the result is given again for longer, and nothing is paid for twice.
      const path = markPath(record.id);
      // A new file: what has the name may be a link to a file elsewhere.
      await rm(path, { force: true })
        .then(() => writeFile(path, mark, { mode: 0o600, flag: "wx" }))
        .catch(() => undefined);
    },
    async findTask(taskid) {
      const known = idsByTask.get(taskid);
      const record = known === undefined ? undefined : await read(known);
      if (record?.taskid === taskid) return record;
      for (const id of await listIds()) {
        const each = await read(id);
        if (each?.taskid !== undefined) idsByTask.set(each.taskid, id);
        if (each?.taskid === taskid) return each;
      }
      return undefined;
    },
    async listRecent(limit) {
      const all: GenerationRecord[] = [];
      for (const id of await listIds()) {
        const record = await read(id);
        if (record) all.push(record);
      }
      return all.sort((one, other) => (one.createdAt < other.createdAt ? 1 : -1)).slice(0, limit);
    },
  };
}

const againSuffix = "-again";

const numberOf = (id: string): number => Number(/-(\d+)(?:-again)?$/.exec(id)?.[1] ?? 0);

/** Reads a mark, unless it is a pipe, which would block, or a link, which may point elsewhere. */
async function readMark(path: string): Promise<string> {
  return (await lstat(path)).isFile() ? readFile(path, "utf8") : "";
}
