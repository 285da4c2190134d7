import { dirname, resolve } from "node:path";
import { createRowRunner } from "../batch/carry-out.js";
import { checkJobs } from "../batch/check.js";
import { createNameRow } from "../batch/job.js";
import type { Job } from "../batch/job.js";
import { runConcurrently } from "../batch/queue.js";
import { openResults } from "../batch/results.js";
import { keepHeapSmall } from "../batch/small-heap.js";
import { createTally } from "../batch/tally.js";
import { noteRows, onlyValidated } from "../batch/validated-rows.js";
import type { RowDigests } from "../batch/validated-rows.js";
import { exitStatusOf } from "../exit-status.js";
import { ImageLimitError } from "../../index.js";
import { createFolderStore } from "../../node/index.js";
import { checkFolder, runAlone } from "../generation/folder.js";
import { defaultModel, findModel } from "../input/models.js";
import type { ModelFields } from "../input/models.js";
import { openFiles } from "../input/source-files.js";
import { openList } from "../lists/read-list.js";
import { isFault } from "../lists/row.js";
import type { Fault, WrittenRow } from "../lists/row.js";
import { connectWithoutKey } from "../service/connection.js";
import { chooseConcurrency } from "../service/open-files.js";
import { openWorkplace } from "../service/workplace.js";
import type { Invocation } from "../invocation.js";
import type { Result } from "../terminal/output.js";

interface Flags {
  model: string;
  out: string;
  concurrency: number;
  timeout: number;
  recordMode: number;
  dryRun?: boolean;
  limit?: number;
  maxImages?: number;
  maxImagesPerDay?: number;
  breakLock?: boolean;
  resubmitUnknown?: boolean;
  resubmitFailed?: boolean;
}

/** `batch JOBS`: from a list to a folder of images. */
export async function batch(invocation: Invocation<Flags>): Promise<Result> {
  const { words, flags, progress, signal, known, commandFor } = invocation;
  const [list = ""] = words;
  const { out: folder, timeout: timeoutSeconds } = flags;
  const concurrency = chooseConcurrency(flags.concurrency, progress);
  const model = findModel(flags.model) ?? defaultModel;
  const read = await openList(list);
  const { resubmitUnknown = false, resubmitFailed = false } = flags;
  const resubmit = { resubmitUnknown, resubmitFailed };
  const open = (job: Job) => openFiles(model, job.written, (path) => resolve(dirname(list), path));

  const jobs = () => jobsOf(read(model), model);
  const digests: RowDigests = [];
  const check = (maxImages?: number) => {
    progress.state(`validating ${list}`);
    const client = connectWithoutKey(flags);
    const records = createFolderStore(folder);
    const limits = { resubmit, limit: flags.limit, maxImages };
    return checkJobs(noteRows(jobs(), digests), {
      list,
      client,
      records,
      model,
      open,
      signal,
      progress,
      ...limits,
    });
  };
  if (flags.dryRun) {
    const records = createFolderStore(folder);
    await checkFolder(records);
    const { maxImages: inRun = Infinity, maxImagesPerDay: inDay } = flags;
    const today = inDay === undefined ? Infinity : inDay - (await records.countToday());
    const { rows, submits, images, left, warnings } = await check(Math.min(inRun, today));
    const valid = rows === 1 ? "1 row is valid" : `${rows} rows are valid`;
    const what = `${valid}; ${submits} would be submitted, for ${images} ${images === 1 ? "image" : "images"}`;
    const rest = left === 0 ? "" : `, and ${left} left for a later run by a limit`;
    return {
      lines: [`${what}${rest}. Nothing was sent.`],
      data: { dryRun: true, rows, submits, images, left, warnings },
    };
  }

  keepHeapSmall();
  const maxImages = { run: flags.maxImages, day: flags.maxImagesPerDay };
  const { recordMode } = flags;
  const options = { folder, timeoutSeconds, recordMode, concurrency, patience: 8, maxImages };
  const workplace = await openWorkplace(invocation, options);
  const { rows, tasks } = await check();
  const modelWords = model === defaultModel ? [] : ["--model", model.name];
  const command = commandFor("batch", list, "--out", folder, ...modelWords);
  known.resumeCommand = command;
  const tally = createTally(progress);
  const results = await openResults(folder);
  const { limit } = flags;
  const runner = createRowRunner({ model, workplace, tally, results, open, resubmit, tasks, limit });
  const summary = () => {
    const { counts, images, problems } = tally;
    return { folder, rows, counts, images, problems };
  };
  await runAlone(workplace.records, flags, async () => {
    let done = 0;
    progress.count(done, rows, 0);
    try {
      await runConcurrently(onlyValidated(jobs(), digests), rows, concurrency, signal, async (job) => {
        await runner.run(job);
        done++;
        progress.count(done, rows, done - tally.counts.savedBefore);
      });
    } finally {
      tally.addRest(rows);
      known.summary = summary();
      if (signal.aborted) for (const line of tally.table()) progress.warn(line);
      // What is on disk and paid for is in the records; this is a list of it.
      const warn = ({ message }: Error) => progress.warn(`The results cannot be listed: ${message}`);
      await results.save().catch(warn);
    }
  });
  const stopped = runner.stopped();
  const exitCode = stopped ? exitStatusOf(stopped) : tally.exitStatus(limit === undefined ? [] : ["left"]);
  const warning = tally.warning();
  if (warning !== undefined) progress.warn(warning);
  if (stopped) progress.note(`Stopped submitting: ${withFlag(stopped as Error)}`);
  for (const line of tally.advice(command)) progress.note(line);
  return { lines: tally.table(), data: summary(), exitCode };
}

/** An error's message; a limit is called by the flag that sets it here, in place of the store's option. */
function withFlag(error: Error): string {
  const flag = error instanceof ImageLimitError && limitFlags[error.period!];
  return flag ? error.message.replace(/`maxImages\.\w+`/, `\`${flag}\``) : error.message;
}

const limitFlags = { run: "--max-images", day: "--max-images-per-day" };

async function* jobsOf(
  rows: AsyncIterable<WrittenRow | Fault>,
  model: ModelFields,
): AsyncGenerator<Job | Fault> {
  const nameRow = createNameRow(model);
  for await (const row of rows) yield isFault(row) ? row : nameRow(row);
}
