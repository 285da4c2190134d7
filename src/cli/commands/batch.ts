import { dirname, resolve } from "node:path";
import type { Command } from "commander";
import { checkJobs } from "../batch/check.js";
import { createNameRow } from "../batch/job.js";
import type { Job } from "../batch/job.js";
import { findReader, isFault } from "../batch/rows.js";
import type { Fault, WrittenRow } from "../batch/rows.js";
import { createRun } from "../batch/run.js";
import { commandLine } from "../command-line.js";
import { baseUrlOf, connectionWords, serviceOf } from "../connection.js";
import type { ConnectionFlags } from "../connection.js";
import { exitCodeOf, UsageError } from "../exit-codes.js";
import { withFolderLock } from "../folder-lock.js";
import { openFiles } from "../input.js";
import { defaultModel, findModel } from "../models.js";
import type { ModelFields } from "../models.js";
import type { Result } from "../output.js";
import { perform } from "../perform.js";
import type { Context, OutputFlags } from "../perform.js";
import { runConcurrently } from "../queue.js";
import { openRecords } from "../record-files.js";
import { createPlanner } from "../request.js";
import {
  addOutputFlags,
  addServiceFlags,
  concurrencyOption,
  modelOption,
  outOption,
  timeoutOption,
} from "../shared-flags.js";
import { createTally } from "../tally.js";
import { withWorkplace } from "../workplace.js";

interface Flags extends ConnectionFlags, OutputFlags {
  model: string;
  out: string;
  concurrency: number;
  timeout: number;
  dryRun?: boolean;
  resubmitUnknown?: boolean;
  resubmitFailed?: boolean;
}

/** `batch JOBS`: from a list to a folder of images. */
export function addBatch(program: Command): void {
  const command = program
    .command("batch")
    .summary("make the images of a whole list")
    .description(
      "Make the images of a list: a JSON object on each line (.jsonl), or a table whose first row names the " +
        "columns (.csv). A row has the fields of the model and, if you like, an id. Every row is checked before the " +
        "first is sent. A second run does only what is not done.",
    )
    .argument("<jobs>", "the list")
    .addOption(modelOption())
    .addOption(outOption())
    .addOption(concurrencyOption("how many rows to work on at the same time"))
    .addOption(timeoutOption())
    .option("--dry-run", "check the list, and send nothing; needs no key")
    .option("--resubmit-unknown", "submit rows again whose outcome is unknown: they may be paid for twice")
    .option("--resubmit-failed", "submit rows again whose task failed");
  addServiceFlags(command);
  addOutputFlags(command);
  command.addHelpText("after", examples);
  command.action((list: string, flags: Flags) =>
    perform("batch", flags, (context) => batch(list, flags, context)),
  );
}

const examples = `
Paths in a list are relative to the list. In a table, several values of a cell have semicolons in between.

Examples:
  $ cat foxes.jsonl
  {"id": "snow", "prompt": "a red fox in fresh snow", "resolution": "16:9"}
  {"id": "night", "prompt": "the same fox at night", "sourceImage": ["photo.jpg"]}
  $ tensorslab-images batch foxes.jsonl --dry-run
  $ tensorslab-images batch foxes.jsonl --out foxes --concurrency 16`;

async function batch(list: string, flags: Flags, context: Context): Promise<Result> {
  const { progress, signal, known } = context;
  const { out: folder, concurrency, timeout: timeoutSeconds } = flags;
  const model = findModel(flags.model) ?? defaultModel;
  const read = await findReader(list);
  const open = (job: Job) => openFiles(model, job.written, (path) => resolve(dirname(list), path));

  const jobs = () => jobsOf(read(list, model), model);
  const check = () => {
    progress.state(`checking ${list}`);
    const plan = createPlanner(baseUrlOf(flags));
    const records = openRecords(folder);
    return checkJobs(jobs(), { list, records, model, plan, open, signal, service: serviceOf(flags) });
  };
  if (flags.dryRun) {
    const rows = await check();
    return { lines: [`${rows} rows are valid. Nothing was sent.`], data: { dryRun: true, rows } };
  }

  const options = { folder, timeoutSeconds, concurrency, patience: 8 };
  return withWorkplace(flags, options, context, async (workplace) => {
    const rows = await check();
    const modelWords = model === defaultModel ? [] : ["--model", model.name];
    known.resumeCommand = commandLine(
      "batch",
      list,
      "--out",
      folder,
      ...modelWords,
      ...connectionWords(flags),
    );
    const tally = createTally(progress);
    const { resubmitUnknown = false, resubmitFailed = false } = flags;
    const run = createRun({ model, workplace, tally, open, resubmitUnknown, resubmitFailed });
    await withFolderLock(folder, async () => {
      let done = 0;
      progress.count(done, rows);
      await runConcurrently(withoutFaults(jobs()), rows, concurrency, signal, async (job) => {
        await run.job(job);
        progress.count(++done, rows);
      });
    });
    const stopped = run.stopped();
    const exitCode = stopped ? exitCodeOf(stopped) : tally.exitCode();
    if (stopped) progress.note(`Stopped submitting: ${(stopped as Error).message}`);
    if (exitCode !== 0) progress.note(`To go on: ${known.resumeCommand}`);
    const { counts, images, problems } = tally;
    return { lines: tally.table(), data: { folder, rows, counts, images, problems }, exitCode };
  });
}

async function* jobsOf(
  rows: AsyncIterable<WrittenRow | Fault>,
  model: ModelFields,
): AsyncGenerator<Job | Fault> {
  const nameRow = createNameRow(model);
  for await (const row of rows) yield isFault(row) ? row : nameRow(row);
}

/** All rows were found to be right before. */
async function* withoutFaults(jobs: AsyncIterable<Job | Fault>): AsyncGenerator<Job> {
  for await (const job of jobs) {
    if (isFault(job) || job.fault)
      throw new UsageError(`Line ${job.line} was changed while the list was at work`);
    yield job;
  }
}
