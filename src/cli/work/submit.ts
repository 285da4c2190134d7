import { basename, join } from "node:path";
import { noteRecord } from "../generation/note-record.js";
import { createFolderStore } from "../../node/index.js";
import { checkFolder } from "../generation/folder.js";
import { submit as submitOnce } from "../generation/generation.js";
import { newId, prepare, showRequest } from "../input/prepare.js";
import { serviceWords } from "../service/connection.js";
import { openWorkplace } from "../service/workplace.js";
import type { Invocation } from "../invocation.js";
import type { Result } from "../terminal/output.js";

interface Flags {
  out: string;
  recordMode: number;
  dryRun?: boolean;
}

/** `submit PROMPT`: submits and does not wait. */
export async function submit(invocation: Invocation<Flags>): Promise<Result> {
  const { flags, known, progress, commandFor } = invocation;
  const { model, input, request, warnings } = await prepare(invocation);
  if (flags.dryRun) {
    await checkFolder(createFolderStore(flags.out));
    return showRequest({ request, warnings });
  }
  const { out, recordMode } = flags;
  const workplace = await openWorkplace(invocation, { folder: out, timeoutSeconds: Infinity, recordMode });
  const { records } = workplace;
  const id = newId();
  Object.assign(known, {
    recordPath: join(out, basename(records.pathOf(id))),
    serviceWords: serviceWords(flags),
    resumeCommand: commandFor("resume", out),
  });
  progress.state("submitting");
  const { record } = await noteRecord(known, records, id, () => submitOnce(id, model.name, input, workplace));
  const { taskid } = record;
  return { lines: [String(taskid)], data: { record: known.recordPath, taskid } };
}
