import type { ClientCapabilities, InputRequiredResult, ServerContext } from "@modelcontextprotocol/server";
import { escapeText, readRecord } from "../index.js";
import { readArguments } from "./arguments.js";
import type { GenerationTool, Wanted } from "./arguments.js";
import { beginCall } from "./call.js";
import type { Call } from "./call.js";
import { nextStep, Refusal, reportFailure } from "./failure.js";
import { isUnpaid } from "./history.js";
import type { Job, Saved } from "./jobs.js";
import type { Report } from "./report.js";
import type { Workshop } from "./workshop.js";

/** The client that called. */
export interface Caller {
  context: ServerContext;
  isModern: boolean;
  capabilities: ClientCapabilities | undefined;
}

/**
 * Makes images, or returns those that the same call has made before.
 *
 * @returns The report; or the question that the client must ask the person.
 */
export async function makeImages(
  tool: GenerationTool,
  given: Record<string, unknown>,
  caller: Caller,
  workshop: Workshop,
): Promise<Report | InputRequiredResult> {
  const { history, jobs, records, roots, service, respondWithinMs } = workshop;
  const call = beginCall(caller.context, respondWithinMs);
  let id: string | undefined;
  try {
    const wanted = await readArguments(tool, given, service, roots);
    const kind = `mcp-${tool}-${wanted.inputDigest}`;
    id = await history.choose(kind, wanted.isAgain, (each) => jobs.find(each) !== undefined);
    if (!jobs.find(id) && isUnpaid(await readRecord(records, id))) {
      const question = await askFirst(wanted, caller, call, workshop);
      if (question) return question;
      if (caller.context.mcpReq.signal.aborted) throw new Refusal("The call was cancelled");
    }
    const job = jobs.generate(id, wanted.model, wanted.input, wanted.inputDigest);
    const saved = await call.wait(job);
    return saved ? await deliver(saved, workshop) : reportRunning(job, tool);
  } catch (error) {
    return await deliverFailure(error, id, workshop);
  } finally {
    call.end();
  }
}

function askFirst(
  { images, prompt, sources, model, inputDigest }: Wanted,
  { context, isModern, capabilities }: Caller,
  call: Call,
  { confirmation }: Workshop,
): Promise<InputRequiredResult | undefined> {
  const what = images === 1 ? "1 image" : `${images} images`;
  const from = sources.length > 0 ? ` from ${sources.map((each) => escapeText(each)).join(", ")}` : "";
  const words = prompt === undefined ? "" : ` Prompt: ${JSON.stringify(escapeText(prompt))}`;
  const message = `Make ${what} with ${model}${from}? ${images === 1 ? "It is" : "They are"} paid for.${words}`;
  const remainingMs = call.remainingMs();
  return confirmation.ask({ images, message, inputDigest, context, isModern, capabilities, remainingMs });
}

/** A call that has not ended in time, or was cancelled. */
export function reportRunning({ taskid, requested, step }: Job, tool: string): Report {
  if (taskid !== undefined) {
    const task = escapeText(taskid);
    return {
      outcome: "running",
      taskid,
      requested,
      text: `Still running: task ${task} (${escapeText(step)}).`,
      next: nextStep(task),
    };
  }
  return {
    outcome: "running",
    text: `Still running: ${escapeText(step)}; there is no task id yet.`,
    next: `Call ${tool} again with the same arguments: it is not paid for a second time.`,
  };
}

/** The report on the images of a job, which count as delivered from now on. */
export async function deliver(
  { taskid, requested, files }: Saved,
  { history }: Pick<Workshop, "history">,
): Promise<Report> {
  const record = await history.findTask(taskid);
  if (record) await history.markDelivered(record);
  const isWhole = requested === undefined || files.length >= requested;
  const count = files.length === 1 ? "1 image" : `${files.length} images`;
  const text = isWhole
    ? `Saved ${count} of task ${escapeText(taskid)}:`
    : `Saved ${count} of task ${escapeText(taskid)}; ${requested} were asked for, and the service made no more:`;
  return { outcome: "completed", taskid, requested, files, text };
}

/** The report on a failure; that of a task counts as delivered from now on. */
export async function deliverFailure(
  error: unknown,
  id: string | undefined,
  { records, history }: Pick<Workshop, "records" | "history">,
  taskid?: string,
): Promise<Report> {
  const record = id === undefined ? undefined : await readRecord(records, id).catch(() => undefined);
  if (record?.state === "failed") await history.markDelivered(record);
  const recordPath = id === undefined ? undefined : records.pathOf(id);
  return reportFailure(error, { record, recordPath, taskid });
}
