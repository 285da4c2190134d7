import { describeIssue } from "../input/read-input.js";
import type { Issue } from "../input/read-input.js";
import type { MockTask, TaskStatus } from "../tasks.js";
import { models, operations } from "../document.js";
import type { Fault } from "./faults.js";
import type { Exchange, Excerpt, TaskHistory } from "./history.js";
import { detectPicture, splitParts } from "./parts.js";
import type { Redaction } from "./redaction.js";
import { findRule } from "./rules.js";
import type { DocumentRules, Rule } from "./rules.js";
import { writeSnippets } from "./snippets.js";

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
  /** How many images it was charged for. */
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
  /** How often its status was read. */
  reads: number;
  /** How many of its images were downloaded. */
  downloads: number;
}

/** One request with everything that was kept of it. */
export interface RequestDetails extends RequestView {
  headers: [string, string][];
  fields: Record<string, unknown>;
  parts: PartView[];
  body: { total: number; kept: number };
  problems: (Issue & { text: string; rule?: Rule })[];
  warningTexts: string[];
  failureDetails?: object;
  response: { status: number; headers: [string, string][]; total: number; kept: number; text?: string };
  curl: string;
  typescript?: string;
}

/** One part of a form. */
export interface PartView {
  name: string;
  filename?: string;
  contentType?: string;
  size: number;
  sha256: string;
  /** The type of the picture that its bytes are. */
  picture?: string;
  /** The text of a part without a file name. */
  text?: string;
  isWhole: boolean;
}

const maxPromptLength = 200;
const maxTextLength = 20_000;
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

/** The prompt of a submit that made no task. */
function promptOf({ request }: Exchange): string | undefined {
  if (request.role !== "submit") return undefined;
  const value = request.fields[operations[request.operation ?? ""]?.roles?.prompt ?? ""];
  return typeof value === "string" ? value : undefined;
}

/** A response of the API succeeded if it is about a task or found nothing wrong; the other server has statuses alone. */
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

/** The bytes that were kept, without the key. */
export function readBody({ body }: Exchange, redaction: Redaction): Buffer {
  return redaction.bytes(Buffer.concat(body.chunks));
}

/** The parts of a request's form, without the key. */
export const readParts = (exchange: Exchange, redaction: Redaction) =>
  splitParts(String(exchange.request.headers["content-type"] ?? ""), readBody(exchange, redaction));

/** Everything about one request. */
export function viewDetails(
  exchange: Exchange,
  urls: { api: string; results: string },
  redaction: Redaction,
  rules: DocumentRules,
): RequestDetails {
  const { request, response, failure } = exchange;
  const baseUrl = request.server === "api" ? urls.api : urls.results;
  const parts = readParts(exchange, redaction).map(({ content, ...part }) => {
    const picture = part.filename === undefined ? undefined : detectPicture(content);
    const text = part.filename === undefined ? content.toString("utf8", 0, maxTextLength) : undefined;
    return withoutUndefined({ ...part, picture, text });
  });
  return withoutUndefined({
    ...viewRequest(exchange, redaction),
    headers: pairsOf(exchange.rawHeaders).map(([name, value]): [string, string] => [
      name,
      redaction.header(name, value),
    ]),
    fields: JSON.parse(redaction.text(JSON.stringify(request.fields))) as Record<string, unknown>,
    parts,
    body: { total: exchange.body.total, kept: exchange.body.kept },
    problems: exchange.issues.map((issue) =>
      withoutUndefined({
        ...issue,
        text: describeIssue(issue),
        rule: findRule(rules, request.operation, issue),
      }),
    ),
    warningTexts: [...request.warnings],
    failureDetails: failure && describeFailure(failure),
    response: withoutUndefined({
      status: response.status,
      headers: response.headers.map(([name, value]): [string, string] => [
        name,
        redaction.header(name, value),
      ]),
      total: response.total,
      kept: response.kept,
      text: textOf(response, redaction.text),
    }),
    ...writeSnippets(request, baseUrl, redaction.text),
  });
}

const pairsOf = (flat: readonly string[]): [string, string][] =>
  Array.from({ length: flat.length / 2 }, (_, index) => [flat[2 * index] ?? "", flat[2 * index + 1] ?? ""]);

/** A failure as JSON, without what is a function or bytes. */
function describeFailure(failure: object): object {
  const shown = Object.entries(failure).filter(([, value]) => typeof value !== "function");
  return Object.fromEntries(
    shown.map(([name, value]) => [name, ArrayBuffer.isView(value) ? "(bytes)" : (value as unknown)]),
  );
}

/** The text of a response that is text. */
function textOf(response: Excerpt & Pick<Exchange["response"], "headers">, redact: (text: string) => string) {
  const type = response.headers.find(([name]) => name === "content-type")?.[1] ?? "";
  const isCoded = response.headers.some(([name]) => name === "content-encoding");
  if (isCoded || !/^(text\/|application\/json)/.test(type)) return undefined;
  return redact(Buffer.concat(response.chunks).toString("utf8", 0, maxTextLength));
}

/** The state of the server as a whole. */
export interface StateView {
  url: string;
  resultsUrl: string;
  /** null if there is no limit. */
  creditsLeft: number | null;
  charges: number;
  /** How many images were charged. */
  charged: number;
  clockOffsetMs: number;
  taskDurationMs: number;
  /** The faults that wait for requests. */
  faults: readonly Fault[];
  kept: { requests: number; bytes: number; maxRequests: number; maxBytes: number };
  dropped: number;
}

type Optional<Type> = { [Name in keyof Type]: undefined extends Type[Name] ? Name : never }[keyof Type];
type Compact<Type> = Omit<Type, Optional<Type>> & {
  [Name in Optional<Type>]?: Exclude<Type[Name], undefined>;
};

/** Without the properties that are undefined, as JSON would leave them out. */
function withoutUndefined<Type extends object>(value: Type): Compact<Type> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as Compact<Type>;
}
