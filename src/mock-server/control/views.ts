import type { MockTask, TaskStatus } from "../tasks.js";
import { models, operations } from "../document.js";
import type { Fault } from "./faults.js";
import type { Exchange, TaskHistory } from "./history.js";
import type { Redaction } from "./redaction.js";
import { withoutUndefined } from "./without-undefined.js";

/** A request in a list. */
export interface RequestView {
  ordinal: number;
  /** When its head was read, in milliseconds since 1970. */
  at: number;
  server: "api" | "results";
  role: string;
  method: string;
  path: string;
  model?: string;
  /** The beginning of the prompt. */
  prompt?: string;
  taskid?: string;
  state: Exchange["state"];
  /** The HTTP status that was sent; 0 if none was. */
  status: number;
  /** Whether the client was told, at HTTP 200, that it succeeded. */
  ok: boolean;
  /** The kind of the failure that affected it. */
  failure?: string;
  durationMs: number;
  bodyBytes: number;
  files: number;
  /** Number of images that it was charged for. */
  charged: number;
  issues: number;
  warnings: number;
}

/** A task in a list. */
export interface TaskView {
  taskid: string;
  /** The request that submitted it. */
  submit: number;
  model: string;
  prompt: string;
  status: string;
  images: number;
  width: number;
  height: number;
  startedAt: number;
  /** Number of times that its status was read. */
  reads: number;
  /** Number of its images that were downloaded. */
  downloads: number;
}

const maxPromptLength = 200;
const modelOf = (operation: string | undefined): string | undefined =>
  Object.keys(models).find((model) => models[model] === operation);

/** A request as it stands in the list. */
export function viewRequest(exchange: Exchange, redaction: Redaction): RequestView {
  const { request, task, failure, response, state } = exchange;
  const prompt = task?.prompt ?? promptOf(exchange);
  return withoutUndefined({
    ordinal: request.ordinal,
    at: exchange.at,
    server: request.server,
    role: request.role,
    method: request.method,
    path: redaction.text(request.path).slice(0, 2000),
    model: modelOf(request.operation) ?? task?.model,
    prompt: prompt === undefined ? undefined : redaction.text(prompt).slice(0, maxPromptLength),
    taskid: task?.taskid,
    state,
    status: response.status,
    ok: state === "ended" && response.status < 300 && isSuccess(exchange),
    failure: failure?.kind,
    durationMs: Math.round(exchange.durationMs),
    bodyBytes: request.bodyBytes,
    files: request.files.length,
    charged: exchange.charged,
    issues: exchange.issues.length,
    warnings: request.warnings.length,
  });
}

/** The prompt of a submit that did not create a task. */
function promptOf({ request }: Exchange): string | undefined {
  if (request.role !== "submit") return undefined;
  const value = request.fields[operations[request.operation ?? ""]?.roles?.prompt ?? ""];
  return typeof value === "string" ? value : undefined;
}

/** Whether a response reports success: a submit and a status read need a task, other requests of the API no issues. */
function isSuccess({ request, task, issues, failure, isSuccess: stated }: Exchange): boolean {
  if (stated !== undefined) return stated;
  if (request.server === "results" || request.method === "OPTIONS") return true;
  if (failure?.kind === "response" || failure?.kind === "redirect" || failure?.kind === "junk") return false;
  const isAboutTask = request.role === "submit" || request.role === "status";
  return isAboutTask ? task !== undefined : issues.length === 0;
}

/** Reads a task's status without any effect on it. */
export type StatusOf = (task: MockTask) => TaskStatus;

/** A task as it stands in the list. */
export function viewTask(
  { task, submit, reads, downloads }: TaskHistory,
  statusOf: StatusOf,
  redaction: Redaction,
): TaskView {
  return {
    taskid: task.taskid,
    submit,
    model: task.model,
    prompt: redaction.text(task.prompt).slice(0, maxPromptLength),
    status: statusOf(task),
    images: task.images,
    width: task.size.width,
    height: task.size.height,
    startedAt: task.startedAt,
    reads,
    downloads: downloads.size,
  };
}

/** The state of the server as a whole. */
export interface StateView {
  url: string;
  resultsUrl: string;
  /** null if there is no limit. */
  creditsLeft: number | null;
  charges: number;
  /** Number of images that were charged. */
  charged: number;
  clockOffsetMs: number;
  taskDurationMs: number;
  /** The faults that wait for requests. */
  faults: readonly Fault[];
  kept: { requests: number; bytes: number; maxRequests: number; maxBytes: number };
  dropped: number;
}
