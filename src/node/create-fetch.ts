import { createRequire } from "node:module";
import type { Dispatcher } from "undici";
import { neverSent, publicAddressesOnly, tellsNeverSent } from "../fetch-agreement.js";
import { ConfigurationError } from "../index.js";
import { createConnections } from "./connections.js";
import type { Undici } from "./connections.js";
import { parseProxy } from "./find-proxy.js";
import { toDispatchRequest } from "./outgoing-body.js";
import { ReceivedResponse } from "./received-response.js";
import { Receiver } from "./receiver.js";

/** Options of `createFetch`; each has a default that works. */
export interface CreateFetchOptions {
  /** Most connections to one origin; more requests wait for one. @default 64 */
  connections?: number | undefined;
  /**
   * URL of an http or https proxy for every request; `null` for none. @default what HTTPS_PROXY, HTTP_PROXY and NO_PROXY of
   * the environment say, in lower or upper case
   */
  proxy?: string | URL | null | undefined;
  /** Certificates in PEM form to trust besides those that Node trusts, such as a company's own. @default none */
  ca?: string | readonly string[] | undefined;
  /** Milliseconds until an attempt to connect is given up. @default 10_000 */
  connectTimeoutMs?: number | undefined;
  /** Loads undici 7; for a program that bundles it. @default `() => import("undici")` */
  loadUndici?: (() => Promise<unknown>) | undefined;
}

/** A fetch with connections of its own. */
export interface NodeFetch {
  (input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /**
   * Waits for the requests that are under way, until their bodies are read or cancelled, and closes every connection; no
   * request can be sent after that.
   */
  close(): Promise<void>;
  /** The same as {@link close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Creates a fetch that costs a fraction of the built-in one, and goes through the proxies of the environment.
 *
 * It needs the package `undici` in version 7, which is loaded at the first request. Redirects are errors, unless a request
 * says `redirect: "manual"`, and nothing is repeated. It keeps no process alive. The response's headers, `text` and the
 * like work as usual.
 *
 * @throws {ConfigurationError} undici 7 is not installed, or an option is invalid.
 * @example
 * const client = createClient({ fetch: createFetch() });
 */
export function createFetch(options: CreateFetchOptions = {}): NodeFetch {
  checkOptions(options);
  const { connections = 64, connectTimeoutMs = 10_000, proxy, loadUndici } = options;
  const connect = createConnections({
    connections,
    connectTimeoutMs,
    proxy: proxy == null ? proxy : parseProxy(proxy, "`proxy`"),
    ca: options.ca,
  });
  const load = loadUndici ?? (checkUndici(), () => import("undici"));
  let undici: Undici | undefined;
  let closing: Promise<void> | undefined;

  /** Finds the connections for a request; an error of this says that it was never sent. */
  async function open(url: URL, isPublicOnly: boolean, contentType: string | undefined): Promise<Dispatcher> {
    try {
      undici ??= toUndici(await load());
      if (closing) throw new ConfigurationError("This fetch is closed: nothing can be sent after `close()`");
      return connect.dispatcherFor(url, isPublicOnly, undici);
    } catch (error) {
      // Of a package that cannot be loaded, each attempt throws the same error.
      const own = error instanceof ConfigurationError ? error : cannotUseUndici(error);
      throw Object.defineProperty(own, neverSent, { value: contentType });
    }
  }

  async function fetch(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
    const request = input instanceof Request ? new Request(input, init) : init;
    const url = new URL(input instanceof Request ? input.url : input);
    const signal = request.signal ?? undefined;
    if (signal?.aborted) throw signal.reason;
    const outgoing = toDispatchRequest(url, request);
    const contentType = outgoing.headers["content-type"];
    const dispatcher = await open(url, publicAddressesOnly in init, contentType);
    if (signal?.aborted) throw signal.reason;
    const followsNothing = request.redirect !== "manual";
    return new Promise((resolve, reject) => {
      dispatcher.dispatch(outgoing, new Receiver(url, outgoing, signal, followsNothing, resolve, reject));
    });
  }

  const close = (): Promise<void> => (closing ??= connect.close());

  ReceivedResponse.adopt();
  Object.defineProperty(fetch, tellsNeverSent, { value: fetch });
  return Object.assign(fetch, { close, [Symbol.asyncDispose]: close });
}

const optionNames = ["connections", "proxy", "ca", "connectTimeoutMs", "loadUndici"];

/** Refuses options that are misspelt or of the wrong kind; `proxy` and `ca` are checked where they are read. */
function checkOptions(options: CreateFetchOptions): void {
  const refuse = (rule: string): never => {
    throw new ConfigurationError(rule);
  };
  const unknown = Object.keys(Object(options)).find((name) => !optionNames.includes(name));
  if (unknown !== undefined) refuse(`Unknown option \`${unknown}\`. Available: ${optionNames.join(", ")}`);
  const { connections = 1, connectTimeoutMs = 1, loadUndici = checkOptions } = options;
  if (!(connections >= 1) || Math.floor(connections) !== connections) {
    refuse("`connections` must be a whole number of at least 1");
  }
  if (typeof connectTimeoutMs !== "number" || !(connectTimeoutMs > 0)) {
    refuse("`connectTimeoutMs` must be a number of milliseconds above 0");
  }
  if (typeof loadUndici !== "function") refuse("`loadUndici` must be a function");
}

function cannotUseUndici(cause: unknown): ConfigurationError {
  const { message = cause } = Object(cause) as { message?: unknown };
  return new ConfigurationError(`undici cannot be used: ${String(message)}`, { cause });
}

/** A bundler gives a CommonJS package as the default export alone. */
function toUndici(loaded: unknown): Undici {
  const { Agent, default: bundled } = loaded as Partial<Undici> & { default?: Undici };
  return Agent || !bundled ? (loaded as Undici) : bundled;
}

/** Refuses to continue without undici 7, before anything can be sent that would be of unknown outcome. */
function checkUndici(): void {
  let version = "";
  try {
    ({ version } = createRequire(import.meta.url)("undici/package.json") as { version: string });
  } catch {
    // not installed
  }
  if (version.startsWith("7.")) return;
  const found = version ? `version ${version} is installed` : "it is not installed";
  throw new ConfigurationError(`createFetch needs undici 7, but ${found}: run npm install undici@7`);
}
