import createOpenapiClient from "openapi-fetch";
import type { Client as OpenapiClient } from "openapi-fetch";
import { authentication, forms } from "../../generated/operations.js";
import type { paths } from "../../generated/schema.js";
import { ConfigurationError } from "../errors.js";
import { createAuthenticate } from "./authentication.js";
import type { Authenticate } from "./authentication.js";
import { exchange } from "./exchange.js";
import type { Exchange } from "./exchange.js";
import { tagOf } from "./file-part.js";
import { encodeForm } from "./multipart.js";
import type { EncodedBody, FormFiles, PartKinds } from "./multipart.js";
import { apiOptionRules, checkOptions, resolveApiOptions } from "./options.js";
import type { ApiOptions, ApiSettings, BaseUrl } from "./options.js";
import { isPlatformRequest, OutgoingRequest } from "./request.js";

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
  /** Encodes a request's body and adds the key; returns the platform's Request, without the key, if a middleware sees it. */
  complete: (outgoing: OutgoingRequest, path: string) => Promise<Request | OutgoingRequest>;
  /** Adds the key and sends a request to the API's origin; `onSend` is called once nothing can prevent that any more. */
  send: (request: Request | OutgoingRequest, onSend?: OnSend) => Promise<Response>;
  /** Whether a middleware may look at a request. */
  isObserved: () => boolean;
  /** Where the service is. */
  baseUrl: BaseUrl;
  authenticate: Authenticate;
}

/** The parts that a layer above the facade does in its own way. */
export interface FacadeParts {
  exchange: Exchange;
  /** Encoding of files in forms. */
  files?: FormFiles;
  /** Called with the header's value, before anything that may quote it can fail. */
  noteKey?: (headerValue: string | undefined) => void;
}

/**
 * Creates the openapi-fetch client of the service: it adds the key, encodes forms and refuses redirects.
 *
 * Nothing is validated before it is sent, nothing is retried, and responses are yours to validate. `createClient` does that.
 *
 * @throws {ConfigurationError} There is no key, or an option is invalid.
 * @example
 * import { createApi } from "tensorslab-images/api";
 *
 * const api = createApi(); // the key is in TENSORSLAB_API_KEY
 * const { data, error } = await api.POST("/v1/images/seedreamv5", { body: { prompt: "a red fox" } });
 */
export function createApi(options: ApiOptions = {}): Api {
  checkOptions(options, apiOptionRules);
  return createFacade(resolveApiOptions(options), { exchange }).api;
}

/** An argument of the client's methods: the options of one call may name middleware of its own. */
type MaybeObserved = { middleware?: unknown[] } | undefined;

/** Creates the {@link Facade}. */
export function createFacade(
  { apiKey, authScheme, baseUrl, fetch }: ApiSettings,
  { exchange, files, noteKey }: FacadeParts,
): Facade {
  const authenticate = createAuthenticate(apiKey, authScheme);
  /** The parts that a platform Request was built of: a form whose length is known, and the key, which the Request does not show. */
  const sources = new WeakMap<Request, { outgoing: OutgoingRequest | undefined; key: string | undefined }>();
  let isObserved = false;

  const complete: Facade["complete"] = async (outgoing, path) => {
    const isSeen = isObserved; // now: openapi-fetch shows it to nobody who comes later
    // Not openapi-fetch's: it may be relative to a page that is known only by now.
    if (outgoing.url.startsWith("/")) outgoing.url = baseUrl().href.replace(/\/$/, "") + outgoing.url;
    checkOrigin(outgoing); // a call may have a base URL and a fetch of its own
    const { body } = outgoing;
    const isEncoded = isFields(body);
    if (isEncoded) {
      const kinds = (forms as Record<string, PartKinds>)[`${outgoing.method} ${path}`];
      const { headers, ...encoded }: EncodedBody = kinds
        ? await encodeForm(body, kinds, files)
        : { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
      for (const [name, value] of Object.entries(headers)) outgoing.headers.set(name, value);
      Object.assign(outgoing, encoded);
    }
    const key = await authenticate();
    noteKey?.(key);
    if (isSeen) {
      const platformRequest = new Request(outgoing.url, outgoing as RequestInit);
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
    throw new ConfigurationError(`The key is for ${origin} alone`);
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
    Request: OutgoingRequest as unknown as typeof Request,
    fetch: (request) => send(request),
    bodySerializer: (body: unknown) => body,
  });
  api.use({
    onRequest: ({ request, schemaPath }) =>
      complete(request as OutgoingRequest, schemaPath) as Promise<Request>,
  });
  for (const [name, call] of Object.entries(api) as [string, (...given: MaybeObserved[]) => unknown][]) {
    const noted: typeof call = (...given) => {
      isObserved ||= name === "use" || given.some((init) => init?.middleware?.length);
      return call(...given);
    };
    Object.assign(api, { [name]: noted });
  }
  return {
    api,
    complete,
    send,
    isObserved: () => isObserved,
    baseUrl,
    authenticate,
  };
}

/** Whether a body is an object with fields, of whatever class, rather than what fetch sends as it is. */
function isFields(body: unknown): body is Record<string, unknown> {
  return tagOf(body) === "[object Object]" && !(Symbol.asyncIterator in (body as object));
}
