import { envelope, plainAnswer, refusal } from "./answer.js";
import type { Answer } from "./answer.js";
import { isAuthenticated } from "./authentication.js";
import {
  fields,
  findOperation,
  models,
  named,
  numberOf,
  operations,
  statusOperation,
  unnamedNumber,
} from "./document.js";
import { readInput } from "./input.js";
import { mockMarkers, readMarkers } from "./markers.js";
import type { Settings } from "./options.js";
import { readOrder } from "./order.js";
import type { Order } from "./order.js";
import type { MockRequest } from "./request.js";
import { pathOf } from "./site.js";
import type { Outcome, Site } from "./site.js";
import type { Task, Tasks } from "./tasks.js";

const modelOf = (operation: string | undefined): string | undefined =>
  Object.keys(models).find((model) => models[model] === operation);

function roleOf(operation: string | undefined): MockRequest["role"] {
  if (operation !== undefined && operation === statusOperation) return "status";
  return modelOf(operation) === undefined ? "other" : "submit";
}

/** The API itself: every operation of the document, submits and status reads with what they mean. */
export function createApi(
  settings: Pick<Settings, "apiKeys">,
  tasks: Tasks,
  issueUrls: (task: Task) => string[],
): Site {
  return {
    server: "api",
    methods: Object.values(operations).map(({ method }) => method),
    recognise(method, path) {
      const { name } = findOperation(method, path);
      return { operation: name, role: roleOf(name) };
    },
    read: (message, request) => readInput(message, request, operations[request.operation ?? ""]),
    async carryOut(request, issues) {
      const { operation, allowed } = findOperation(request.method, pathOf(request.path));
      if (allowed.length === 0) return { answer: plainAnswer(404, "There is no such path\n") };
      if (!operation) {
        return { answer: plainAnswer(405, "There is no such method\n", { allow: allowed.join(", ") }) };
      }
      if (!isAuthenticated(request.headers, settings.apiKeys)) {
        return { answer: refusal("the key is missing or not known", 401) };
      }
      if (issues.length > 0) return { answer: refusal(`invalid request: ${issues.join("; ")}`) };
      const model = modelOf(request.operation);
      if (model !== undefined) return submit(readOrder(model, request.fields, operation), tasks, issueUrls);
      if (request.role === "status") return { answer: readTask(request, tasks, issueUrls) };
      return { answer: envelope("success", "success", {}) };
    },
  };
}

function submit(order: Order, tasks: Tasks, issueUrls: (task: Task) => string[]): Outcome {
  const { unknown, refusal: refused, failure, fate } = readMarkers(order.prompt);
  if (unknown.length > 0) {
    const known = Object.keys(mockMarkers).map((name) => `[mock:${name}]`);
    return { answer: refusal(`there is no [mock:${unknown[0]}]; there are ${known.join(", ")}`) };
  }
  if (refused) return { answer: refused };
  const task = tasks.start(order, fate);
  if (!task) return { answer: envelope("insufficientCredits", "insufficient credits") };
  const url = fate.instant ? issueUrls(task)[0] : undefined;
  return { answer: envelope("success", "success", named({ taskid: task.taskid, url })), failure };
}

function readTask(request: MockRequest, tasks: Tasks, issueUrls: (task: Task) => string[]): Answer {
  const taskid = request.fields[fields.taskid ?? ""];
  const task = tasks.find(taskid);
  if (!task) return refusal(`there is no task ${String(taskid)}`);
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
  return envelope("success", "success", data);
}
