import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { plainAnswer, refusal } from "./answer.js";
import type { Answer } from "./answer.js";
import { allowAnyOrigin, preflightAnswer } from "./cross-origin.js";
import { deliver, readUntilReset } from "./delivery.js";
import { isCarriedOut } from "./failure.js";
import type { MockFailure } from "./failure.js";
import type { MockRequest, OpenRequest } from "./request.js";

/** What one of the two servers does with a request. */
export interface Site {
  readonly server: MockRequest["server"];
  /** The methods that pages of other origins may use. */
  readonly methods: readonly string[];
  recognise(method: string, path: string): Pick<MockRequest, "operation" | "role">;
  /** Reads the body to its end, notes what is in it, and lists what is wrong with it. */
  read(message: IncomingMessage, request: OpenRequest): Promise<string[]>;
  /** Does what the request asks for. */
  carryOut(request: MockRequest, issues: readonly string[]): Promise<Outcome>;
}

/** What came of a request: the answer, and what goes wrong with it. */
export interface Outcome {
  readonly answer: Answer;
  readonly failure?: MockFailure | undefined;
}

/** What both servers share. */
export interface Context {
  readonly requests: MockRequest[];
  readonly fail: (request: MockRequest) => MockFailure | undefined;
  readonly stop: AbortSignal;
  /** How many requests there were of each role. */
  readonly counts: Map<MockRequest["role"], number>;
}

/** The path of a request target, without its query. */
export const pathOf = (target: string): string => target.split("?", 1)[0] ?? "";

/** Serves a site: every request is recorded, may be made to fail, and is answered. */
export function serve(site: Site, context: Context): RequestListener {
  return (message, response) => {
    allowAnyOrigin(response);
    response.on("error", () => undefined); // whoever hangs up in the middle of an answer is not missed
    handle(site, context, message, response).catch((error: unknown) => {
      const brokenOff = message.destroyed && !message.complete;
      if (brokenOff || response.destroyed || context.stop.aborted) return;
      if (response.headersSent) return void response.destroy();
      const reason = error instanceof Error ? error.message : String(error);
      void deliver(response, undefined, refusal(`Mock server: ${reason}`, 500), context.stop);
    });
  };
}

async function handle(
  site: Site,
  context: Context,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const request = record(site, context, message);
  const failure = context.fail(request);
  if (failure?.kind === "reset-upload") {
    await readUntilReset(message, request, failure);
    return deliver(response, failure, nothing, context.stop);
  }
  const issues = await site.read(message, request);
  const outcome = isCarriedOut(failure) ? await carryOut(site, request, issues) : { answer: nothing };
  await deliver(response, failure ?? outcome.failure, outcome.answer, context.stop);
}

/** In place of an answer that was never made, because a failure takes its place. */
const nothing = plainAnswer(204, "");

async function carryOut(site: Site, request: MockRequest, issues: readonly string[]): Promise<Outcome> {
  return request.method === "OPTIONS"
    ? { answer: preflightAnswer(site.methods) }
    : site.carryOut(request, issues);
}

function record(site: Site, { requests, counts }: Context, message: IncomingMessage): OpenRequest {
  const { method = "", url = "", headers } = message;
  const recognised = site.recognise(method, pathOf(url));
  const ordinalOfRole = (counts.get(recognised.role) ?? 0) + 1;
  counts.set(recognised.role, ordinalOfRole);
  const request: OpenRequest = {
    server: site.server,
    ...recognised,
    ordinal: requests.length + 1,
    ordinalOfRole,
    method,
    path: url,
    headers,
    fields: {},
    files: [],
    bodyBytes: 0,
  };
  requests.push(request);
  return request;
}
