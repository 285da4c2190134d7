import type { IncomingHttpHeaders } from "node:http";
import {
  authentication,
  fields,
  findOperation,
  keyHeader,
  models,
  named,
  numberOf,
  operations,
  statusOperation,
  unnamedNumber,
} from "./document.js";
import { describeIssue, readInput } from "./input/index.js";
import { mockMarkers, readMarkers } from "./markers.js";
import type { Settings } from "./options.js";
import { readOrder } from "./order.js";
import type { Order } from "./order.js";
import type { MockRequest } from "./request.js";
import { envelope, plainResponse, refusal } from "./response.js";
import { pathOf } from "./site.js";
import type { Handled, Site } from "./site.js";
import type { MockTask, Tasks } from "./tasks.js";

/** The parts of the server that the API uses. */
export interface ApiParts {
  readonly settings: Pick<Settings, "apiKeys" | "imageSize">;
  readonly tasks: Tasks;
  issueUrls(task: MockTask): string[];
  /** Markers that the next submit has although its prompt does not. */
  takeMarkers(): readonly string[];
}

const modelOf = (operation: string | undefined): string | undefined =>
  Object.keys(models).find((model) => models[model] === operation);

/** The operation of the document that a request is for, and its role. */
export function recogniseOperation(method: string, path: string): Pick<MockRequest, "operation" | "role"> {
  const { name } = findOperation(method, path);
  if (name !== undefined && name === statusOperation) return { operation: name, role: "status" };
  return { operation: name, role: modelOf(name) === undefined ? "other" : "submit" };
}

/** The API itself: every operation of the document, and the meaning of submits and status reads. */
export function createApi(parts: ApiParts): Site {
  const { settings } = parts;
  return {
    server: "api",
    methods: Object.values(operations).map(({ method }) => method),
    recognise: recogniseOperation,
    read: (body, request) => readInput(body, request, operations[request.operation ?? ""]),
    async carryOut(request, issues) {
      const { operation, allowed } = findOperation(request.method, pathOf(request.path));
      if (allowed.length === 0) return { response: plainResponse(404, "There is no such path\n") };
      if (!operation) {
        return { response: plainResponse(405, "There is no such method\n", { allow: allowed.join(", ") }) };
      }
      if (!isAuthenticated(request.headers, settings.apiKeys)) {
        return { response: refusal("the key is missing or not known", 401) };
      }
      if (issues.length > 0) {
        return { response: refusal(`invalid request: ${issues.map(describeIssue).join("; ")}`) };
      }
      const model = modelOf(request.operation);
      if (model !== undefined) {
        const { order, warnings } = readOrder(model, request.fields, operation, settings.imageSize);
        request.warnings = warnings;
        return submit(order, parts);
      }
      if (request.role === "status") return readTask(request, parts);
      return { response: envelope("success", "success", {}) };
    },
  };
}

/** Whether a request has one of `keys`, or any key if those are not stated. */
function isAuthenticated(headers: IncomingHttpHeaders, keys: ReadonlySet<string> | undefined): boolean {
  if (keyHeader === undefined) return true;
  const words = String(headers[keyHeader] ?? "")
    .split(/\s+/)
    .filter(Boolean);
  // The scheme is known to work, and the bare key may work as well.
  if (words[0]?.toLowerCase() === (authentication?.scheme || "bearer").toLowerCase()) words.shift();
  const [key, ...more] = words;
  return key !== undefined && more.length === 0 && (keys === undefined || keys.has(key));
}

function submit(order: Order, { tasks, issueUrls, takeMarkers }: ApiParts): Handled {
  const { unknown, refusal: refused, failure, fate } = readMarkers(order.prompt, takeMarkers());
  if (unknown.length > 0) {
    const known = Object.keys(mockMarkers).map((name) => `[mock:${name}]`);
    return { response: refusal(`unknown marker [mock:${unknown[0]}]; use one of ${known.join(", ")}`) };
  }
  if (refused) return { response: refused };
  const task = tasks.start(order, fate);
  if (!task) return { response: envelope("insufficientCredits", "insufficient credits") };
  const url = fate.instant ? issueUrls(task)[0] : undefined;
  const data = named({ taskid: task.taskid, url });
  return { response: envelope("success", "success", data), failure, task, charged: true };
}

function readTask(request: MockRequest, { tasks, issueUrls }: ApiParts): Handled {
  const taskid = request.fields[fields.taskid ?? ""];
  const task = tasks.find(taskid);
  if (!task) return { response: refusal(`there is no task ${String(taskid)}`) };
  const status = tasks.statusOf(task);
  const data = named({
    taskid,
    status: status === "unknown" ? unnamedNumber("status") : numberOf("status", status),
    url: status === "completed" ? issueUrls(task) : undefined,
    width: task.size.width,
    height: task.size.height,
    prompt: task.prompt,
    startTime: new Date(task.startedAt).toISOString().slice(0, 19).replace("T", " "),
    errorMessage: status === "failed" ? "the task failed, as the prompt asks" : undefined,
  });
  return { response: envelope("success", "success", data), task };
}
