/** The options of a request whose body need not be encoded yet. */
export type OutgoingInit = Omit<RequestInit, "body"> & { body?: unknown };

/**
 * The request that openapi-fetch creates: an `init` for fetch with its URL.
 *
 * Every fetch wraps a platform Request in a second one. So a platform Request is built only if a middleware may look at
 * it; see `createFacade`.
 */
export class OutgoingRequest {
  declare url: string;
  declare method: string;
  declare headers: Headers; // openapi-fetch always makes them
  declare body: unknown;
  declare signal: AbortSignal | undefined;
  declare redirect: RequestInit["redirect"] | undefined;

  constructor(url: string, init: OutgoingInit) {
    // Workers have no such notion, and throw on a field that they do not know.
    const hasCache = typeof Request === "function" && "cache" in Request.prototype;
    Object.assign(this, hasCache && { cache: "no-store" }, init, { url, redirect: redirectMode() });
  }

  /** openapi-fetch takes from a middleware whatever is an instance of this class. */
  static [Symbol.hasInstance](value: unknown): boolean {
    return isPlatformRequest(value) || Object(value).constructor === OutgoingRequest;
  }
}

/**
 * Node keeps a copy of every body in case of a redirect, unless redirects are errors; Workers know no such mode and show
 * the redirect itself.
 */
export function redirectMode(): "error" | "manual" {
  return globalThis.navigator?.userAgent === "Cloudflare-Workers" ? "manual" : "error";
}

/** Whether a request is the platform's; some runtimes have no Request at all. */
export const isPlatformRequest = (value: unknown): value is Request =>
  typeof Request === "function" && value instanceof Request;
