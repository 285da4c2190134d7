import { inspect, TextDecoder } from "node:util"; // Jest with jsdom has no global one

/** Headers as undici gives them. */
export type ResponseHeaders = Record<string, string | string[] | undefined>;

/** Where the body of a response comes from. */
export interface BodySource {
  readonly url: URL;
  /** The next piece, at once if it is there; undefined at the end. */
  next(): Uint8Array | undefined | Promise<Uint8Array | undefined>;
  /** Gives the rest of the body up, and its connection. */
  abort(reason: unknown): void;
}

const decoder = new TextDecoder();
const statusesWithoutBody = new Set([204, 205, 304]);

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
  readonly #source: BodySource;
  #platform: Response | undefined;
  #isRead = false;

  constructor(source: BodySource, status: number, statusText: string, rawHeaders: ResponseHeaders) {
    this.status = status;
    this.statusText = statusText;
    this.headers = new ReceivedHeaders(rawHeaders) as unknown as Headers;
    this.#source = source;
  }

  /** Makes `instanceof Response` true; not when this module is loaded, for runtimes load their Response when it is named. */
  static adopt(): void {
    Object.setPrototypeOf(ReceivedResponse.prototype, Response.prototype as object);
    Object.setPrototypeOf(ReceivedHeaders.prototype, Headers.prototype as object);
  }

  get url(): string {
    return this.#source.url.href;
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
    const names = ["arrayBuffer", "blob", "clone", "formData"];
    delegate<ReceivedResponse>(this.prototype, names, (response) => response.#asPlatform());
  }

  /** Reads the body as text without a stream, and fails once it is longer than `maxBytes`. */
  async boundedText(maxBytes: number): Promise<string> {
    const isPlain = !this.#platform && !this.#isRead && !this.headers.has("content-encoding");
    const reader = isPlain ? undefined : this.#asPlatform().body?.getReader();
    const next = reader ? async () => (await reader.read()).value : () => this.#source.next();
    this.#isRead = true;
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
      this.#source.abort(error);
      throw error;
    }
    return decoder.decode(chunks.length > 1 ? Buffer.concat(chunks) : chunks[0]);
  }

  #asPlatform(): Response {
    if (this.#isRead) throw new TypeError("the body was read already");
    if (this.#platform) return this.#platform;
    const { status, statusText, headers } = this;
    const body = statusesWithoutBody.has(status) ? null : decode(this.#toStream(), headers);
    return (this.#platform = new Response(body, { status, statusText, headers }));
  }

  #toStream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    const source = this.#source;
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
}

/**
 * Headers with every member of Headers.
 *
 * One of the platform's costs more than to receive them, so it is created only for those who want more than single ones.
 */
class ReceivedHeaders {
  readonly #raw: ResponseHeaders;
  #platform: Headers | undefined;

  constructor(raw: ResponseHeaders) {
    this.#raw = raw;
  }

  get(name: string): string | null {
    if (this.#platform) return this.#platform.get(name);
    const value = this.#raw[name.toLowerCase()];
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

/** Undoes an encoding, which was not asked for, but may be sent all the same. */
function decode(stream: ReadableStream<Uint8Array<ArrayBuffer>>, headers: Headers) {
  const encoding = headers.get("content-encoding")?.toLowerCase() ?? "identity";
  if (encoding === "identity") return stream;
  const format = encoding.replace("x-", "");
  if (format !== "gzip" && format !== "deflate") {
    throw new TypeError(`the response has the unknown encoding ${JSON.stringify(encoding.slice(0, 40))}`);
  }
  return stream.pipeThrough(new DecompressionStream(format));
}
