import type { IncomingMessage } from "node:http";
import { authentication } from "../document.js";
import { mockMarkers } from "../markers.js";
import { sizeWithin } from "../order.js";
import type { Results } from "../results.js";
import { pathOf } from "../site.js";
import type { Tasks } from "../tasks.js";
import { detectPicture } from "./parts.js";
import type { DocumentRules } from "./rules.js";
import { loadRules } from "../page/bundle.js";
import { readFault } from "./faults.js";
import type { Faults } from "./faults.js";
import type { Exchange, History } from "./history.js";
import { describeForms } from "./forms.js";
import document from "./openapi.json" with { type: "json" };
import { readBody, readParts, viewDetails } from "./details.js";
import { bytes, empty, json } from "./replies.js";
import type { Reply } from "./replies.js";
import { ControlError, explainTypeError, readFields, readJson, readWhole } from "./request-values.js";
import { viewRequest, viewTask } from "./views.js";
import type { StateView, StatusOf } from "./views.js";

/** The part of the mock server that the control API shows and changes. */
export interface Controlled {
  readonly history: History;
  readonly tasks: Tasks;
  readonly statusOf: StatusOf;
  readonly faults: Faults;
  readonly results: Results;
  readonly urls: { readonly api: string; readonly results: string };
  state(): StateView;
  setCredits(credits: number): void;
  forward(milliseconds: number): void;
  reset(): void;
}

type Handler = (
  parameters: string[],
  query: URLSearchParams,
  message: IncomingMessage,
) => Promise<Reply> | Reply;

/** A method and a path, whose groups are the parameters. */
type Route = readonly [method: string, path: RegExp, handler: Handler];

/** The routes of the control API. */
export function createRoutes(controlled: Controlled): readonly Route[] {
  const { history, tasks, faults, results, urls } = controlled;
  const { redaction } = history;

  function findExchange(ordinal: string | undefined): Exchange {
    const exchange = history.exchanges.get(Number(ordinal));
    if (exchange) return exchange;
    throw new ControlError(404, `there is no request ${ordinal}, or it was dropped`);
  }

  let rules: Promise<DocumentRules> | undefined; // read when they are first needed
  const readRules = () => (rules ??= loadRules().catch(() => ({}))); // a copy of the sources may have no spec/

  return [
    ["GET", /^\/api\/openapi\.json$/, () => json(document)],
    ["GET", /^\/api\/forms$/, () => json({ forms: describeForms(), markers: mockMarkers, authentication })],
    ["GET", /^\/api\/state$/, () => json(controlled.state())],
    ["GET", /^\/api\/requests$/, (_, query) => json({ requests: listRequests(history, query) })],
    [
      "GET",
      /^\/api\/requests\/(\d+)$/,
      async ([ordinal]) => json(viewDetails(findExchange(ordinal), urls, redaction, await readRules())),
    ],
    [
      "GET",
      /^\/api\/requests\/(\d+)\/body$/,
      ([ordinal], query) => bytes(sliceOf(readBody(findExchange(ordinal), redaction), query)),
    ],
    [
      "GET",
      /^\/api\/requests\/(\d+)\/parts\/(\d+)$/,
      ([ordinal, index]) => {
        const part = readParts(findExchange(ordinal), redaction)[Number(index)];
        if (!part) throw new ControlError(404, `there is no part ${index}`);
        return bytes(part.content, detectPicture(part.content));
      },
    ],
    [
      "GET",
      /^\/api\/tasks$/,
      () =>
        json({
          tasks: [...history.tasks.values()]
            .reverse()
            .map((task) => viewTask(task, controlled.statusOf, redaction)),
        }),
    ],
    [
      "GET",
      /^\/api\/tasks\/([\w-]+)\/images\/(\d+)$/,
      async ([taskid, index], query) => {
        const task = tasks.find(taskid);
        if (!task || Number(index) >= task.images) throw new ControlError(404, "there is no such image");
        const side = query.get("side");
        const size = side === null ? task.size : sizeWithin(task.size, readWhole(side, "side", 1));
        return bytes(await results.draw(task, Number(index), size), "image/png");
      },
    ],
    ["GET", /^\/api\/ledger$/, () => json({ charges: tasks.ledger })],
    ["GET", /^\/api\/faults$/, () => json({ faults: faults.all })],
    [
      "POST",
      /^\/api\/faults$/,
      async (_, __, message) => json(faults.add(explainTypeError(readFault, await readJson(message))), 201),
    ],
    [
      "DELETE",
      /^\/api\/faults(?:\/(\d+))?$/,
      ([id]) => {
        const removed = faults.remove(id === undefined ? undefined : Number(id));
        if (!removed && id !== undefined) throw new ControlError(404, `there is no fault ${id}`);
        return empty;
      },
    ],
    [
      "POST",
      /^\/api\/credits$/,
      async (_, __, message) => {
        const { credits } = await readFields(message, "credits");
        controlled.setCredits(credits === null ? Infinity : readWhole(credits, "credits", 0));
        return json(controlled.state());
      },
    ],
    [
      "POST",
      /^\/api\/clock$/,
      async (_, __, message) => {
        const { forwardMs } = await readFields(message, "forwardMs");
        controlled.forward(readWhole(forwardMs, "forwardMs", 0));
        return json(controlled.state());
      },
    ],
    [
      "POST",
      /^\/api\/reset$/,
      () => {
        controlled.reset();
        return json(controlled.state());
      },
    ],
  ];
}

/** The newest requests first, of those that a query asks for. */
function listRequests(history: History, query: URLSearchParams): object[] {
  const limit = readWhole(query.get("limit") ?? "100000", "limit", 0);
  const after = readWhole(query.get("after") ?? "0", "after", 0);
  const [role, text] = [query.get("role"), query.get("text")?.toLowerCase()];
  const found: object[] = [];
  for (const exchange of [...history.exchanges.values()].reverse()) {
    if (found.length >= limit || exchange.request.ordinal <= after) break;
    const view = viewRequest(exchange, history.redaction);
    if (role !== null && view.role !== role) continue;
    if (text && !`${view.prompt} ${view.taskid} ${view.path}`.toLowerCase().includes(text)) continue;
    found.push(view);
  }
  return found;
}

function sliceOf(body: Buffer, query: URLSearchParams): Buffer {
  const offset = readWhole(query.get("offset") ?? "0", "offset", 0);
  const length = readWhole(query.get("length") ?? String(body.length), "length", 0);
  return body.subarray(offset, offset + length);
}

/** Finds the reply to a request of the control API. */
export async function findReply(routes: readonly Route[], message: IncomingMessage): Promise<Reply> {
  const { method = "GET", url = "" } = message;
  const path = pathOf(url);
  const there = routes.filter(([, pattern]) => pattern.test(path));
  if (there.length === 0) throw new ControlError(404, "there is no such path");
  const wanted = method === "HEAD" ? "GET" : method;
  const route = there.find(([allowed]) => allowed === wanted);
  if (!route) throw new ControlError(405, `use ${there.map(([allowed]) => allowed).join(" or ")}`);
  const [, pattern, handler] = route;
  const parameters = pattern.exec(path)?.slice(1) ?? [];
  return handler(parameters, new URLSearchParams(url.slice(path.length)), message);
}
