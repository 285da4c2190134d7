import dns from "node:dns";
import type { LookupAddress, LookupOptions } from "node:dns";
import type { SecureContext } from "node:tls";
import type { buildConnector, Dispatcher, Pool } from "undici";
import { privateAddressCode } from "../fetch-agreement.js";
import { ConfigurationError } from "../index.js";
import { isPrivateAddress } from "../url-safety.js";
import { findProxy } from "./find-proxy.js";
import type { Proxy } from "./find-proxy.js";

/** The part of undici 7 that connections are made with. */
export type Undici = Pick<typeof import("undici"), "Agent" | "Pool" | "ProxyAgent">;

/** Settings of the connections. */
export interface ConnectionOptions {
  /** Most connections to one origin. */
  connections: number;
  connectTimeoutMs: number;
  /** Undefined for what the environment says, null for none. */
  proxy: Proxy | null | undefined;
  ca: string | readonly string[] | undefined;
}

/** The connections of one fetch. */
export interface Connections {
  dispatcherFor(url: URL, isPublicOnly: boolean, undici: Undici): Dispatcher;
  close(): Promise<void>;
}

/** Creates {@link Connections}; none is opened before it is needed. */
export function createConnections(options: ConnectionOptions): Connections {
  const { connections, connectTimeoutMs, proxy, ca } = options;
  const trust = ca === undefined ? {} : { secureContext: trustAlso(ca) };
  const connect = { timeout: connectTimeoutMs, ...trust };
  // How long a response may take is for the request's signal to say: undici would give it up after five minutes.
  const limits = { connections, headersTimeout: 0, bodyTimeout: 0 };
  const dispatchers = new Map<string, Dispatcher>();

  function create(via: Proxy | undefined, isPublicOnly: boolean, { Agent, Pool, ProxyAgent }: Undici) {
    const lookup = isPublicOnly && { lookup: lookUpPublicly };
    if (!via) return new Agent({ ...limits, connect: { ...connect, ...lookup }, allowH2: false });
    return new ProxyAgent({
      ...via,
      ...limits,
      proxyTls: connect,
      requestTls: connect,
      // A proxy that accepts a connection may still never open the tunnel.
      clientFactory: (origin, settings) =>
        new Pool(origin, {
          ...withoutAddressAsName(settings as Pool.Options),
          headersTimeout: toMilliseconds(connectTimeoutMs),
        }),
      factory: (origin, settings) => new Pool(origin, withFinalErrors(settings as Pool.Options)),
    });
  }

  return {
    /** One for each proxy, one for direct connections, and one for those that reach public addresses alone. */
    dispatcherFor(url, isPublicOnly, undici) {
      const via = proxy === undefined ? findProxy(url, process.env) : (proxy ?? undefined);
      const name = via ? `${via.uri} ${via.token}` : isPublicOnly ? "public" : "any";
      const dispatcher = dispatchers.get(name) ?? create(via, isPublicOnly, undici);
      dispatchers.set(name, dispatcher);
      return dispatcher;
    },
    async close() {
      await Promise.all([...dispatchers.values()].map((dispatcher) => dispatcher.close()));
    },
  };
}

/** A time as undici takes it. */
const toMilliseconds = (time: number): number => Math.ceil(Math.min(time, 2 ** 31 - 1));

/** Creates one context for all connections: to parse hundreds of certificates takes milliseconds. */
function trustAlso(given: string | readonly string[]): SecureContext {
  const { X509Certificate } = process.getBuiltinModule("node:crypto");
  const tls = process.getBuiltinModule("node:tls"); // takes time to load
  const { getCACertificates } = tls as { getCACertificates?: (kind: "default") => string[] };
  const own = [given].flat();
  const ca = [...(getCACertificates?.("default") ?? tls.rootCertificates), ...own];
  // Node overlooks what is not a certificate, or not a whole one.
  try {
    for (const each of own) {
      const found = String(each).match(/-----BEGIN [A-Z\d ]*CERTIFICATE-----[^-]*(-+END [A-Z\d ]*-+)?/g);
      if (!found) throw new TypeError("there is no certificate");
      for (const certificate of found) new X509Certificate(certificate);
    }
    return tls.createSecureContext({ ca });
  } catch (cause) {
    throw new ConfigurationError("`ca` must be certificates in PEM form", { cause });
  }
}

/** For a proxy at an IP address undici names the address in the handshake, where only names may stand; Node warns of it. */
function withoutAddressAsName(settings: Pool.Options): Pool.Options {
  const connect = settings.connect as buildConnector.connector;
  const { isIP } = process.getBuiltinModule("node:net"); // takes time to load
  return {
    ...settings,
    connect(target, callback) {
      const name = target.servername?.replace(/^\[|\]$/g, ""); // there is none for a proxy on http
      connect(isIP(name ?? "") ? { ...target, servername: "" } : target, callback);
    },
  };
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
