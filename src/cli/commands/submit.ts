import { defineCommand } from "../command.js";
import { dryRunOption, outOption, outputOptions, promptArgument, serviceOptions } from "../flags.js";
import { submit as submitRecord } from "../generation/generation.js";
import { newRecord } from "../generation/record.js";
import { newId, prepare, showRequest } from "../input/prepare.js";
import { serviceWords } from "../service/connection.js";
import { openWorkplace } from "../service/workplace.js";

interface Flags {
  out: string;
  dryRun?: boolean;
}

/** `submit PROMPT`: submits and does not wait. */
export const submit = defineCommand<Flags>({
  name: "submit",
  summary: "submit a prompt and do not wait",
  description: "Submit a prompt and print the id of the task, without waiting for it.",
  argument: promptArgument(),
  options: [outOption(), dryRunOption(), ...serviceOptions(), ...outputOptions()],
  takesFields: true,
  examples: `
Examples:
  $ tensorslab-images submit "a red fox in fresh snow" --out foxes
  $ tensorslab-images resume foxes              # later, here or in another terminal
  $ taskid=$(tensorslab-images submit "a red fox in fresh snow" --quiet)`,
  async work(invocation) {
    const { flags, known, progress, commandFor } = invocation;
    const { model, written, input, request } = await prepare(invocation);
    if (flags.dryRun) return showRequest(request);
    const { out } = flags;
    const workplace = await openWorkplace(invocation, { folder: out, timeoutSeconds: Infinity });
    const { service, records } = workplace;
    const record = newRecord({ id: newId(), service, model: model.name, input: written });
    Object.assign(known, {
      record,
      recordPath: records.pathOf(record.id),
      serviceWords: serviceWords(flags),
      resumeCommand: commandFor("resume", out),
    });
    progress.state("submitting");
    await submitRecord(record, input, true, workplace);
    const { taskid } = record;
    return { lines: [String(taskid)], data: { record: known.recordPath, taskid } };
  },
});
