import { join } from "node:path";
import type { Command } from "commander";
import { connectionWords, isConfigured } from "../connection.js";
import type { ConnectionFlags } from "../connection.js";
import { addFieldFlags } from "../field-flags.js";
import type { ReadFieldFlags } from "../field-flags.js";
import { finish, submit } from "../generation.js";
import { commandLine } from "../command-line.js";
import type { Result } from "../output.js";
import { perform } from "../perform.js";
import type { Context, OutputFlags } from "../perform.js";
import { newId, prepare, showRequest } from "../prepare.js";
import { showImages } from "../preview/show.js";
import { newRecord } from "../record.js";
import {
  addOutputFlags,
  addServiceFlags,
  dryRunOption,
  outOption,
  promptArgument,
  timeoutOption,
} from "../shared-flags.js";
import { refuseMisspeltCommand } from "../suggestion.js";
import { isTrial, trialPrompt } from "../trial.js";
import { withWorkplace } from "../workplace.js";

interface Flags extends ConnectionFlags, OutputFlags {
  out: string;
  timeout: number;
  dryRun?: boolean;
  preview?: boolean;
}

/** `generate PROMPT`: from a prompt to images on disk. */
export function addGenerate(program: Command): void {
  const command = program
    .command("generate", { isDefault: true })
    .summary("make images from a prompt and save them")
    .description("Make images from a prompt, wait until they are finished, and save them.")
    .addArgument(promptArgument())
    .addOption(outOption())
    .addOption(timeoutOption())
    .addOption(dryRunOption())
    .option("--preview", "show the images, if the terminal can (kitty, iTerm2, sixel)");
  addServiceFlags(command);
  addOutputFlags(command);
  const readFields = addFieldFlags(command);
  command.addHelpText("after", examples);
  command.action((prompt: string | undefined, flags: Flags) =>
    perform("generate", flags, (context) => {
      refuseMisspeltCommand(program, prompt);
      return generate(prompt, flags, readFields, context);
    }),
  );
}

const examples = `
Examples:
  $ tensorslab-images generate "a red fox in fresh snow" --resolution 16:9
  $ tensorslab-images generate "the same fox at night" --source photo.jpg
  $ tensorslab-images generate "a lighthouse at dusk" --batchsize 4 --out lighthouse
  $ echo "a red fox" | tensorslab-images generate - --json
  $ tensorslab-images generate "a red fox" --mock`;

async function generate(
  given: string | undefined,
  flags: Flags,
  readFields: ReadFieldFlags,
  context: Context,
): Promise<Result> {
  const { progress, known } = context;
  const { out } = flags;
  const prompt = given ?? (isTrial() ? trialPrompt : undefined);
  const { model, written, input, request } = await prepare(prompt, flags, readFields, context.signal);
  if (flags.dryRun) return showRequest(request);
  const mock = flags.mock || (isTrial() && !isConfigured(flags));
  if (mock && !flags.mock) {
    progress.note("There is no TENSORSLAB_API_KEY, so this runs on the built-in mock server.");
    progress.note("What you get is a drawing of its own, not the service's.");
  }

  const options = { folder: out, timeoutSeconds: flags.timeout };
  return withWorkplace({ ...flags, mock }, options, context, async (workplace) => {
    const { service, records } = workplace;
    const record = newRecord({ id: newId(), service, model: model.name, input: written });
    const connection = connectionWords(flags);
    Object.assign(known, { record, recordPath: records.pathOf(record.id), connection });
    // A mock server of this process ends with it, and its tasks with it.
    if (!mock) known.resumeCommand = commandLine("resume", out, ...connection);
    progress.state("submitting");
    const finished = await submit(record, input, true, workplace, {
      onTask: (taskid) => progress.state(`task ${taskid} accepted`),
    });
    const task = await finish(record, finished, workplace, {
      onStatus: ({ status }) => progress.state(`task ${record.taskid} ${status}`),
      onDownload: ({ index, bytes, totalBytes }, images) =>
        progress.transfer(`downloading image ${index + 1} of ${images}`, bytes, totalBytes),
    });
    const files = record.files.map((name) => join(out, name));
    if (flags.preview) await showImages(files, progress);
    const { taskid, width, height } = task;
    return { lines: files, data: { record: known.recordPath, taskid, width, height, files } };
  });
}
