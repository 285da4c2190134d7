import { join } from "node:path";
import type { Command } from "commander";
import { AuthenticationError } from "../../index.js";
import { commandLine } from "../command-line.js";
import { connectionWords } from "../connection.js";
import type { ConnectionFlags } from "../connection.js";
import { withFolderLock } from "../folder-lock.js";
import { finish } from "../generation.js";
import type { Workplace } from "../generation.js";
import type { Result } from "../output.js";
import { perform } from "../perform.js";
import type { Context, OutputFlags } from "../perform.js";
import { runConcurrently } from "../queue.js";
import { openRecords } from "../record-files.js";
import { isUnknown, isUnpaid } from "../record.js";
import { addOutputFlags, addServiceFlags, concurrencyOption, timeoutOption } from "../shared-flags.js";
import { createTally } from "../tally.js";
import type { Tally } from "../tally.js";
import { withWorkplace } from "../workplace.js";

interface Flags extends ConnectionFlags, OutputFlags {
  timeout: number;
  concurrency: number;
}

/** `resume DIR`: everything that was accepted comes to its end. */
export function addResume(program: Command): void {
  const command = program
    .command("resume")
    .summary("finish what was interrupted, without submitting anything")
    .description(
      "Go through the records of a folder: wait for the tasks that were accepted, save the images that are " +
        "missing, and report what is unknown. Nothing is submitted.",
    )
    .argument("<folder>", "folder with records, as given to --out")
    .addOption(concurrencyOption("how many tasks to follow at the same time"))
    .addOption(timeoutOption());
  addServiceFlags(command);
  addOutputFlags(command);
  command.addHelpText("after", examples);
  command.action((folder: string, flags: Flags) =>
    perform("resume", flags, (context) => resume(folder, flags, context)),
  );
}

const examples = `
Examples:
  $ tensorslab-images resume images
  $ tensorslab-images resume foxes --timeout 60 --json`;

async function resume(folder: string, flags: Flags, context: Context): Promise<Result> {
  const ids = await openRecords(folder).list();
  const { progress, known } = context;
  const { timeout: timeoutSeconds, concurrency } = flags;
  known.resumeCommand = commandLine("resume", folder, ...connectionWords(flags));
  const tally = createTally(progress);
  const files: string[] = [];
  await withFolderLock(folder, () =>
    withWorkplace(flags, { folder, timeoutSeconds }, context, async (workplace) => {
      let done = 0;
      progress.count(done, ids.length);
      await runConcurrently(ids, ids.length, concurrency, context.signal, async (id) => {
        files.push(...(await resumeRecord(id, workplace, tally)));
        progress.count(++done, ids.length);
      });
    }),
  );
  const { counts, problems } = tally;
  if (ids.length === 0) progress.note(`There are no records in ${folder}`);
  else progress.note(tally.table().join("\n"));
  return { lines: files, data: { folder, counts, problems, files }, exitCode: tally.exitCode() };
}

/** Takes one record as far as it goes without a submit; gives the paths of the images that this has saved. */
async function resumeRecord(
  id: string,
  workplace: Workplace & { service: string },
  tally: Tally,
): Promise<string[]> {
  const { records, service, signal } = workplace;
  let problem: { id: string; taskid?: string | undefined } = { id };
  try {
    const record = await records.read(id);
    if (!record) return [];
    problem = { id, taskid: record.taskid };
    if (isUnknown(record)) {
      tally.add("unknown", { ...problem, message: `look in your account; see ${records.pathOf(id)}` });
    } else if (isUnpaid(record)) {
      tally.add("left", { ...problem, message: record.error?.message ?? "nothing was paid" });
    } else if (record.state === "failed") {
      tally.add("taskFailed", { ...problem, message: record.error?.message ?? "" });
    } else if (record.state === "saved" && (await records.haveFiles(record))) {
      tally.add("savedBefore");
      tally.images += record.files.length;
    } else if (record.service !== service) {
      tally.add("other", { ...problem, message: `it was submitted to ${record.service}, not to ${service}` });
    } else {
      await finish(record, undefined, workplace);
      tally.add("saved");
      tally.images += record.files.length;
      return record.files.map((name) => join(records.folder, name));
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof AuthenticationError) throw error; // no other record would fare better
    tally.addError(error as Error, { id });
  }
  return [];
}
