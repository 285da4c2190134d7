// A result is fetched by other rules than the API: without a key, and over redirects.
import { DownloadError, RateLimitError } from "../errors.js";
import { publicAddressesOnly } from "../fetch-agreement.js";
import type { Instrumentation } from "../reliability/instrument.js";
import { parseRetryAfter } from "../reliability/retry.js";
import { findResultUrlFault, mustResolvePublicly, parseUrl } from "../url-safety.js";
import type { ResultUrlRule } from "../url-safety.js";
import { nextSign } from "./stall.js";
import type { Patience } from "./stall.js";

/** The rules by which the results of a client may be fetched. */
export interface ResultAccess {
  /** Sends the requests; undefined for `globalThis.fetch`, looked up for each request. */
  readonly fetch: ((url: string, init?: RequestInit) => Promise<Response>) | undefined;
  /** Allows private addresses, and plain http. */
  readonly allowPrivateResults: boolean;
  /** Observes downloads. */
  readonly instrumentation?: Instrumentation | undefined;
}

/** The request for one result. */
export interface ResultRequest extends Patience, ResultUrlRule {
  fetch: ResultAccess["fetch"];
}

const maxRedirects = 5;
const redirectStatuses = new Set([301, 302, 303, 307, 308]);

/** Sends the request and follows redirects, each of which is checked first; the response is HTTP 200. */
export async function follow(start: string | URL, settings: ResultRequest): Promise<Response> {
  let url = resolveTarget(start, settings);
  for (let redirects = 0; redirects <= maxRedirects; redirects++) {
    let response = await request(url, "manual", settings);
    if (response.type === "opaqueredirect") {
      // Browsers hide where a redirect leads: it can only be followed blindly and checked by where it ended.
      response = await request(url, "follow", settings);
      const fault = findResultUrlFault(new URL(response.url, url), settings, url);
      if (fault) {
        discard(response);
        throw new DownloadError(fault);
      }
    }
    const location = redirectStatuses.has(response.status) ? response.headers.get("location") : null;
    if (location === null) return validate(response);
    discard(response);
    url = resolveTarget(location, settings, url);
  }
  throw new DownloadError(`it is redirected more than ${maxRedirects} times`);
}

function resolveTarget(target: string | URL, rule: ResultUrlRule, from?: URL): URL {
  // The platform's own error would quote the URL and its secrets.
  const url = parseUrl(target, from?.href);
  if (!url) throw new DownloadError(from ? "it is redirected to an invalid URL" : "the URL is not valid");
  const fault = findResultUrlFault(url, rule, from);
  if (fault) throw new DownloadError(fault);
  return url;
}

function request(url: URL, redirect: RequestRedirect, settings: ResultRequest): Promise<Response> {
  const send = settings.fetch ?? globalThis.fetch;
  return nextSign("the connection failed", settings, async ({ signal }) => {
    const check = mustResolvePublicly(url, settings) && { [publicAddressesOnly]: true };
    const response = await send(url.href, { redirect, signal, ...privacy(), ...check });
    if (signal.aborted) discard(response); // Too late: this fetch takes no notice of its signal.
    return response;
  });
}

/** Says nothing of who asks and keeps no copy. Workers has no such notions, and throws on a field it does not know. */
function privacy(): RequestInit {
  const wanted: RequestInit = { cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer" };
  return Object.fromEntries(Object.entries(wanted).filter(([field]) => field in Request.prototype));
}

function validate(response: Response): Response {
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
