import { server } from "../../generated/operations.js";
import { ConfigurationError, didYouMean } from "../errors.js";
import type { ErrorDetails } from "../errors.js";
import { findBaseUrlFault } from "../url-safety.js";
import type { ApiKey, AuthScheme } from "./authentication.js";
import type { Fetch } from "./exchange.js";

/** Where the service is and how it is asked; every option has a default that works. */
export interface ApiOptions {
  /**
   * The API key, or a function that returns it for each request. `null` sends none: for a `baseUrl` of your own that adds
   * it. @default the environment variable TENSORSLAB_API_KEY; in a browser `null`, which needs a `baseUrl`
   */
  apiKey?: ApiKey | null | undefined;
  /** Allows a key in a web page, where every visitor can read and spend it. @default false */
  dangerouslyAllowBrowser?: boolean | undefined;
  /** `bearer` sends `Bearer <key>`, which is known to work; `raw` sends the bare key. @default "bearer" */
  authScheme?: AuthScheme | undefined;
  /** Base URL of the service; plain http only to this machine. @default the server that the document names */
  baseUrl?: string | URL | undefined;
  /** Sends the requests. @default `globalThis.fetch`, looked up for each request */
  fetch?: Fetch | undefined;
}

/** {@link ApiOptions}, validated and with their defaults. */
export type ApiSettings = ReturnType<typeof resolveApiOptions>;

/** Validates the options and fills in the defaults. */
export function resolveApiOptions(options: ApiOptions) {
  const {
    apiKey: givenKey,
    dangerouslyAllowBrowser = false,
    authScheme = "bearer",
    baseUrl = server,
    fetch = (...request) => globalThis.fetch(...request),
  } = options;
  if (authScheme !== "bearer" && authScheme !== "raw") {
    throw new ConfigurationError('`authScheme` must be "bearer" or "raw"');
  }
  const isOwnServer = options.baseUrl !== undefined;
  const apiKey =
    dangerouslyAllowBrowser === true || !isBrowser() ? givenKey : withoutKey(givenKey, isOwnServer);
  if (typeof fetch !== "function") throw new ConfigurationError("`fetch` must be a function");
  return { apiKey, authScheme, baseUrl: checkBaseUrl(baseUrl), fetch };
}

/** The names of the options, for a message about an unknown one. */
export const apiOptionNames = [
  "apiKey",
  "dangerouslyAllowBrowser",
  "authScheme",
  "baseUrl",
  "fetch",
] as const satisfies readonly (keyof ApiOptions)[];

/** Refuses options that are not among the known ones: a misspelt option would be ignored without a word. */
export function refuseUnknownOptions(options: object, known: readonly string[], about?: ErrorDetails): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new ConfigurationError(`Unknown option \`${unknown}\`.${didYouMean(unknown, known)}`, about);
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
    "Every visitor can read a key in a web page: pass the `baseUrl` of a server of yours that adds the key, made " +
      "with `createProxyHandler`, and no `apiKey`; or set `dangerouslyAllowBrowser: true` if only you open the page",
  );
}

/** The URL's own text is never quoted: it may hold a password. */
function checkBaseUrl(baseUrl: string | URL): URL {
  const page = (globalThis as { location?: { href: string } }).location?.href;
  if (!URL.canParse(String(baseUrl), page)) throw new ConfigurationError("`baseUrl` must be a valid URL");
  const url = new URL(baseUrl, page);
  const fault = findBaseUrlFault(url);
  if (fault) throw new ConfigurationError(`\`baseUrl\` ${fault}`);
  return url;
}
