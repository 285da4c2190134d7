import { join } from "node:path";
import { Argument } from "commander";
import { AuthenticationError, readRecord } from "../../index.js";
import { createFolderStore } from "../../node/index.js";
import { unsavedOf } from "../batch/carry-out.js";
import { createTally } from "../batch/tally.js";
import type { Tally } from "../batch/tally.js";
import { runConcurrently } from "../batch/queue.js";
import { defineCommand } from "../command.js";
import {
  breakLockOption,
  concurrencyOption,
  outputOptions,
  serviceOptions,
  timeoutOption,
} from "../flags.js";
import { listRecords, runAlone } from "../generation/folder.js";
import { finish, haveFiles, isUnknown, isUnpaid } from "../generation/generation.js";
import type { Workplace } from "../generation/generation.js";
import { openWorkplace } from "../service/workplace.js";

interface Flags {
  timeout: number;
  concurrency: number;
  breakLock?: boolean;
}

/** `resume FOLDER`: finishes everything that was accepted. */
export const resume = defineCommand<Flags>({
  name: "resume",
  summary: "finish what was interrupted, without submitting anything",
  description:
    "Read the records of a folder: wait for the tasks that were accepted, save the images that are missing, and " +
    "report what is unknown. Nothing is submitted.",
  argument: new Argument("<folder>", "folder with records, as given to --out"),
  options: [
    concurrencyOption("how many tasks to wait for at the same time"),
    timeoutOption(),
    breakLockOption(),
    ...serviceOptions(),
    ...outputOptions(),
  ],
  examples: `
Examples:
  $ tensorslab-images resume images
  $ tensorslab-images resume foxes --timeout 60 --json`,
  async work(invocation) {
    const { words, flags, progress, known, signal, commandFor } = invocation;
    const [folder = ""] = words;
    const store = createFolderStore(folder);
    const ids = await listRecords(store);
    const { timeout: timeoutSeconds, concurrency } = flags;
    known.resumeCommand = commandFor("resume", folder);
    const tally = createTally(progress);
    const files: string[] = [];
    await runAlone(store, flags, async () => {
      const workplace = await openWorkplace(invocation, { folder, timeoutSeconds });
      let done = 0;
      progress.count(done, ids.length, 0);
      await runConcurrently(ids, ids.length, concurrency, signal, async (id) => {
        files.push(...(await resumeRecord(id, folder, workplace, tally)));
        done++;
        progress.count(done, ids.length, done - tally.counts.savedBefore);
      });
    });
    const { counts, problems } = tally;
    const warning = tally.warning();
    if (warning !== undefined) progress.warn(warning);
    if (ids.length === 0) progress.note(`There are no records in ${folder}`);
    else progress.note(tally.table().join("\n"));
    return { lines: files, data: { folder, counts, problems, files }, exitCode: tally.exitStatus() };
  },
});

/** Finishes one record as far as possible without a submit; returns the paths of the images that this has saved. */
async function resumeRecord(
  id: string,
  folder: string,
  workplace: Workplace,
  tally: Tally,
): Promise<string[]> {
  const { records, service, signal } = workplace;
  let problem: { id: string; taskid?: string | undefined } = { id };
  try {
    const record = await readRecord(records, id);
    if (!record) return [];
    problem = { id, taskid: record.taskid };
    if (isUnknown(record)) {
      tally.add("unknown", { ...problem, message: `look in your account; see ${records.pathOf(id)}` });
    } else if (isUnpaid(record)) {
      tally.add("left", { ...problem, message: record.error?.message ?? "nothing was paid" });
    } else if (record.state === "failed") {
      tally.add("taskFailed", { ...problem, message: record.error?.message ?? "" });
    } else if (record.state === "saved" && (await haveFiles(record, records))) {
      tally.add("savedBefore");
      tally.images += record.files.length;
    } else if (record.service !== service) {
      tally.add("other", { ...problem, message: `it was submitted to ${record.service}, not to ${service}` });
    } else {
      const { files } = await finish(id, undefined, workplace);
      tally.add("saved");
      tally.images += files.length;
      return files.map((name) => join(folder, name));
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof AuthenticationError) throw error; // every other record would fail in the same way
    tally.addError(error as Error, { id }, await unsavedOf(id, workplace));
  }
  return [];
}
