import { basename, join } from "node:path";
import { exitStatus } from "../exit-status.js";
import { createFolderStore } from "../../node/index.js";
import { checkFolder } from "../generation/folder.js";
import { finish, submit } from "../generation/generation.js";
import { noteRecord } from "../generation/note-record.js";
import { newId, prepare, showRequest } from "../input/prepare.js";
import { isConfigured, serviceWords } from "../service/connection.js";
import { openWorkplace } from "../service/workplace.js";
import { showImages } from "../terminal/preview/show.js";
import type { PreviewKind } from "../terminal/preview/show.js";
import type { Invocation } from "../invocation.js";
import type { Result } from "../terminal/output.js";

interface Flags {
  out: string;
  timeout: number;
  recordMode: number;
  dryRun?: boolean;
  preview?: PreviewKind | "auto";
}

/** `generate PROMPT`: from a prompt to images on disk. */
export async function generate(invocation: Invocation<Flags>): Promise<Result> {
  const { flags, known, progress, commandFor } = invocation;
  const { out } = flags;
  const { model, input, request, warnings } = await prepare(invocation, isTrial() ? trialPrompt : undefined);
  if (flags.dryRun) {
    await checkFolder(createFolderStore(out));
    return showRequest({ request, warnings });
  }
  const mock = flags.mock || (isTrial() && !isConfigured(flags));
  if (mock && !flags.mock) {
    progress.note("There is no TENSORSLAB_API_KEY, so this runs on the built-in mock server.");
    progress.note("The result is a drawing, not an image of the service.");
  }

  const { timeout: timeoutSeconds, recordMode } = flags;
  const workplace = await openWorkplace(invocation, { folder: out, timeoutSeconds, recordMode, mock });
  const { records } = workplace;
  const id = newId();
  Object.assign(known, {
    recordPath: join(out, basename(records.pathOf(id))),
    serviceWords: serviceWords(flags),
  });
  // A mock server of this process ends with it, and its tasks with it.
  if (!mock) known.resumeCommand = commandFor("resume", out);
  progress.state("submitting");
  const { task, record } = await noteRecord(known, records, id, async () => {
    const { record, task } = await submit(id, model.name, input, workplace);
    known.record = record;
    progress.state(`task ${record.taskid} accepted`);
    return finish(id, task, workplace, {
      onStatus: ({ status }) => progress.state(`task ${record.taskid} ${status}`),
      onDownload: ({ index, bytes, totalBytes }, images) =>
        progress.transfer(`downloading image ${index + 1} of ${images}`, bytes, totalBytes),
    });
  });
  const files = record.files.map((name) => join(out, name));
  if (flags.preview) await showImages(files, flags.preview, progress);
  const { taskid, width, height } = task;
  const { images: requested } = record;
  const received = files.length;
  const isWhole = received >= requested;
  if (!isWhole) progress.warn(`${received} of ${requested} images: the others were not made`);
  const data = { record: known.recordPath, taskid, width, height, requested, received, files };
  return { lines: files, data, exitCode: exitStatus(isWhole ? "done" : "fewer") };
}

/** Whether this is `npm start` in this project: a first try, which makes an image without being told anything. */
function isTrial(): boolean {
  const { npm_lifecycle_event: script, npm_package_name: project } = process.env;
  return script === "start" && project === "tensorslab-images";
}

const trialPrompt = "a red fox in fresh snow";
