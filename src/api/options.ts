import { server } from "../../generated/operations.js";
import { ConfigurationError } from "../errors.js";
import type { ErrorDetails } from "../errors.js";
import { findBaseUrlFault, parseUrl } from "../url-safety.js";
import { environmentVariable } from "./authentication.js";
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
  /**
   * Base URL of the service, in a page also relative to it; plain http only to this machine, or without a key.
   * @default the environment variable TENSORSLAB_BASE_URL, else the server that the document names
   */
  baseUrl?: string | URL | undefined;
  /** Allows a key to travel unencrypted, where every station on the way can read and spend it. @default false */
  dangerouslyAllowHttp?: boolean | undefined;
  /** Sends the requests. @default `globalThis.fetch`, looked up for each request */
  fetch?: Fetch | undefined;
}

/** {@link ApiOptions}, validated and with their defaults. */
export interface ApiSettings {
  /** Undefined for the environment's, which is read for each request: a build has none. */
  apiKey: ApiKey | null | undefined;
  authScheme: AuthScheme;
  baseUrl: BaseUrl;
  /** Undefined for `globalThis.fetch`, which is looked up for each request. */
  fetch: Fetch | undefined;
}

/** Returns where the service is; it throws while that is relative to a page that is not there yet. */
export type BaseUrl = () => Pick<URL, "href" | "origin">;

/** Fills in the defaults of options that keep to their rules, and decides who sends a key where. */
export function resolveApiOptions(options: ApiOptions): ApiSettings {
  const { dangerouslyAllowBrowser, dangerouslyAllowHttp, authScheme = "bearer", fetch } = options;
  const apiKey = dangerouslyAllowBrowser === true || !isBrowser() ? options.apiKey : withoutKey(options);
  const baseUrl = options.baseUrl ?? (environmentVariable("TENSORSLAB_BASE_URL") || server);
  const mayBeHttp = apiKey === null || dangerouslyAllowHttp === true;
  return { apiKey, authScheme, baseUrl: resolveBaseUrl(baseUrl, mayBeHttp), fetch };
}

/** Whether a value is valid for an option, and the words for what is; undefined for what is validated where it is used. */
export type OptionRule = readonly [isValid: (value: any) => boolean, kind: string] | undefined;

export const callback: OptionRule = [(value) => typeof value === "function", "a function"];

/** The rules of the options, by name. */
export const apiOptionRules: Record<keyof ApiOptions, OptionRule> = {
  apiKey: undefined,
  dangerouslyAllowBrowser: undefined,
  authScheme: [(value) => value === "bearer" || value === "raw", '"bearer" or "raw"'],
  baseUrl: undefined,
  dangerouslyAllowHttp: undefined,
  fetch: callback,
};

/** Refuses options that are of the wrong kind or that have no rule: a misspelt one would be ignored without a word. */
export function checkOptions(
  options: object,
  rules: Readonly<Record<string, OptionRule>>,
  hint?: (unknown: string, known: readonly string[]) => string,
  about?: ErrorDetails,
): void {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(rules, name));
  if (unknown !== undefined) {
    const known = Object.keys(rules);
    const help = hint?.(unknown, known) || ` Available: ${known.join(", ")}`;
    throw new ConfigurationError(`Unknown option \`${unknown}\`.${help}`, about);
  }
  for (const name in rules) {
    const value = (options as Record<string, unknown>)[name];
    const rule = rules[name];
    if (rule && value !== undefined && !rule[0](value)) {
      throw new ConfigurationError(`\`${name}\` must be ${rule[1]}`, about);
    }
  }
}

/** Pages have a document; their workers have none, but the name that all browsers give themselves. */
function isBrowser(): boolean {
  const { document, navigator } = globalThis as { document?: unknown; navigator?: { userAgent?: string } };
  return document !== undefined || /^Mozilla\//.test(`${navigator?.userAgent}`);
}

/** A page sends no key, but may have a server of its own that adds it. */
function withoutKey({ apiKey, baseUrl }: ApiOptions): null {
  if (apiKey === null || (apiKey === undefined && baseUrl !== undefined)) return null;
  throw new ConfigurationError(
    "A web page shows its key to visitors: pass the `baseUrl` of your `createProxyHandler`, " +
      "or `dangerouslyAllowBrowser: true`",
  );
}

/** The URL's own text is never quoted: it may hold a password. */
function resolveBaseUrl(given: string | URL, mayBeHttp: boolean): BaseUrl {
  const resolve: BaseUrl = () => {
    const url = parseUrl(given, pageUrl());
    const fault = url ? findBaseUrlFault(url, mayBeHttp) : "must be a valid URL, or relative to a page";
    if (!url || fault) throw new ConfigurationError(`\`baseUrl\` ${fault}`);
    const { href, origin } = url; // a URL makes its origin anew whenever it is asked
    return { href, origin };
  };
  // A page that is rendered on a server beforehand asks for nothing there.
  if (pageUrl() === undefined && /^\.{0,2}\//.test(`${given}`)) return resolve;
  const resolved = resolve();
  return () => resolved;
}

const pageUrl = (): string | undefined => (globalThis as { location?: { href: string } }).location?.href;
