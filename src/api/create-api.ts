import createOpenapiClient from "openapi-fetch";
import type { Client as OpenapiClient } from "openapi-fetch";
import { authentication, forms } from "../../generated/operations.js";
import type { paths } from "../../generated/schema.js";
import { ConfigurationError } from "../errors.js";
import { createAuthenticate } from "./authentication.js";
import { exchange } from "./exchange.js";
import type { Exchange } from "./exchange.js";
import { encodeForm } from "./multipart.js";
import type { EncodedForm, JoinPieces, PartKinds } from "./multipart.js";
import { apiOptionRules, checkOptions, resolveApiOptions } from "./options.js";
import type { ApiOptions, ApiSettings } from "./options.js";
import { isPlatformRequest, ObservedRequest, OutgoingRequest, toPlatformRequest } from "./request.js";

// A program's declarations name these when it exports what it has from the client. Where a package sees its own
// dependencies alone, as pnpm lays them out, the compiler finds them only here.
export type { ClientMethod, ClientRequestMethod, FetchResponse, Middleware } from "openapi-fetch";

/** The openapi-fetch client, with a method for each HTTP method. */
export type Api = OpenapiClient<paths>;

/** Called with a body's bytes, where they are known. */
type OnSend = (bytes: number | undefined) => void;

/** The facade with the parts that the layer above it needs. */
export interface Facade {
  api: Api;
  /** Encodes a request's body and adds the key, as `api` does; returns the platform's Request if a middleware may look at it. */
  complete: (outgoing: OutgoingRequest, path: string) => Promise<Request | OutgoingRequest>;
  /** Adds the key and sends a request to the API's origin; `onSend` is called once nothing can prevent that any more. */
  send: (request: Request | OutgoingRequest, onSend?: OnSend) => Promise<Response>;
  /** Whether a middleware may look at every request. */
  isObserved: () => boolean;
  /** Where the service is. */
  baseUrl: () => URL;
  /** Checks that the next request has a base URL and a key. */
  ready: () => Promise<void>;
}

/** The parts that a layer above the facade does in its own way. */
export interface FacadeParts {
  exchange: Exchange;
  joinPieces?: JoinPieces;
  /** Called with the header's value, before anything that may quote it can fail. */
  noteKey?: (headerValue: string | undefined) => void;
}

/**
 * Creates the openapi-fetch client of the service: it adds the key, encodes forms and refuses redirects.
 *
 * Nothing is validated before it is sent, nothing is retried, and responses are yours to judge. `createClient` does that.
 *
 * @throws {ConfigurationError} There is no key, or an option is invalid.
 * @example
 * import { createApi } from "tensorslab-images/api";
 *
 * const api = createApi(); // the key is in TENSORSLAB_API_KEY
 * const { data, error } = await api.POST("/v1/images/seedreamv5", { body: { prompt: "a red fox" } });
 */
export function createApi(options: ApiOptions = {}): Api {
  checkOptions(options, apiOptionRules, (_, known) => ` The options are ${known.join(", ")}`);
  return createFacade(resolveApiOptions(options), { exchange }).api;
}

/** Creates the {@link Facade}. */
export function createFacade(
  { apiKey, authScheme, baseUrl, fetch }: ApiSettings,
  { exchange, joinPieces, noteKey }: FacadeParts,
): Facade {
  const authenticate = createAuthenticate(apiKey, authScheme);
  /** The parts that a platform Request was built of: a form whose length is known, and the key, which the Request does not show. */
  const sources = new WeakMap<Request, { outgoing: OutgoingRequest | undefined; key: string | undefined }>();
  let isObserved = false;

  /** Encodes the body and adds the key. A middleware of the caller's gets a platform Request, without the key. */
  const complete: Facade["complete"] = async (outgoing, path) => {
    // Now: openapi-fetch shows it to nobody who comes later.
    const isSeen = isObserved || outgoing.constructor === ObservedRequest;
    // Relative to a page that is known by now.
    if (outgoing.url.startsWith("/")) outgoing.url = baseUrl().href.replace(/\/$/, "") + outgoing.url;
    checkOrigin(outgoing); // a call may have a base URL and a fetch of its own
    const { body } = outgoing;
    const isEncoded = isFields(body);
    if (isEncoded) {
      const kinds = (forms as Record<string, PartKinds>)[`${outgoing.method} ${path}`];
      outgoing.setBody(kinds ? await encodeForm(body, kinds, joinPieces) : encodeJson(body));
    }
    const key = await authenticate();
    noteKey?.(key);
    if (isSeen) {
      const platformRequest = toPlatformRequest(outgoing);
      // Fetch encodes a FormData of the caller's again, with another boundary than the Request has.
      sources.set(platformRequest, { outgoing: isEncoded ? outgoing : undefined, key });
      return platformRequest;
    }
    if (key) outgoing.headers.set(authentication.header, key);
    return outgoing;
  };

  function checkOrigin({ url }: { url: string }): void {
    const { origin } = baseUrl();
    if (url.startsWith(`${origin}/`)) return;
    throw new ConfigurationError(`The key is for ${origin} and is not sent anywhere else`);
  }

  const send: Facade["send"] = async (request, onSend) => {
    checkOrigin(request); // a middleware may have replaced the request
    return exchange(isPlatformRequest(request) ? await addKey(request) : request, fetch, onSend);
  };

  /** Adds the key to a copy of what a middleware may hold and print. */
  async function addKey(request: Request): Promise<Request | OutgoingRequest> {
    const source = sources.get(request);
    const headers = new Headers(request.headers);
    const key = headers.get(authentication.header) ?? source?.key ?? (await authenticate());
    noteKey?.(key);
    if (key) headers.set(authentication.header, key);
    return source?.outgoing ? Object.assign(source.outgoing, { headers }) : new Request(request, { headers });
  }

  const api = createOpenapiClient<paths>({
    baseUrl: baseUrl.known?.href ?? "",
    Request: OutgoingRequest as unknown as typeof Request,
    fetch: (request) => send(request),
    bodySerializer: (body: unknown) => body as never,
  });
  api.use({
    onRequest: ({ request, schemaPath }) => complete(request as never, schemaPath) as Promise<Request>,
  });
  return {
    api: noteMiddleware(api, () => void (isObserved = true)),
    complete,
    send,
    isObserved: () => isObserved,
    baseUrl,
    async ready() {
      baseUrl();
      await authenticate();
    },
  };
}

/** Wraps the client so that a middleware, added for all calls or for one, is known before the request is built. */
function noteMiddleware(api: Api, note: () => void): Api {
  const observe =
    (call: (...given: unknown[]) => unknown) =>
    (...given: { middleware?: unknown[] }[]) =>
      call(...given.map((each) => (each?.middleware?.length ? { ...each, Request: ObservedRequest } : each)));
  const observed = Object.entries(api).map(([name, call]) => [name, observe(call as never)] as const);
  return {
    ...(Object.fromEntries(observed) as unknown as Api),
    use(...middlewares) {
      note();
      api.use(...middlewares);
    },
  };
}

const encodeJson = (body: object): EncodedForm => ({
  body: JSON.stringify(body),
  contentType: "application/json",
});

/** Whether a body is an object with fields, of whatever class, rather than what fetch sends as it is. */
function isFields(body: unknown): body is Record<string, unknown> {
  return (
    Object.prototype.toString.call(body) === "[object Object]" && !(Symbol.asyncIterator in Object(body))
  );
}
