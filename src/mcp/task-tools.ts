import { join } from "node:path";
import type { ServerContext } from "@modelcontextprotocol/server";
import { fields } from "../../generated/operations.js";
import { escapeText } from "../index.js";
import type { GenerationRecord, Task } from "../index.js";
import { beginCall } from "./call.js";
import { nextStep } from "./failure.js";
import { findFiles } from "./jobs.js";
import { deliver, deliverFailure, reportRunning } from "./make-images.js";
import { asData } from "./as-data.js";
import { withoutUndefined } from "./report.js";
import type { Report } from "./report.js";
import type { Workshop } from "./workshop.js";

/** Reads a task once, and saves nothing. */
export async function getTask(taskid: string, context: ServerContext, workshop: Workshop): Promise<Report> {
  const { client, history, records } = workshop;
  const record = await history.findTask(taskid);
  const requested = record?.images;
  try {
    const files = record && (await findFiles(record, records.folder));
    if (files) return await deliver({ taskid, requested, files }, workshop);
    const task = await client.status({ taskid, requested }, { signal: context.mcpReq.signal });
    const about = { taskid, requested: requested ?? task.requested };
    const name = escapeText(taskid);
    if (task.status === "failed") {
      const text = `Task ${name} failed, and has no images. ${asData(reasonOf(task))}`;
      return { ...about, outcome: "failed", text };
    }
    if (task.status === "completed") {
      const text = `Task ${name} is completed, and its images are not saved here.`;
      return {
        ...about,
        outcome: "completed",
        text,
        next: `Call download with the taskid ${name} to save them.`,
      };
    }
    return { ...about, outcome: "running", text: `Task ${name} is ${task.status}.`, next: nextStep(name) };
  } catch (error) {
    return deliverFailure(error, record?.id, workshop, taskid);
  }
}

/** Waits for a task and saves its images; with `isWaiting` false, only if it is completed. */
export async function fetchImages(
  taskid: string,
  isWaiting: boolean,
  context: ServerContext,
  workshop: Workshop,
): Promise<Report> {
  const call = beginCall(context, workshop.respondWithinMs);
  const record = await workshop.history.findTask(taskid);
  try {
    if (!isWaiting) {
      const report = await getTask(taskid, context, workshop);
      if (report.outcome !== "completed" || (report.files ?? []).length > 0) return report;
    }
    const job = workshop.jobs.finish(taskid, record);
    const saved = await call.wait(job);
    return saved ? await deliver(saved, workshop) : reportRunning(job, "wait_for_task");
  } catch (error) {
    return await deliverFailure(error, record?.id, workshop, taskid);
  } finally {
    call.end();
  }
}

function reasonOf({ raw }: Task): string {
  const reason = (raw as Record<string, unknown>)[fields.errorMessage];
  return typeof reason === "string" ? reason : "";
}

/** The newest generations of the folder. */
export async function listRecent(limit: number, { history, records }: Workshop) {
  const generations = (await history.listRecent(limit)).map((record) => summarise(record, records.folder));
  return { generations };
}

function summarise(record: GenerationRecord, folder: string): Record<string, unknown> {
  const { taskid, state, model, images, input, files, createdAt, error } = record;
  return withoutUndefined({
    taskid,
    state,
    model: escapeText(model),
    requested: images,
    files: files.map((name) => join(folder, name)),
    createdAt,
    input: asPlain(input),
    error: error && escapeText(error.message),
  });
}

/** A record may have been written by another program: its texts are data, in one line. */
function asPlain(value: unknown): unknown {
  if (typeof value === "string") return escapeText(value);
  if (Array.isArray(value)) return value.map(asPlain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [escapeText(name), asPlain(item)]));
}
