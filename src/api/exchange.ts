import { ConnectionError } from "../errors.js";
// What a failure proves is a list of what runtimes say, apart from how a request is sent.
import { neverSent } from "./never-sent.js";
import { redactError } from "./redact.js";
import type { Redact } from "./redact.js";
import type { OutgoingRequest } from "./request.js";

/** A `fetch` as the platform has it. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** An answer is a few hundred bytes; what is longer than this is none. */
const longestAnswerBytes = 1024 * 1024;

/**
 * Sends a request once. Redirects are errors: a key, or a paid request, goes nowhere else.
 *
 * @returns The platform's own Response, whose `text` and `json` are bounded and throw as this does. A second one around
 * the text would cost as much as all else that the client adds.
 * @throws {ConnectionError} with outcome `not-sent` if that is certain, else `unknown`; or the reason of the signal.
 */
export async function exchange(
  request: OutgoingRequest | Request,
  fetch: Fetch,
  redact: Redact,
  onSend?: () => void,
): Promise<Response> {
  const fail = createFail(request.method, request.url, request.signal, redact);
  // Whoever gave up was told that nothing was sent, which a fetch that takes no notice of its signal would belie.
  request.signal?.throwIfAborted();
  onSend?.();
  try {
    const response = await send(request, fetch, redirectMode());
    if (!isAnswer(response)) {
      void response.body?.cancel().catch(() => {});
      throw new TypeError(`unexpected HTTP ${response.status}`);
    }
    const text = () => readText(response).catch(fail);
    return Object.assign(response, { text, json: async () => JSON.parse(await text()) as unknown });
  } catch (error) {
    return fail(error);
  }
}

/** Makes what throws failures, typed; apart, so that a response, which runtimes keep for long, does not hold its request. */
function createFail(method: string, url: string, signal: AbortSignal | undefined, redact: Redact) {
  return (error: unknown): never => {
    if (signal?.aborted) throw signal.reason;
    const cause = redactError(error, redact);
    throw new ConnectionError(`${method} ${new URL(url).pathname}: ${innermost(cause)}`, {
      outcome: neverSent(error) ? "not-sent" : "unknown",
      cause,
    });
  };
}

function send(
  request: OutgoingRequest | Request,
  fetch: Fetch,
  redirect: RequestRedirect,
): Promise<Response> {
  if (request instanceof Request) return fetch(request, { redirect });
  // The request is its own init: a copy would be one more object for each request.
  return fetch(request.url, Object.assign(request, { redirect }) as RequestInit);
}

/**
 * Node keeps a copy of every body in case of a redirect, unless redirects are errors; Workers know no such mode and show
 * the redirect itself.
 */
function redirectMode(): RequestRedirect {
  return globalThis.navigator?.userAgent === "Cloudflare-Workers" ? "manual" : "error";
}

/** Whether a response can be judged: it is no redirect (0, where it is hidden), and its status is one that HTTP knows. */
function isAnswer({ status, redirected }: Response): boolean {
  if (redirected) return false;
  return (status >= 200 && status <= 299) || (status >= 400 && status <= 599);
}

const decoder = new TextDecoder();

/** Reads an answer as UTF-8, whatever it says of itself. */
async function readText(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  try {
    for (let chunk = await reader?.read(); chunk && !chunk.done; chunk = await reader?.read()) {
      bytes += chunk.value.byteLength;
      if (bytes > longestAnswerBytes)
        throw new RangeError(`the answer is longer than ${longestAnswerBytes} bytes`);
      chunks.push(chunk.value);
    }
  } catch (error) {
    void reader?.cancel().catch(() => {});
    throw error;
  }
  // Nearly every answer comes in one piece, and a character may lie across two.
  const [only] = chunks;
  return decoder.decode(chunks.length > 1 ? await new Blob(chunks).arrayBuffer() : only);
}

/** The message of the first cause, which says more than «fetch failed». */
function innermost({ cause, message, name }: Error): string {
  return (cause instanceof Error && innermost(cause)) || message || name;
}
