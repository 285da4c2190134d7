import createOpenapiClient from "openapi-fetch";
import type { Client as OpenapiClient, Middleware } from "openapi-fetch";
import { operations } from "../generated/operations.js";
import type { paths } from "../generated/schema.js";
import { createAuthenticate } from "./auth.js";
import { ConfigurationError } from "./errors.js";
import { encodeForm } from "./multipart.js";
import type { EncodedForm, PartKinds } from "./multipart.js";
import type { resolveOptions } from "./options.js";
import type { Redact, Redactors } from "./redact.js";
import { exchange, OutgoingRequest } from "./transport.js";

/** The openapi-fetch client, with a method for each HTTP method. */
export type Api = OpenapiClient<paths>;

/** Sends a request to the API's origin, and to no other. */
export type Send = (request: Request, redact: Redact) => Promise<Response>;

/** Makes the openapi-fetch client: it adds the key, encodes forms and refuses redirects, and nothing else. */
export function createApi(
  settings: ReturnType<typeof resolveOptions>,
  redactors: Redactors,
): { api: Api; send: Send } {
  const { origin, href } = settings.baseUrl;
  const authenticate = createAuthenticate(settings.apiKey, settings.authScheme);

  const prepare: Middleware = {
    async onRequest({ request, schemaPath }) {
      const outgoing = request as Request & { body: unknown };
      if (isFields(outgoing.body)) {
        const { body, contentType } = await encode(`${request.method} ${schemaPath}`, outgoing.body);
        Object.assign(outgoing, { body });
        request.headers.set("Content-Type", contentType);
      }
      checkOrigin(request);
      const credentials = await authenticate();
      if (credentials) request.headers.set(credentials.header, credentials.value);
      redactors.of(request); // the next step may fail, and say the key
    },
  };

  function checkOrigin({ url }: Request): void {
    if (url.startsWith(`${origin}/`)) return;
    throw new ConfigurationError(`The key is for ${origin} and is not sent anywhere else`);
  }

  const send: Send = (request, redact) => {
    checkOrigin(request); // a middleware may have made another request of it
    return exchange(request, settings.fetch, redact);
  };

  const api = createOpenapiClient<paths>({
    baseUrl: href,
    Request: OutgoingRequest as unknown as typeof Request,
    fetch: (request) => send(request, redactors.of(request)),
    bodySerializer: (body: unknown) => body as never,
    // Workers have no such notion, and throw on a field that they do not know.
    ...("cache" in Request.prototype && { cache: "no-store" }),
  });
  api.use(prepare);
  return { api, send };
}

type Encoded = EncodedForm | Promise<EncodedForm>;

function encode(operation: string, body: Record<string, unknown>): Encoded {
  const parts = (operations as Record<string, { parts?: PartKinds }>)[operation]?.parts;
  return parts ? encodeForm(body, parts) : { body: JSON.stringify(body), contentType: "application/json" };
}

/** Whether a body is an object with fields, of whatever class, rather than what fetch sends as it is. */
function isFields(body: unknown): body is Record<string, unknown> {
  return (
    Object.prototype.toString.call(body) === "[object Object]" && !(Symbol.asyncIterator in Object(body))
  );
}
