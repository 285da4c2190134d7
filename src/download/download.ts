// A download is a request of its own kind and a body that is checked while it is read; it is retried as every read is.
import { ConfigurationError, DownloadError, RateLimitError } from "../errors.js";
import type { TensorsLabError } from "../errors.js";
import { appearance, declaredLength, mayEndEarly, readBeginning, receive } from "./image-body.js";
import { requireEnd } from "./image-end.js";
import { detectImageType } from "../image-type.js";
import type { ImageType } from "../image-type.js";
import { follow } from "./result-request.js";
import type { ResultAccess, ResultRequest } from "./result-request.js";
import { createObserve } from "../reliability/instrument.js";
import type { InstrumentedOperation } from "../reliability/instrument.js";
import { isTransient, withRetries } from "../reliability/retry.js";
import { createPatientReader } from "./stall.js";
import { reasonOf, throwIfAborted } from "../reliability/abort.js";
import { parseUrl } from "../url-safety.js";

/** The part of a client that a download needs. */
export interface ResultClient {
  /** Base URL of the service that names the results; its own host is always allowed. */
  readonly service: string;
  /** The client's access to results. */
  readonly results: ResultAccess;
}

/** The options of a download; every option has a default that works. */
export interface ReadImageOptions {
  /**
   * The client that the URL came from: its fetch is used, and its rule for the addresses of results holds. A service on
   * https can then not name this machine or a private network.
   */
  client?: ResultClient | undefined;
  /**
   * Allows results at private addresses and over plain http, for an installation in a private network.
   * @default what the client says, or false
   */
  allowPrivateResults?: boolean | undefined;
  /** Ends the download at once, with the signal's reason. */
  signal?: AbortSignal | undefined;
  /**
   * Milliseconds without a single byte until an attempt is given up; so is one that brings less than 1 KiB a second for a
   * minute. @default 30_000
   */
  stallTimeoutMs?: number | undefined;
  /** Bytes; a larger image is refused. @default 268_435_456, which is 256 MiB */
  maxBytes?: number | undefined;
  /** Most retries after a broken connection, a cut-off image, or an HTTP 408, 429 or 5xx. @default 3 */
  retries?: number | undefined;
  /** Sends the requests. @default the client's, or `globalThis.fetch`, looked up for each request */
  fetch?: ResultAccess["fetch"] | undefined;
}

/** The description of an image before its bytes have come. */
export interface ImageInfo extends ImageType {
  /** Length in bytes, if the server says so. */
  totalBytes: number | undefined;
}

/** Takes an image's bytes; what it throws ends the download and reaches the caller unchanged. */
export type ConsumeImage<T> = (chunks: AsyncIterable<Uint8Array>, info: ImageInfo) => Promise<T>;

/** A server that asks for a longer delay is not waited for: the caller wants an image now. */
const longestDelayMs = 60_000;

/**
 * Streams the image behind a result URL, without a key, and starts again when it is cut off.
 *
 * Fetched are https URLs of public addresses, those of the service's own host, and http URLs of this machine if the
 * service runs there or is not known; see `client` and `allowPrivateResults`. At most five redirects are followed, none
 * from https to http.
 *
 * @param consume Called once for each attempt: discard what an earlier attempt got. The chunks end only if the image is
 * whole, and throw otherwise.
 * @returns The value that `consume` returned.
 * @throws {DownloadError} The image could not be fetched whole; with 403, 404 or 410 in `httpStatus`, its URL has expired.
 * @throws {ConfigurationError} An option is invalid.
 * @throws The reason of the signal, or what `consume` threw.
 * @example
 * for (const url of task.urls) {
 *   const count = async (chunks: AsyncIterable<Uint8Array>) => {
 *     let bytes = 0;
 *     for await (const chunk of chunks) bytes += chunk.byteLength;
 *     return bytes;
 *   };
 *   const size = await readImage(url, count, { client });
 *   console.log(url, size);
 * }
 */
export async function readImage<T>(
  url: string | URL,
  consume: ConsumeImage<T>,
  options: ReadImageOptions = {},
): Promise<T> {
  const { signal } = options;
  const settings = resolveSettings(options);
  const policy = {
    retries: settings.retries,
    mayRetry: isTransient,
    remainingMs: () => longestDelayMs,
    signal,
  };
  const instrumentation = options.client?.results.instrumentation;
  const observe = createObserve(instrumentation);
  const download = async (operation: InstrumentedOperation): Promise<T> => {
    const consumeCounted: ConsumeImage<T> = (chunks, info) => consume(counted(chunks, operation), info);
    // A step more for each chunk is taken only if somebody reads the count.
    const consumer = instrumentation ? consumeCounted : consume;
    const start = () => {
      operation.attempts++;
      operation.bytes = 0;
      return attempt(url, consumer, settings);
    };
    return withRetries(start, policy);
  };
  try {
    throwIfAborted(signal);
    return await observe({ name: "download", attempts: 0 }, download);
  } catch (error) {
    if (signal?.aborted) throw reasonOf(signal);
    if (error instanceof ConsumerFailure) throw error.reason;
    const { message: reason, httpStatus, cause } = error as TensorsLabError;
    const shownUrl = withoutQuery(url);
    throw new DownloadError(`Could not download ${shownUrl}: ${reason}`, {
      httpStatus,
      cause: error instanceof RateLimitError ? error : cause,
      failures: [{ url: shownUrl, index: 0, reason }],
    });
  }
}

/** Counts an image's bytes as they are taken. */
async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  operation: InstrumentedOperation,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    operation.bytes = (operation.bytes ?? 0) + chunk.byteLength;
    yield chunk;
  }
}

/**
 * Fetches the image behind a result URL into memory, as a Blob whose `type` is detected from its bytes.
 *
 * @throws {DownloadError} The image could not be fetched whole; with 403, 404 or 410 in `httpStatus`, its URL has expired.
 * @throws {ConfigurationError} An option is invalid.
 * @throws The reason of the signal.
 * @example
 * const image = await downloadImage(url, { client });
 * element.src = URL.createObjectURL(image);
 */
export function downloadImage(url: string | URL, options: ReadImageOptions = {}): Promise<Blob> {
  const collect: ConsumeImage<Blob> = async (chunks, { type }) => {
    const pieces: Uint8Array[] = [];
    for await (const chunk of chunks) pieces.push(chunk);
    return new Blob(pieces as BlobPart[], { type });
  };
  return readImage(url, collect, options);
}

type Settings = ResultRequest & Record<"maxBytes" | "retries", number>;

function resolveSettings(options: ReadImageOptions): Settings {
  const { client, signal, stallTimeoutMs = 30_000, maxBytes = 256 * 1024 * 1024, retries = 3 } = options;
  const { fetch = client?.results.fetch } = options;
  const { allowPrivateResults = client?.results.allowPrivateResults ?? false } = options;
  const least = {
    stallTimeoutMs: [stallTimeoutMs, 1],
    maxBytes: [maxBytes, 1],
    retries: [retries, 0],
  } as const;
  for (const [name, [value, minimum]] of Object.entries(least)) {
    if (typeof value === "number" && value >= minimum) continue;
    throw new ConfigurationError(`\`${name}\` must be a number of at least ${minimum}`, {
      outcome: "accepted",
    });
  }
  const service = client && new URL(client.service);
  return { signal, fetch, service, allowPrivateResults, stallTimeoutMs, maxBytes, retries };
}

/** Keeps what a consumer threw apart from failures of the download, which alone are tried again. */
class ConsumerFailure {
  readonly reason: unknown;

  constructor(reason: unknown) {
    this.reason = reason;
  }
}

/** One request and its whole body; throws failures whose messages do not name the URL yet. */
async function attempt<T>(url: string | URL, consume: ConsumeImage<T>, settings: Settings): Promise<T> {
  const response = await follow(url, settings);
  const reader = response.body ? createPatientReader(response.body.getReader(), settings) : undefined;
  try {
    const totalBytes = declaredLength(response);
    const received = receive(reader, totalBytes, settings.maxBytes);
    const beginning = await readBeginning(received);
    const imageType = detectImageType(beginning);
    if (!imageType) throw new DownloadError(`the response is ${appearance(beginning)}, not an image`);
    const rest = mayEndEarly(response) ? requireEnd(received, beginning, imageType) : received;

    let failure: unknown;
    async function* chunks() {
      try {
        yield beginning;
        yield* rest;
      } catch (error) {
        failure = error;
        throw error;
      }
    }
    let consumed: T;
    try {
      consumed = await consume(chunks(), { ...imageType, totalBytes });
    } catch (error) {
      throw failure ?? new ConsumerFailure(error);
    }
    // A consumer that caught the failure may have taken a part for the whole image.
    if (failure) throw failure;
    return consumed;
  } finally {
    reader?.release();
  }
}

/** A URL as it may be shown: the query of a signed URL is a secret, and so is a password. */
function withoutQuery(url: string | URL): string {
  const parsed = parseUrl(url);
  if (!parsed) return "the result";
  const { protocol, host, pathname } = parsed;
  return `${protocol}//${host}${pathname}`.slice(0, 200);
}
