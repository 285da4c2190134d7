import type { IncomingMessage, ServerResponse } from "node:http";
import { finished } from "node:stream";
import type { Writable } from "node:stream";
import { fields } from "../../generated/operations.js";

/** A handler as Node's own server, Express, Fastify and Koa take it. */
export type NodeHandler = (
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  next?: (error: unknown) => void,
) => void;

/** Options of `toNodeHandler`. */
export interface NodeHandlerOptions {
  /** Called with what the handler threw, which is answered with HTTP 500. @default Express's `next`, if it is there */
  onError?: ((error: unknown) => void) | undefined;
}

/**
 * Adapts a web-standard request handler, such as one of `createProxyHandler`, to Node's own HTTP server and to frameworks
 * on it. No request line, header or body that a visitor sends makes it throw.
 *
 * A body must not have been read before. JSON that Express has parsed is the exception: it is written out again. Any other
 * body that is gone is answered with HTTP 500 at once.
 *
 * @example
 * const handle = toNodeHandler(createProxyHandler({ authorize: (request) => userOf(request) }));
 * // createServer(handle).listen(3000), or app.use("/api/images", handle)
 */
export function toNodeHandler(
  handler: (request: Request) => Promise<Response> | Response,
  { onError }: NodeHandlerOptions = {},
): NodeHandler {
  return (incoming, outgoing, next) => {
    outgoing.on("error", () => {}); // a visitor who left
    respond(handler, incoming, outgoing).catch((error: unknown) => {
      const report = onError ?? next;
      report?.(error);
      if (report !== next || !next) refuse(outgoing, 500, "the server failed");
    });
  };
}

async function respond(
  handler: (request: Request) => Promise<Response> | Response,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  if (outgoing.destroyed) return; // the visitor left while something in front of the handler was at work
  if (isBodyGone(incoming)) {
    const reason = "its body was read before: add the handler in front of what parses bodies";
    return refuse(outgoing, 500, `the request cannot be forwarded, ${reason}`, "not-sent");
  }
  const visitor = new AbortController();
  outgoing.on("close", () => {
    if (!outgoing.writableFinished) visitor.abort();
  });
  let request: Request;
  try {
    request = toRequest(incoming, outgoing, visitor.signal);
  } catch {
    return refuse(outgoing, 400, "the request makes no sense", "rejected");
  }
  const response = await handler(request);
  const body = Buffer.from(await response.arrayBuffer());
  if (outgoing.destroyed) return;
  const headers = { ...Object.fromEntries(response.headers), "content-length": String(body.byteLength) };
  const cookies = response.headers.getSetCookie();
  outgoing.writeHead(response.status, cookies.length > 0 ? { ...headers, "set-cookie": cookies } : headers);
  outgoing.end(incoming.method === "HEAD" ? undefined : body);
}

/** The stream of a response of HTTP/2. */
interface Http2 {
  stream?: Writable;
}

/** The fields that frameworks add to a request. */
interface Framework {
  /** Express: the body as a parser read it. */
  body?: unknown;
  /** Express: the URL before a router took its own part off. */
  originalUrl?: string;
}

function isBodyGone(incoming: IncomingMessage & Framework): boolean {
  const { headers, readableDidRead, body } = incoming;
  const hasBody = headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
  return hasBody && readableDidRead && !isParsedJson(headers["content-type"], body);
}

const isParsedJson = (type: string | undefined, body: unknown): boolean =>
  /^application\/json\b/i.test(type ?? "") &&
  typeof body === "object" &&
  body !== null &&
  !Buffer.isBuffer(body);

function toRequest(
  incoming: IncomingMessage & Framework,
  outgoing: ServerResponse,
  signal: AbortSignal,
): Request {
  const { method = "GET", readableDidRead } = incoming;
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    const known = name === ":authority" ? "host" : name; // of HTTP/2
    if (known.startsWith(":") || (known !== name && incoming.headers.host !== undefined)) continue;
    for (const each of [value ?? []].flat()) headers.append(known, each);
  }
  if (method === "GET" || method === "HEAD")
    return new Request(urlOf(incoming, headers), { method, headers, signal });
  const body = readableDidRead && incoming.body !== undefined ? JSON.stringify(incoming.body) : undefined;
  if (body !== undefined) headers.set("content-length", String(Buffer.byteLength(body)));
  const init = { method, headers, signal, body: body ?? toStream(incoming, outgoing), duplex: "half" };
  return new Request(urlOf(incoming, headers), init as unknown as RequestInit);
}

/**
 * A body as a stream of the web, whose rest is discarded once it is cancelled or the response is sent: a visitor who is
 * still sending reads the response only then. `Readable.toWeb` ends the visitor's connection instead, and when it is
 * cancelled while it resumes, it throws where nobody can catch it.
 */
function toStream(incoming: IncomingMessage, outgoing: ServerResponse & Http2): ReadableStream<Uint8Array> {
  let state: "unread" | "open" | "ended" = "unread";
  /** Nothing is attached before the first read: Node discards a body by itself that nobody has read. */
  function open(controller: ReadableStreamDefaultController<Uint8Array>): void {
    state = "open";
    const end = (error?: Error | null): void => {
      if (state === "ended") return;
      state = "ended";
      if (error) controller.error(error);
      else controller.close();
    };
    incoming.on("data", (chunk: Uint8Array) => {
      if (state === "ended") return;
      controller.enqueue(chunk);
      incoming.pause();
    });
    finished(incoming, { writable: false }, end);
    // A response of HTTP/2 is finished when the visitor has sent everything, its stream before.
    finished(outgoing.stream ?? outgoing, { readable: false }, () => {
      end(new Error("the response was sent before the body was read"));
      incoming.resume();
    });
  }
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (state === "unread") open(controller);
        incoming.resume();
      },
      cancel() {
        if (state === "open") incoming.resume();
        state = "ended";
      },
    },
    { highWaterMark: 0 },
  );
}

/** The path counts; the host is only shown to the handler, and it is the visitor's choice. */
function urlOf({ url = "/", originalUrl = url }: IncomingMessage & Framework, headers: Headers): URL {
  const { pathname, search } = originalUrl.startsWith("/")
    ? new URL(`http://localhost${originalUrl}`)
    : new URL(originalUrl);
  const host = headers.get("host") ?? "";
  const base =
    /^[\w.-]+(:\d+)?$/.test(host) && URL.canParse(`http://${host}`) ? `http://${host}` : "http://localhost";
  return new URL(base + pathname + search);
}

function refuse(outgoing: ServerResponse, status: number, message: string, outcome?: string): void {
  if (outgoing.headersSent) return void outgoing.destroy();
  const headers = { "content-type": "application/json", "cache-control": "no-store" };
  outgoing.writeHead(status, outcome ? { ...headers, "tensorslab-images-outcome": outcome } : headers);
  outgoing.end(JSON.stringify({ [fields.message]: message }));
}
