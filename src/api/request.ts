/**
 * The request that openapi-fetch creates: an `init` for fetch with its URL.
 *
 * Every fetch wraps a platform Request in a second one. So a platform Request is built only if a middleware may look at
 * it; see {@link toPlatformRequest}.
 */
export class OutgoingRequest {
  readonly url: string;
  method: string;
  headers: Headers;
  body: unknown;
  signal: AbortSignal | undefined;
  redirect: RequestInit["redirect"] | undefined = "error";

  /** Takes what every request has; openapi-fetch adds the other fields of a call. */
  constructor(url: string, init: RequestInit) {
    this.url = url;
    this.method = init.method as string;
    this.headers = init.headers as Headers; // openapi-fetch always makes them
    this.body = init.body;
    this.signal = init.signal ?? undefined;
    const { cache } = init as { cache?: unknown };
    if (cache) Object.assign(this, { cache }); // a runtime that does not know it must not see it
  }

  /** openapi-fetch takes from a middleware whatever is an instance of this class. */
  static [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Request || OutgoingRequest.prototype.isPrototypeOf(Object(value) as object);
  }
}

/** The same for a call that has a middleware of its own. */
export class ObservedRequest extends OutgoingRequest {}

/** Builds the platform Request of an outgoing one, without a copy of its body. */
export function toPlatformRequest({ url, ...init }: OutgoingRequest): Request {
  return new Request(url, init as RequestInit);
}
