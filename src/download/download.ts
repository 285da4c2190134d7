// A download is a request of its own kind and a body that is checked while it is read; tries again as all reads do.
import { ConfigurationError, DownloadError, RateLimitError } from "../errors.js";
import type { TensorsLabError } from "../errors.js";
import { appearance, declaredLength, readBeginning, receive } from "./image-body.js";
import { detectImageType } from "../image-type.js";
import type { ImageType } from "../image-type.js";
import { follow } from "./result-request.js";
import type { ResultRequest } from "./result-request.js";
import { isTransient, withRetries } from "../reliability/retry.js";
import { createPatientReader } from "./stall.js";

/** How a result is fetched; every option has a default that works. */
export interface ReadImageOptions {
  /** Ends the download at once, with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Milliseconds without a single byte until an attempt is given up; a slow download may take its time. @default 30_000 */
  stallTimeoutMs?: number | undefined;
  /** Bytes; a larger image is refused. @default 268_435_456, which is 256 MiB */
  maxBytes?: number | undefined;
  /** How often a broken connection, a cut-off image, or an HTTP 408, 429 or 5xx is tried again. @default 3 */
  retries?: number | undefined;
  /** Sends the requests. @default `globalThis.fetch`, looked up for each request */
  fetch?: ((url: string, init?: RequestInit) => Promise<Response>) | undefined;
}

/** What is known of an image before its bytes have come. */
export interface ImageInfo extends ImageType {
  /** Length in bytes, if the server says so. */
  totalBytes: number | undefined;
}

/** Takes an image's bytes in; what it throws ends the download and reaches the caller as it is. */
export type ConsumeImage<T> = (chunks: AsyncIterable<Uint8Array>, info: ImageInfo) => Promise<T>;

/** A server that asks for more patience than this is not waited for; ours is a caller who wants an image. */
const longestDelayMs = 60_000;

/**
 * Streams the image behind a result URL, without a key, and starts again when it is cut off.
 *
 * Only https is fetched, and http from this machine; at most five redirects are followed, none from https to http.
 *
 * @param consume Called once for each attempt: what an earlier attempt got is to be thrown away. The chunks end only if
 * the image is whole, and throw otherwise.
 * @returns What `consume` made of the image.
 * @throws {DownloadError} The image cannot be had whole; with 403, 404 or 410 in `httpStatus`, its URL has expired.
 * @throws {ConfigurationError} An option is no sensible number.
 * @throws The reason of the signal, or what `consume` threw.
 * @example
 * for (const url of task.urls) {
 *   const size = await readImage(url, async (chunks) => {
 *     let bytes = 0;
 *     for await (const chunk of chunks) bytes += chunk.byteLength;
 *     return bytes;
 *   });
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
  try {
    signal?.throwIfAborted();
    return await withRetries(() => attempt(url, consume, settings), policy);
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
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

/**
 * Fetches the image behind a result URL into memory, as a Blob whose `type` is told from its bytes.
 *
 * @throws {DownloadError} The image cannot be had whole; with 403, 404 or 410 in `httpStatus`, its URL has expired.
 * @throws {ConfigurationError} An option is no sensible number.
 * @throws The reason of the signal.
 * @example
 * const image = await downloadImage(url);
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
  const { signal, fetch, stallTimeoutMs = 30_000, maxBytes = 256 * 1024 * 1024, retries = 3 } = options;
  const least = {
    stallTimeoutMs: [stallTimeoutMs, 1],
    maxBytes: [maxBytes, 1],
    retries: [retries, 0],
  } as const;
  for (const [name, [value, minimum]] of Object.entries(least)) {
    if (typeof value === "number" && value >= minimum) continue;
    throw new ConfigurationError(`${name} must be a number of at least ${minimum}`, { outcome: "accepted" });
  }
  return { signal, fetch, stallTimeoutMs, maxBytes, retries };
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
    if (!imageType) throw new DownloadError(`${appearance(beginning)} came instead of an image`);

    let failure: unknown;
    async function* chunks() {
      try {
        yield beginning;
        yield* received;
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
    // A consumer that caught the failure may take a part for the whole.
    if (failure) throw failure;
    return consumed;
  } finally {
    reader?.release();
  }
}

/** A URL as it may be shown: the query of a signed URL is a secret, and so is a password. */
function withoutQuery(url: string | URL): string {
  if (!URL.canParse(String(url))) return "the result";
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`.slice(0, 200);
}
