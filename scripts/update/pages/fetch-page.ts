import { PageError } from "./page.js";

/** The page, or that the server has nothing new. */
export type Fetched = { isNew: false } | { isNew: true; bytes: Uint8Array; etag: string | undefined };

export interface FetchLimits {
  /** Milliseconds for a page, redirects and body included. */
  timeoutMs: number;
  /** The longest page, unpacked. */
  maxBytes: number;
}

const mostRedirects = 5;

/**
 * Fetches a page over https; `etag` is that of the previous response, if there was one.
 *
 * @throws {PageError} The page cannot be fetched: another scheme, host or status, a timeout, or too long.
 */
export async function fetchPage(
  page: string,
  etag: string | undefined,
  limits: FetchLimits,
): Promise<Fetched> {
  const signal = AbortSignal.timeout(limits.timeoutMs);
  let url = checkUrl(page, page);
  try {
    for (let redirects = 0; redirects <= mostRedirects; redirects++) {
      const headers = {
        accept: "text/markdown, application/yaml, application/json, text/plain, */*;q=0.1",
        ...(etag && { "if-none-match": etag }),
      };
      const response = await fetch(url, { headers, redirect: "manual", signal });
      const location = response.headers.get("location");
      if (response.status >= 300 && response.status < 400 && response.status !== 304 && location !== null) {
        await response.body?.cancel();
        const target = checkUrl(new URL(location, url).href, page);
        if (target.host !== url.host)
          throw new PageError(`${page}: is redirected to another host, ${target.host}`);
        url = target;
        continue;
      }
      if (response.status === 304 && etag) return { isNew: false };
      if (response.status !== 200) {
        await response.body?.cancel();
        throw new PageError(`${page}: HTTP ${response.status}`);
      }
      return {
        isNew: true,
        bytes: await readBody(response, limits.maxBytes, page),
        etag: response.headers.get("etag") ?? undefined,
      };
    }
  } catch (error) {
    if (error instanceof PageError) throw error;
    const reason = signal.aborted ? `no response within ${limits.timeoutMs} ms` : innermost(error);
    throw new PageError(`${page}: cannot be fetched: ${reason}`, { cause: error });
  }
  throw new PageError(`${page}: is redirected more than ${mostRedirects} times`);
}

function checkUrl(text: string, page: string): URL {
  if (!URL.canParse(text)) throw new PageError(`${page}: is not a URL`);
  const url = new URL(text);
  if (url.protocol !== "https:")
    throw new PageError(`${page}: only https is fetched, not ${url.protocol}//${url.host}`);
  if (url.username || url.password)
    throw new PageError(`${url.host}: a URL that holds a password is not fetched`);
  return url;
}

async function readBody(response: Response, maxBytes: number, page: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  for (let chunk = await reader?.read(); chunk && !chunk.done; chunk = await reader?.read()) {
    length += chunk.value.byteLength;
    if (length > maxBytes) {
      await reader?.cancel();
      throw new PageError(`${page}: is longer than ${maxBytes} bytes`);
    }
    chunks.push(chunk.value);
  }
  return Buffer.concat(chunks);
}

/** "fetch failed" says nothing; its cause does. */
function innermost(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error ? innermost(cause) : message;
}
