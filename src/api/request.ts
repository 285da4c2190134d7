import type { EncodedForm } from "./multipart.js";

/**
 * The request that openapi-fetch creates: an `init` for fetch with its URL.
 *
 * Every fetch wraps a platform Request in a second one. So a platform Request is built only if a middleware may look at
 * it; see {@link toPlatformRequest}.
 */
export class OutgoingRequest {
  url!: string;
  method!: string;
  headers!: Headers; // openapi-fetch always makes them
  body: unknown;
  signal: AbortSignal | undefined;
  redirect: RequestInit["redirect"] | undefined;

  constructor(url: string, init: RequestInit) {
    // Workers have no such notion, and throw on a field that they do not know.
    const hasCache = typeof Request === "function" && "cache" in Request.prototype;
    Object.assign(this, hasCache && { cache: "no-store" }, init, { url, redirect: redirectMode() });
  }

  /** Sets an encoded body with its headers. */
  setBody({ body, contentType, contentLength }: EncodedForm): void {
    this.body = body;
    this.headers.set("Content-Type", contentType);
    if (contentLength === undefined) return;
    // A stream has no length of its own, and services are wary of bodies without one.
    this.headers.set("Content-Length", String(contentLength));
    Object.assign(this, { duplex: "half" });
  }

  /** openapi-fetch takes from a middleware whatever is an instance of this class. */
  static [Symbol.hasInstance](value: unknown): boolean {
    return isPlatformRequest(value) || OutgoingRequest.prototype.isPrototypeOf(Object(value) as object);
  }
}

/** The same for a call that has a middleware of its own. */
export class ObservedRequest extends OutgoingRequest {}

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

/** Builds the platform Request of an outgoing one, without a copy of its body. */
export function toPlatformRequest({ url, ...init }: OutgoingRequest): Request {
  return new Request(url, init as RequestInit);
}
