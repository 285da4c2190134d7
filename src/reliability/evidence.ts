import { neverSent } from "../fetch-agreement.js";
import { builtinModule } from "../api/platform.js";
import { isCreateFetch } from "./plain-controller.js";

/** Watches one request, so that a failure can be told from one that may have come after its bytes. */
export interface Evidence {
  /** Whether it is certain that nothing of the request reached anybody. */
  provesNotSent: (error: unknown) => boolean;
  /** Must be called once the request is over. */
  stop: () => void;
}

/** Starts to watch a request, which its form's boundary identifies. */
export type Watch = (
  url: string,
  contentType: string | null,
  isOwnFetch: boolean,
  fetch?: unknown,
) => Evidence;

interface Channels {
  subscribe: (name: string, listener: (message: unknown) => void) => void;
  unsubscribe: (name: string, listener: (message: unknown) => void) => void;
}

/** The state of the requests that carry one boundary: each is one try of the transport. */
interface Sightings {
  tries: { request: unknown; error: unknown }[];
  mayHaveBeenSent: boolean;
}

interface Message {
  request?: { headers?: unknown; getHeader?: (name: string) => unknown };
  headers?: unknown;
  error?: unknown;
}

/** An error of a `createFetch`, which may say that it gave the request to no connection. */
interface Marked {
  [neverSent]?: string | undefined;
}

/**
 * Milliseconds to listen after the last request. A first listener changes Node's channels, and what the engine has compiled
 * for them, which costs more than a request.
 */
const lingerMs = 1000;

const boundaryPattern = /\bboundary=(form-[\da-f-]+)/;

/**
 * Creates the function that watches requests.
 *
 * An error's code proves nothing: the error may belong to another request of a fetch that was wrapped, or to a second
 * try. On Node, every request tells its steps on diagnostics channels, through any wrapper and any copy of undici. Nothing
 * was sent if each try with this request's boundary ended because no connection could be made, and the error that was
 * thrown is one of theirs, or one of a `createFetch` that tried none. A `createFetch` with nothing around it sends once and
 * knows by itself. Deno and Bun have no such channels; there the runtime's own fetch names the request's URL.
 */
export function createWatch(): Watch {
  const channels = builtinModule<Channels>("diagnostics_channel");
  const watched = new Map<string, Sightings>();
  const connectErrors = new WeakSet<object>();

  const find = (headers: unknown): Sightings | undefined =>
    watched.get(boundaryPattern.exec(String(headers))?.[1] ?? "");

  const listeners: Record<string, (message: Message) => void> = {
    "undici:request:create": ({ request }) =>
      void find(request?.headers)?.tries.push({ request, error: undefined }),
    "undici:client:connectError": ({ error }) => void connectErrors.add(Object(error) as object),
    "undici:request:error": ({ request, error }) => noteFailed(request, error),
    "undici:client:sendHeaders": ({ headers }) => noteSent(headers),
    "http.client.request.start": ({ request }) => noteSent(`${String(request?.getHeader?.("content-type"))}`),
  };

  function noteFailed(request: Message["request"], error: unknown): void {
    const tries = find(request?.headers)?.tries;
    const begun = tries?.find((each) => each.request === request);
    if (begun) begun.error = error;
    else tries?.push({ request, error });
  }

  function noteSent(headers: unknown): void {
    const sightings = find(headers);
    if (sightings) sightings.mayHaveBeenSent = true;
  }

  let isListening = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function listen(change: keyof Channels): void {
    isListening = change === "subscribe";
    for (const [name, listener] of Object.entries(listeners)) {
      channels?.[change](name, listener as (message: unknown) => void);
    }
  }

  function stopLater(): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      if (watched.size === 0) listen("unsubscribe"); // else the last request comes here again
    }, lingerMs);
    (timer as { unref?: () => void }).unref?.(); // keeps no process alive
  }

  return (url, contentType, isOwnFetch, fetch) => {
    const isMarked = (cause: unknown) => (Object(cause) as Marked)[neverSent] === contentType;
    if (isCreateFetch(fetch)) {
      return { provesNotSent: (error) => causesOf(error).some(isMarked), stop() {} };
    }
    const boundary = boundaryPattern.exec(contentType ?? "")?.[1];
    if (isOwnFetch && isDenoOrBun()) {
      return { provesNotSent: (error) => saysNotConnected(error, url), stop() {} };
    }
    if (!boundary || !channels) return { provesNotSent: () => false, stop() {} };

    const sightings: Sightings = { tries: [], mayHaveBeenSent: false };
    if (!isListening) listen("subscribe");
    watched.set(boundary, sightings);
    return {
      provesNotSent(error) {
        const errors = sightings.tries.map(({ error }) => error);
        const isOfThisRequest = (cause: unknown) => errors.includes(cause) || isMarked(cause);
        return (
          !sightings.mayHaveBeenSent &&
          errors.every((each) => connectErrors.has(Object(each) as object)) &&
          causesOf(error).some(isOfThisRequest)
        );
      },
      stop() {
        watched.delete(boundary);
        if (watched.size === 0) stopLater();
      },
    };
  };
}

const isDenoOrBun = (): boolean => "Deno" in globalThis || "Bun" in globalThis;

/** The errors that Deno's and Bun's own fetch throw if no connection was made; both name the URL of the request. */
function saysNotConnected(error: unknown, url: string): boolean {
  return causesOf(error).some((cause) => {
    const { message, code, path, syscall } = Object(cause) as Record<string, unknown>;
    if ("Deno" in globalThis) return String(message).includes(`(${url}): client error (Connect): `);
    return path === url && (syscall === "getaddrinfo" || beforeSending.test(String(code)));
  });
}

/** Bun's codes for a refused connection, and for a certificate, which the client verifies before it sends anything. */
const beforeSending =
  /^(ECONNREFUSED|ConnectionRefused|FailedToOpenSocket|(CERT|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|ERR_TLS_CERT)_\w+)$/;

/** An error and the errors that caused it. */
function causesOf(error: unknown, depth = 0): unknown[] {
  const { cause } = Object(error) as { cause?: unknown };
  return cause === undefined || depth > 10 ? [error] : [error, ...causesOf(cause, depth + 1)];
}
