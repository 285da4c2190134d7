// A result is fetched by other rules than the API: without a key, and over redirects.
import { DownloadError, RateLimitError } from "../errors.js";
import { isLoopback } from "../url-safety.js";
import { parseRetryAfter } from "../reliability/retry.js";
import { nextSign } from "./stall.js";
import type { Patience } from "./stall.js";

/** How a result is asked for. */
export interface ResultRequest extends Patience {
  /** Default: `globalThis.fetch`, looked up for each request. */
  fetch: ((url: string, init?: RequestInit) => Promise<Response>) | undefined;
}

const maxRedirects = 5;
const redirectStatuses = new Set([301, 302, 303, 307, 308]);

/** Sends the request and follows redirects, each of which is checked first; the answer is HTTP 200. */
export async function follow(start: string | URL, settings: ResultRequest): Promise<Response> {
  let url = resolveTarget(start);
  for (let redirects = 0; redirects <= maxRedirects; redirects++) {
    let response = await request(url, "manual", settings);
    if (response.type === "opaqueredirect") {
      // Browsers hide where a redirect leads: it can only be followed blindly and judged by where it ended.
      response = await request(url, "follow", settings);
      const refusal = refusalOf(new URL(response.url, url), url);
      if (refusal) {
        discard(response);
        throw new DownloadError(refusal);
      }
    }
    const location = redirectStatuses.has(response.status) ? response.headers.get("location") : null;
    if (location === null) return judge(response);
    discard(response);
    url = resolveTarget(location, url);
  }
  throw new DownloadError(`it is redirected more than ${maxRedirects} times`);
}

function resolveTarget(target: string | URL, from?: URL): URL {
  // The platform's own error would quote the URL and its secrets.
  if (!URL.canParse(String(target), from?.href)) {
    throw new DownloadError(from ? "it is redirected to what is no URL" : "this is no URL");
  }
  const url = new URL(target, from);
  const refusal = refusalOf(url, from);
  if (refusal) throw new DownloadError(refusal);
  return url;
}

function request(url: URL, redirect: RequestRedirect, settings: ResultRequest): Promise<Response> {
  const send = settings.fetch ?? globalThis.fetch;
  return nextSign("the connection failed", settings, async ({ signal }) => {
    const response = await send(url.href, { redirect, signal, ...privacy() });
    if (signal.aborted) discard(response); // Too late: this fetch takes no notice of its signal.
    return response;
  });
}

/** Says nothing of who asks and keeps no copy. Workers has no such notions, and throws on a field it does not know. */
function privacy(): RequestInit {
  const wanted: RequestInit = { cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer" };
  return Object.fromEntries(Object.entries(wanted).filter(([field]) => field in Request.prototype));
}

function judge(response: Response): Response {
  const { status, headers } = response;
  if (status === 200) return response;
  discard(response);
  if (status === 429 || status === 503) {
    throw new RateLimitError(`HTTP ${status}`, {
      httpStatus: status,
      retryAfterMs: parseRetryAfter(headers),
    });
  }
  const hint = [403, 404, 410].includes(status) ? ": the URL may have expired" : "";
  throw new DownloadError(`HTTP ${status}${hint}`, { httpStatus: status });
}

/** Lets go of a body that nobody will read, and of its connection. */
function discard({ body }: Response): void {
  void body?.cancel().catch(() => {});
}

/** Says why `url` must not be fetched, if so; `from` is the URL that redirects to it. */
export function refusalOf(url: URL, from?: URL): string | undefined {
  if (url.username || url.password) return "a URL with a user name or password is not fetched";
  if (url.protocol === "https:") return undefined;
  if (from?.protocol === "https:") return `a redirect from https to ${url.protocol} is not followed`;
  if (url.protocol !== "http:") return `a URL with ${url.protocol} is not fetched, only one with https:`;
  return isLoopback(url) ? undefined : "plain http is fetched from this machine only; the URL must be https";
}
