import type { ServerResponse } from "node:http";
import type { MockFailure } from "../failure.js";
import type { Issue } from "../input/index.js";
import type { MockRequest } from "../request.js";
import { createRedaction } from "./redaction.js";
import type { Redaction } from "./redaction.js";
import { createRetention } from "../retention.js";
import type { Limits } from "../retention.js";
import { pathOf } from "../site.js";
import type { Watch } from "../site.js";
import type { MockTask } from "../tasks.js";

/** The start of something that may be too large to be kept whole. */
export interface Excerpt {
  /** Number of bytes. */
  total: number;
  /** The first of them. */
  readonly chunks: Buffer[];
  kept: number;
}

/** One request and its response, as the page shows them. */
export interface Exchange {
  readonly request: MockRequest;
  /** When its head was read, by this machine's clock. */
  readonly at: number;
  readonly rawHeaders: readonly string[];
  readonly body: Excerpt;
  issues: readonly Issue[];
  failure?: MockFailure | undefined;
  task?: MockTask | undefined;
  isSuccess?: boolean | undefined;
  /** Number of images that this request was charged for. */
  charged: number;
  readonly response: Excerpt & { status: number; headers: readonly (readonly [string, string])[] };
  /** `open` until the response has ended; `ended` if it was sent whole, `broken` if the connection ended before. */
  state: "open" | "ended" | "broken";
  durationMs: number;
}

/** The events of a task after its submit. */
export interface TaskHistory {
  readonly task: MockTask;
  /** The request that submitted it. */
  readonly submit: number;
  reads: number;
  /** Which of its images were sent whole. */
  readonly downloads: Set<number>;
}

/** The newest exchanges and tasks, within limits. */
export interface History {
  readonly exchanges: ReadonlyMap<number, Exchange>;
  readonly tasks: ReadonlyMap<string, TaskHistory>;
  readonly bytes: number;
  /** Number of exchanges that were dropped because of the limits. */
  readonly dropped: number;
  /** Hides the keys of the requests that were followed. */
  readonly redaction: Redaction;
  /** Follows one request; it has no effect on it. */
  watch(request: MockRequest, response: ServerResponse): Watch;
  reset(): void;
}

/** The size of an exchange in memory, beside its bodies. */
const overheadBytes = 4096;
const maxResponseBytes = 64 * 1024;
const maxTextBytes = 1024 * 1024;

/** Keeps exchanges; `changed` is called with each exchange whenever it has changed. */
export function createHistory(limits: Limits, changed: (exchange: Exchange) => void): History {
  const exchanges = new Map<number, Exchange>();
  const tasks = new Map<string, TaskHistory>();
  const retention = createRetention<Exchange>(limits, ({ request, task }) => {
    exchanges.delete(request.ordinal);
    if (task && tasks.get(task.taskid)?.submit === request.ordinal) tasks.delete(task.taskid);
  });
  const redaction = createRedaction();
  const maxBodyBytes = limits.bytes / 2;

  function update(exchange: Exchange): void {
    if (exchanges.get(exchange.request.ordinal) !== exchange) return; // dropped, or from before a reset
    const { request, body, response } = exchange;
    const texts = Math.min(request.bodyBytes, maxTextBytes);
    retention.set(exchange, overheadBytes + texts + body.kept + response.kept);
    changed(exchange);
  }

  function noteTask(exchange: Exchange): void {
    const { request, task } = exchange;
    if (!task || exchanges.get(request.ordinal) !== exchange) return;
    if (request.role === "submit") {
      tasks.set(task.taskid, { task, submit: request.ordinal, reads: 0, downloads: new Set() });
    }
    const known = tasks.get(task.taskid);
    if (known && request.role === "status") known.reads++;
  }

  return {
    exchanges,
    tasks,
    redaction,
    get bytes() {
      return retention.bytes;
    },
    get dropped() {
      return retention.dropped;
    },
    watch(request, response) {
      redaction.note(request);
      const started = performance.now();
      const exchange: Exchange = {
        request,
        at: Date.now(),
        rawHeaders: response.req.rawHeaders,
        body: emptyExcerpt(),
        issues: [],
        charged: 0,
        response: { ...emptyExcerpt(), status: 0, headers: [] },
        state: "open",
        durationMs: 0,
      };
      exchanges.set(request.ordinal, exchange);
      keepResponse(response, exchange);
      response.on("close", () => {
        exchange.state = response.writableFinished ? "ended" : "broken";
        exchange.durationMs = performance.now() - started;
        if (exchange.task && isDownload(exchange)) {
          tasks.get(exchange.task.taskid)?.downloads.add(indexOfImage(request.path));
        }
        update(exchange);
      });
      update(exchange);
      return {
        chunk: (chunk) => append(exchange.body, chunk, maxBodyBytes),
        handled({ issues, failure, task, charged, isSuccess }) {
          Object.assign(exchange, {
            issues,
            failure,
            task,
            isSuccess,
            charged: charged && task ? task.images : 0,
          });
          noteTask(exchange);
          update(exchange);
        },
      };
    },
    reset() {
      exchanges.clear();
      tasks.clear();
      retention.clear();
    },
  };
}

const emptyExcerpt = (): Excerpt => ({ total: 0, chunks: [], kept: 0 });

function append(excerpt: Excerpt, chunk: Buffer, max: number): void {
  excerpt.total += chunk.length;
  const room = Math.max(0, max - excerpt.kept);
  if (room === 0) return;
  // A copy, since a part of a chunk would keep the whole of it.
  const kept = chunk.length > room ? Buffer.from(chunk.subarray(0, room)) : chunk;
  excerpt.chunks.push(kept);
  excerpt.kept += kept.length;
}

/** Records what is written to a response, without changing it. */
function keepResponse(response: ServerResponse, { response: kept }: Exchange): void {
  const note = (chunk: unknown): void => {
    if (typeof chunk === "string" || Buffer.isBuffer(chunk)) {
      append(kept, Buffer.from(chunk as string), maxResponseBytes);
    }
  };
  for (const name of ["write", "end"] as const) {
    const original = response[name].bind(response) as (...parameters: unknown[]) => never;
    response[name] = ((...parameters: unknown[]) => {
      note(parameters[0]);
      return original(...parameters);
    }) as never;
  }
  response.on("close", () => {
    if (!response.headersSent) return;
    kept.status = response.statusCode;
    kept.headers = Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)]);
  });
}

const isDownload = ({ request, response, state }: Exchange): boolean =>
  request.role === "result" && request.method === "GET" && state === "ended" && response.status === 200;

const indexOfImage = (path: string): number => Number.parseInt(pathOf(path).split("/").at(-1) ?? "");
