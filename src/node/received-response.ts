import { inspect, TextDecoder } from "node:util"; // Jest with jsdom has no global one
import { decode } from "./content-encoding.js";

/** Headers as undici gives them. */
export type ResponseHeaders = Record<string, string | string[] | undefined>;

/** Where the body of a response comes from. */
export interface BodySource {
  /** The next piece, at once if it is there; undefined at the end. */
  next(): Uint8Array | undefined | Promise<Uint8Array | undefined>;
  /** Gives the rest of the body up, and its connection. */
  abort(reason: unknown): void;
}

const decoder = new TextDecoder();

/**
 * A response with every member of a Response.
 *
 * A platform's Response costs as much as all else that a small request needs, so one is created only for those who want
 * more than the status, the headers and the text.
 */
export class ReceivedResponse {
  readonly status: number;
  readonly statusText: string;
  readonly redirected = false;
  readonly type = "basic";
  readonly headers: Headers;
  readonly #source: BodySource | undefined;
  readonly #url: URL;
  #platform: Response | undefined;
  #isRead = false;

  /** @param source Undefined if there is no body. */
  constructor(
    source: BodySource | undefined,
    url: URL,
    status: number,
    statusText: string,
    headers: Headers,
  ) {
    this.status = status;
    this.statusText = statusText;
    this.headers = headers;
    this.#source = source;
    this.#url = url;
  }

  /** Makes `instanceof Response` true; not when this module is loaded, for runtimes load their Response when it is named. */
  static adopt(): void {
    Object.setPrototypeOf(ReceivedResponse.prototype, Response.prototype as object);
    Object.setPrototypeOf(ReceivedHeaders.prototype, Headers.prototype as object);
  }

  get url(): string {
    return this.#url.href;
  }

  get ok(): boolean {
    return this.status <= 299;
  }

  get bodyUsed(): boolean {
    return this.#isRead || this.#platform?.bodyUsed === true;
  }

  get body(): Response["body"] {
    return this.#asPlatform().body;
  }

  text(): Promise<string> {
    return this.boundedText(Infinity);
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  async bytes(): Promise<Uint8Array> {
    return new Uint8Array(await this.#asPlatform().arrayBuffer());
  }

  static {
    const names = ["arrayBuffer", "blob", "formData"];
    delegate<ReceivedResponse>(this.prototype, names, (response) => response.#asPlatform());
  }

  clone(): ReceivedResponse {
    const { status, statusText, headers } = this;
    const platform = this.#asPlatform().clone();
    const copy = new ReceivedResponse(undefined, this.#url, status, statusText, new Headers(headers));
    copy.#platform = platform;
    return copy;
  }

  /** Reads the body as text, without a stream if none was asked for, and fails once it is longer than `maxBytes`. */
  async boundedText(maxBytes: number): Promise<string> {
    const source = this.#source;
    let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
    let next = () => source?.next();
    if (source && !this.#platform && !this.#isRead && !this.headers.has("content-encoding")) {
      this.#isRead = true;
    } else {
      const platform = this.#asPlatform();
      // There is none, or it is read already, which the platform has its words for.
      if (!platform.body || platform.bodyUsed || platform.body.locked) return platform.text();
      const reading = (reader = platform.body.getReader());
      next = async () => (await reading.read()).value;
    }
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for (;;) {
      const piece = next();
      const chunk = piece instanceof Promise ? await piece : piece;
      if (!chunk) break;
      bytes += chunk.byteLength;
      chunks.push(chunk);
      if (bytes <= maxBytes) continue;
      const error = new RangeError(`the response is longer than ${maxBytes} bytes`);
      void reader?.cancel(error).catch(() => {});
      source?.abort(error);
      throw error;
    }
    return decoder.decode(chunks.length > 1 ? Buffer.concat(chunks) : chunks[0]);
  }

  #asPlatform(): Response {
    if (this.#platform) return this.#platform;
    const { headers } = this;
    const source = this.#isRead ? undefined : this.#source;
    const body = this.#isRead ? "read" : source ? decode(toStream(source), headers) : null;
    // Without the status and its text, for which a Response has bounds that a service need not keep.
    this.#platform = new Response(body, { headers });
    if (this.#isRead) void this.#platform.text();
    return this.#platform;
  }
}

function toStream(source: BodySource): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream(
    {
      async pull(controller) {
        const chunk = await source.next();
        if (chunk) controller.enqueue(chunk as Uint8Array<ArrayBuffer>);
        else controller.close();
      },
      cancel: (reason) => source.abort(reason),
    },
    { highWaterMark: 0 },
  );
}

/**
 * Headers with every member of Headers.
 *
 * One of the platform's costs more than to receive them, so it is created only for those who want more than single ones.
 */
export class ReceivedHeaders {
  readonly #raw: ResponseHeaders;
  #platform: Headers | undefined;

  constructor(raw: ResponseHeaders) {
    this.#raw = raw;
  }

  get(name: string): string | null {
    if (this.#platform) return this.#platform.get(name);
    const key = name.toLowerCase();
    const value = Object.hasOwn(this.#raw, key) ? this.#raw[key] : undefined;
    return (Array.isArray(value) ? value.join(", ") : value) ?? null;
  }

  has(name: string): boolean {
    return this.get(name) !== null;
  }

  [inspect.custom](): Headers {
    return this.#asPlatform();
  }

  static {
    const names = ["append", "delete", "entries", "forEach", "getSetCookie", "keys", "set", "values"];
    const all = [...names, Symbol.iterator];
    delegate<ReceivedHeaders>(this.prototype, all, (headers) => headers.#asPlatform());
  }

  #asPlatform(): Headers {
    if (this.#platform) return this.#platform;
    this.#platform = new Headers();
    for (const [name, value] of Object.entries(this.#raw)) {
      for (const each of [value ?? []].flat()) this.#platform.append(name, each);
    }
    return this.#platform;
  }
}

/** Defines methods that call the platform's own of the same name. */
function delegate<T>(
  prototype: object,
  names: readonly (string | symbol)[],
  asPlatform: (instance: T) => object,
): void {
  for (const name of names) {
    const value = function (this: T, ...parameters: unknown[]): unknown {
      const platform = asPlatform(this) as Record<string | symbol, Method>;
      return platform[name]!(...parameters);
    };
    Object.defineProperty(prototype, name, { value });
  }
}

type Method = (...parameters: unknown[]) => unknown;
