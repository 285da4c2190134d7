import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { deliver } from "./delivery.js";
import { isCarriedOut } from "./failure.js";
import type { MockFailure } from "./failure.js";
import type { Issue } from "./input/index.js";
import { openBody } from "./request.js";
import type { IncomingBody, MockRequest, OpenRequest } from "./request.js";
import { allowAnyOrigin, plainResponse, preflightResponse, refusal } from "./response.js";
import type { PlannedResponse } from "./response.js";
import type { MockTask } from "./tasks.js";

/** The behaviour in which the two servers differ. */
export interface Site {
  readonly server: MockRequest["server"];
  /** The methods that pages of other origins may use. */
  readonly methods: readonly string[];
  recognise(method: string, path: string): Pick<MockRequest, "operation" | "role">;
  /** Reads the body to its end, notes its content, and lists the issues with it. */
  read(body: IncomingBody, request: OpenRequest): Promise<Issue[]>;
  /** Carries out the request. */
  carryOut(request: OpenRequest, issues: readonly Issue[]): Promise<Handled>;
}

/** A request that was carried out: the response, the failure that affects it, and the task that it is about. */
export interface Handled {
  readonly response: PlannedResponse;
  readonly failure?: MockFailure | undefined;
  readonly task?: MockTask | undefined;
  /** Whether this request was charged. */
  readonly charged?: boolean;
  /** Whether the response reports success; needed where there is no task that shows it. */
  readonly isSuccess?: boolean;
}

/** Observes one request, without any effect on it. */
export interface Watch {
  chunk(chunk: Buffer): void;
  handled(details: Partial<Handled> & { readonly issues: readonly Issue[] }): void;
}

/** The behaviour that both servers share. */
export interface Traffic {
  /** Records a request and numbers it. */
  record(request: Omit<OpenRequest, "ordinal" | "ordinalOfRole">): OpenRequest;
  fail(request: MockRequest): MockFailure | undefined;
  watch(request: MockRequest, response: ServerResponse): Watch | undefined;
  readonly stop: AbortSignal;
}

/** The path of a request target, without its query. */
export const pathOf = (target: string): string => target.split("?", 1)[0] ?? "";

/** Serves a site: every request is recorded, may be made to fail, and gets a response. */
export function serve(site: Site, traffic: Traffic): RequestListener {
  return (message, response) => {
    allowAnyOrigin(response);
    response.on("error", () => undefined); // the client may hang up in the middle of a response
    handle(site, traffic, message, response).catch((error: unknown) => {
      const brokenOff = message.destroyed && !message.complete;
      if (brokenOff || response.destroyed || traffic.stop.aborted) return;
      if (response.headersSent) return void response.destroy();
      const reason = error instanceof Error ? error.message : String(error);
      void deliver(response, undefined, refusal(`Mock server: ${reason}`, 500), traffic.stop);
    });
  };
}

async function handle(
  site: Site,
  traffic: Traffic,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = "", url = "", headers } = message;
  const request = traffic.record({
    server: site.server,
    ...site.recognise(method, pathOf(url)),
    method,
    path: url,
    headers,
    fields: {},
    files: [],
    bodyBytes: 0,
    warnings: [],
  });
  const watch = traffic.watch(request, response);
  const body = openBody(message, request, (chunk) => watch?.chunk(chunk));
  const failure = traffic.fail(request);
  if (failure?.kind === "reset-upload") {
    watch?.handled({ failure, issues: [] });
    await body.readSome(failure.afterBytes ?? 0);
    return deliver(response, failure, nothing, traffic.stop);
  }
  const issues = await site.read(body, request);
  const handled = isCarriedOut(failure) ? await carryOut(site, request, issues) : { response: nothing };
  const effective = failure ?? handled.failure;
  watch?.handled({ ...handled, failure: effective, issues });
  await deliver(response, effective, handled.response, traffic.stop);
}

/** The response of a request that is not carried out: a failure takes its place. */
const nothing = plainResponse(204, "");

async function carryOut(site: Site, request: OpenRequest, issues: readonly Issue[]): Promise<Handled> {
  return request.method === "OPTIONS"
    ? { response: preflightResponse(site.methods) }
    : site.carryOut(request, issues);
}
