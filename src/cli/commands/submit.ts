import type { Command } from "commander";
import { commandLine } from "../command-line.js";
import { connectionWords } from "../connection.js";
import type { ConnectionFlags } from "../connection.js";
import { addFieldFlags } from "../field-flags.js";
import type { ReadFieldFlags } from "../field-flags.js";
import { submit } from "../generation.js";
import type { Result } from "../output.js";
import { perform } from "../perform.js";
import type { Context, OutputFlags } from "../perform.js";
import { newId, prepare, showRequest } from "../prepare.js";
import { newRecord } from "../record.js";
import { addOutputFlags, addServiceFlags, dryRunOption, outOption, promptArgument } from "../shared-flags.js";
import { withWorkplace } from "../workplace.js";

interface Flags extends ConnectionFlags, OutputFlags {
  out: string;
  dryRun?: boolean;
}

/** `submit PROMPT`: asks for images and does not wait for them. */
export function addSubmit(program: Command): void {
  const command = program
    .command("submit")
    .summary("ask for images and do not wait")
    .description("Ask for images and print the id of the task, without waiting for it.")
    .addArgument(promptArgument())
    .addOption(outOption())
    .addOption(dryRunOption());
  addServiceFlags(command);
  addOutputFlags(command);
  const readFields = addFieldFlags(command);
  command.addHelpText("after", examples);
  command.action((prompt: string | undefined, flags: Flags) =>
    perform("submit", flags, (context) => submitPrompt(prompt, flags, readFields, context)),
  );
}

const examples = `
Examples:
  $ tensorslab-images submit "a red fox in fresh snow" --out foxes
  $ tensorslab-images resume foxes              # later, here or in another terminal
  $ taskid=$(tensorslab-images submit "a red fox in fresh snow" --quiet)`;

async function submitPrompt(
  prompt: string | undefined,
  flags: Flags,
  readFields: ReadFieldFlags,
  context: Context,
): Promise<Result> {
  const { model, written, input, request } = await prepare(prompt, flags, readFields, context.signal);
  if (flags.dryRun) return showRequest(request);
  const { out } = flags;
  return withWorkplace(flags, { folder: out, timeoutSeconds: Infinity }, context, async (workplace) => {
    const { progress, known } = context;
    const { service, records } = workplace;
    const record = newRecord({ id: newId(), service, model: model.name, input: written });
    const connection = connectionWords(flags);
    Object.assign(known, {
      record,
      recordPath: records.pathOf(record.id),
      connection,
      resumeCommand: commandLine("resume", out, ...connection),
    });
    progress.state("submitting");
    await submit(record, input, true, workplace);
    const { taskid } = record;
    return { lines: [String(taskid)], data: { record: known.recordPath, taskid } };
  });
}
