import { join } from "node:path";
import { AuthenticationError, readRecord } from "../../index.js";
import type { GenerationRecord } from "../../index.js";
import { createFolderStore } from "../../node/index.js";
import { resultOf } from "../batch/carry-out.js";
import { createTally } from "../batch/tally.js";
import type { RowResult, Tally } from "../batch/tally.js";
import { runConcurrently } from "../batch/queue.js";
import { listRecords, runAlone } from "../generation/folder.js";
import { finish, haveFiles } from "../generation/generation.js";
import type { Workplace } from "../generation/generation.js";
import { isUnknown, isUnpaid } from "../generation/payment.js";
import { chooseConcurrency } from "../service/open-files.js";
import { openWorkplace } from "../service/workplace.js";
import type { Invocation } from "../invocation.js";
import type { Result } from "../terminal/output.js";

interface Flags {
  timeout: number;
  recordMode: number;
  concurrency: number;
  breakLock?: boolean;
}

/** `resume FOLDER`: finishes everything that was accepted. */
export async function resume(invocation: Invocation<Flags>): Promise<Result> {
  const { words, flags, progress, known, signal, commandFor } = invocation;
  const [folder = ""] = words;
  const store = createFolderStore(folder);
  const ids = await listRecords(store);
  const { timeout: timeoutSeconds } = flags;
  const concurrency = chooseConcurrency(flags.concurrency, progress);
  known.resumeCommand = commandFor("resume", folder);
  const tally = createTally(progress);
  const files: string[] = [];
  await runAlone(store, flags, async () => {
    const workplace = await openWorkplace(invocation, {
      folder,
      timeoutSeconds,
      recordMode: flags.recordMode,
    });
    let done = 0;
    progress.count(done, ids.length, 0);
    try {
      await runConcurrently(ids, ids.length, concurrency, signal, async (id) => {
        files.push(...(await resumeRecord(id, folder, workplace, tally)));
        done++;
        progress.count(done, ids.length, done - tally.counts.savedBefore);
      });
    } finally {
      known.summary = { folder, counts: tally.counts, problems: tally.problems, files };
      if (signal.aborted) for (const line of tally.table()) progress.warn(line);
    }
  });
  const { counts, problems } = tally;
  const warning = tally.warning();
  if (warning !== undefined) progress.warn(warning);
  if (ids.length === 0) progress.note(`There are no records in ${folder}`);
  else for (const line of tally.table()) progress.note(line);
  return { lines: files, data: { folder, counts, problems, files }, exitCode: tally.exitStatus() };
}

/** Finishes one record as far as possible without a submit; returns the paths of the images that this has saved. */
async function resumeRecord(
  id: string,
  folder: string,
  workplace: Workplace,
  tally: Tally,
): Promise<string[]> {
  const { records, service, signal } = workplace;
  let record: GenerationRecord | undefined;
  try {
    record = await readRecord(records, id);
    if (!record) return [];
    const problem = { id, taskid: record.taskid };
    const { state, error } = record;
    if (isUnknown(record)) {
      tally.add("unknown", { ...problem, message: `look in your account; see ${records.pathOf(id)}` });
    } else if (isUnpaid(record)) {
      const reason = error?.message ?? "nothing was paid";
      tally.add("refusedBefore", { ...problem, message: `${reason}; \`batch\` submits it again` });
    } else if (state === "failed") {
      const message = `${error?.message ?? ""}; \`batch --resubmit-failed\` submits it again`;
      tally.add("taskFailed", { ...problem, message });
    } else if (state === "saved" && (await haveFiles(record, records))) {
      countSaved(record, "savedBefore", tally);
    } else if (record.service !== service) {
      tally.add("other", { ...problem, message: `it was submitted to ${record.service}, not to ${service}` });
    } else {
      const finished = await finish(id, undefined, workplace);
      countSaved(finished.record, "saved", tally);
      return finished.record.files.map((name) => join(folder, name));
    }
  } catch (error) {
    const known = (await readRecord(records, id).catch(() => undefined)) ?? record;
    const taskid = known?.taskid;
    tally.add(known ? resultOf(known) : "other", { id, taskid, message: (error as Error).message }, known);
    if (signal.aborted) throw signal.reason;
    if (error instanceof AuthenticationError) throw error; // every other record would fail in the same way
  }
  return [];
}

function countSaved({ id, taskid, files, images }: GenerationRecord, result: RowResult, tally: Tally): void {
  tally.images += files.length;
  if (files.length >= images) return tally.add(result);
  tally.add("fewer", { id, taskid, message: `${files.length} of ${images} images` });
}
