import { server } from "../generated/operations.js";
import type { ApiKey, AuthScheme } from "./auth.js";
import { checkDuration, refuseUnknown } from "./call-options.js";
import { ConfigurationError } from "./errors.js";
import { isLoopback } from "./loopback.js";
import type { Fetch } from "./transport.js";

/** How a client is set up; every option has a default that works. */
export interface ClientOptions {
  /**
   * The API key, or a function that gives it for each request. `null` sends none: for a `baseUrl` of your own that adds
   * it. @default the environment variable TENSORSLAB_API_KEY; in a browser `null`, which needs a `baseUrl`
   */
  apiKey?: ApiKey | null | undefined;
  /** Lets a page hold the key, which every visitor of the page can read and spend. @default false */
  dangerouslyAllowBrowser?: boolean | undefined;
  /** `bearer` sends `Bearer <key>`, which is known to work; `raw` sends the bare key. @default "bearer" */
  authScheme?: AuthScheme | undefined;
  /** Where the service is; plain http only to this machine. @default the server that the document names */
  baseUrl?: string | URL | undefined;
  /** Sends the requests. @default `globalThis.fetch`, looked up for each request */
  fetch?: Fetch | undefined;
  /** Milliseconds until a submit is given up, with its outcome unknown. @default 180_000 */
  submitTimeoutMs?: number | undefined;
  /** How often a submit that never reached the service, or was answered 429, is sent again. @default 2 */
  submitRetries?: number | undefined;
  /** Milliseconds until a read of a task is given up, its retries included. @default 30_000 */
  statusTimeoutMs?: number | undefined;
  /** How often a failed read of a task is tried again. @default 3 */
  statusRetries?: number | undefined;
  /** How many tasks are read at the same time at most, by all waits of this client together. @default 64 */
  maxConcurrentPolls?: number | undefined;
}

/** Checks the options and fills in the defaults. */
export function resolveOptions(options: ClientOptions) {
  const {
    apiKey: givenKey,
    dangerouslyAllowBrowser = false,
    authScheme = "bearer",
    baseUrl = server,
    fetch = (...request) => globalThis.fetch(...request),
    submitTimeoutMs = 180_000,
    submitRetries = 2,
    statusTimeoutMs = 30_000,
    statusRetries = 3,
    maxConcurrentPolls = 64,
    ...unknown
  } = options;
  refuseUnknown(unknown);
  if (authScheme !== "bearer" && authScheme !== "raw") {
    throw new ConfigurationError('authScheme must be "bearer" or "raw"');
  }
  const isOwnServer = options.baseUrl !== undefined;
  const apiKey =
    dangerouslyAllowBrowser === true || !isBrowser() ? givenKey : withoutKey(givenKey, isOwnServer);
  if (typeof fetch !== "function") throw new ConfigurationError("fetch must be a function");
  checkDuration("submitTimeoutMs", submitTimeoutMs);
  checkDuration("statusTimeoutMs", statusTimeoutMs);
  checkCount("submitRetries", submitRetries, 0);
  checkCount("statusRetries", statusRetries, 0);
  checkCount("maxConcurrentPolls", maxConcurrentPolls, 1);
  return {
    apiKey,
    authScheme,
    baseUrl: checkBaseUrl(baseUrl),
    fetch,
    submitTimeoutMs,
    submitRetries,
    statusTimeoutMs,
    statusRetries,
    maxConcurrentPolls,
  };
}

/** Pages have a document; their workers have none, but the name that all browsers give themselves. */
function isBrowser(): boolean {
  const { document, navigator } = globalThis as { document?: unknown; navigator?: { userAgent?: string } };
  return document !== undefined || navigator?.userAgent?.startsWith("Mozilla/") === true;
}

/** A page sends no key, but may have a server of its own that adds it. */
function withoutKey(apiKey: ApiKey | null | undefined, isOwnServer: boolean): null {
  if (apiKey === null || (apiKey === undefined && isOwnServer)) return null;
  throw new ConfigurationError(
    "A key in a web page can be read by every visitor: give the baseUrl of a server of yours that adds the key, made " +
      "with createProxyHandler, and no apiKey; or set dangerouslyAllowBrowser: true if the page is for you alone",
  );
}

function checkCount(name: string, value: number, minimum: number): void {
  if (Number.isInteger(value) && value >= minimum) return;
  throw new ConfigurationError(`${name} must be a whole number of at least ${minimum}`);
}

/** What the URL says is never quoted: it may hold a password. */
function checkBaseUrl(baseUrl: string | URL): URL {
  const page = (globalThis as { location?: { href: string } }).location?.href;
  if (!URL.canParse(String(baseUrl), page)) throw new ConfigurationError("baseUrl is no URL");
  const url = new URL(baseUrl, page);
  if (url.username || url.password)
    throw new ConfigurationError("baseUrl must not hold a user name or password");
  if (url.search || url.hash) throw new ConfigurationError("baseUrl must not hold a query or a fragment");
  if (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url))) return url;
  throw new ConfigurationError(
    "baseUrl must be https, or http to this machine: a key is not sent in the clear",
  );
}
