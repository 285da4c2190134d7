import dns from "node:dns";
import type { LookupAddress, LookupOptions } from "node:dns";
import { createRequire } from "node:module";
import type { SecureContext } from "node:tls";
import type { buildConnector, Dispatcher, Pool } from "undici";
import { ConfigurationError } from "../index.js";
import { isPrivateAddress, privateAddressCode, publicAddressesOnly } from "../url-safety.js";
import { findProxy, parseProxy } from "./find-proxy.js";
import { toDispatchRequest } from "./outgoing-body.js";
import { ReceivedResponse } from "./received-response.js";
import { Receiver } from "./receiver.js";

/** How a fetch for Node is set up; every option has a default that works. */
export interface CreateFetchOptions {
  /** How many connections to one origin there are at most; more requests wait for one. @default 64 */
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
  /** Waits for the requests that are under way and closes every connection; no request can be sent after that. */
  close(): Promise<void>;
  /** The same as {@link close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

type Undici = Pick<typeof import("undici"), "Agent" | "Pool" | "ProxyAgent">;

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
  const { connections = 64, connectTimeoutMs = 10_000, proxy, loadUndici } = options;
  checkPositive("connections", connections);
  checkPositive("connectTimeoutMs", connectTimeoutMs);
  const fixedProxy = proxy == null ? proxy : parseProxy(proxy, "`proxy`");
  const trust = options.ca === undefined ? {} : { secureContext: trustAlso(options.ca) };
  const load = loadUndici ?? (checkUndici(), () => import("undici"));
  const connect = { timeout: connectTimeoutMs, ...trust };
  const dispatchers = new Map<string, Dispatcher>();
  let undici: Undici | undefined;
  let isClosed = false;

  /** One dispatcher for each proxy, one for direct connections, and one for those that reach public addresses alone. */
  function dispatcherFor(url: URL, isPublicOnly: boolean, { Agent, Pool, ProxyAgent }: Undici): Dispatcher {
    const via = fixedProxy === undefined ? findProxy(url, process.env) : (fixedProxy ?? undefined);
    const name = via ? `${via.uri} ${via.token}` : isPublicOnly ? "public" : "any";
    let dispatcher = dispatchers.get(name);
    if (!dispatcher) {
      const lookup = isPublicOnly && { lookup: lookUpPublicly };
      dispatcher = via
        ? new ProxyAgent({
            ...via,
            connections,
            proxyTls: connect,
            requestTls: connect,
            factory: (origin, settings) => new Pool(origin, withFinalErrors(settings as Pool.Options)),
          })
        : new Agent({ connections, connect: { ...connect, ...lookup }, allowH2: false });
      dispatchers.set(name, dispatcher);
    }
    return dispatcher;
  }

  async function fetch(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
    const request = input instanceof Request ? new Request(input, init) : init;
    const url = new URL(input instanceof Request ? input.url : input);
    const signal = request.signal ?? undefined;
    signal?.throwIfAborted();
    undici ??= toUndici(await load());
    signal?.throwIfAborted();
    if (isClosed) throw new TypeError("this fetch is closed");
    const dispatcher = dispatcherFor(url, publicAddressesOnly in init, undici);
    const followsNothing = request.redirect !== "manual";
    return new Promise((resolve, reject) => {
      dispatcher.dispatch(
        toDispatchRequest(url, request),
        new Receiver(url, signal, followsNothing, resolve, reject),
      );
    });
  }

  async function close(): Promise<void> {
    isClosed = true;
    await Promise.all([...dispatchers.values()].map((dispatcher) => dispatcher.close()));
  }

  ReceivedResponse.adopt();
  return Object.assign(fetch, { close, [Symbol.asyncDispose]: close });
}

function checkPositive(name: string, value: unknown): void {
  if (typeof value === "number" && value > 0) return;
  throw new ConfigurationError(`\`${name}\` must be a number above 0`);
}

/** A bundler gives a CommonJS package as the default export alone. */
function toUndici(loaded: unknown): Undici {
  const { Agent, default: bundled } = loaded as Partial<Undici> & { default?: Undici };
  return Agent || !bundled ? (loaded as Undici) : bundled;
}

/** Refuses to go on without undici 7, before anything can be sent that would be of unknown outcome. */
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

/** Creates one context for all connections: to parse hundreds of certificates takes milliseconds. */
function trustAlso(given: string | readonly string[]): SecureContext {
  const tls = createRequire(import.meta.url)("node:tls") as typeof import("node:tls"); // takes time to load
  const { getCACertificates } = tls as { getCACertificates?: (kind: "default") => string[] };
  const ca = [...(getCACertificates?.("default") ?? tls.rootCertificates), ...[given].flat()];
  // Node overlooks what is not a certificate.
  if (ca.every((each) => /-----BEGIN (TRUSTED )?CERTIFICATE-----/.test(each)))
    return tls.createSecureContext({ ca });
  throw new ConfigurationError("`ca` must be certificates in PEM form");
}

/** A proxy that hangs up fails a request: undici takes this for an old connection that has ended, and tries for ever. */
function withFinalErrors(settings: Pool.Options): Pool.Options {
  const connect = settings.connect as buildConnector.connector;
  return {
    ...settings,
    connect: (target, callback) =>
      connect(target, (...result) => {
        const [error, socket] = result;
        if (error)
          callback(new Error(`the proxy gave no connection: ${error.message}`, { cause: error }), null);
        else callback(null, socket);
      }),
  };
}

type LookupCallback = (error: Error | null, addresses: string | LookupAddress[], family?: number) => void;

/** Looks a name up and keeps its public addresses; a name that has none is an error. */
function lookUpPublicly(hostname: string, options: LookupOptions, callback: LookupCallback): void {
  dns.lookup(hostname, { ...options, all: true }, (error, addresses) => {
    const [first, ...others] = error ? [] : addresses.filter(({ address }) => !isPrivateAddress(address));
    if (error) callback(error, []);
    else if (!first)
      callback(
        Object.assign(new Error(`${hostname} leads to a private address`), { code: privateAddressCode }),
        [],
      );
    else if (options.all) callback(null, [first, ...others]);
    else callback(null, first.address, first.family);
  });
}
