import { original } from "../api/platform.js";

const PlatformTextDecoder = /* @__PURE__ */ original("TextDecoder", "util");

/** A response of the service has a few hundred bytes; a longer one is given up. */
const longestResponseBytes = 1024 * 1024;

/**
 * Gives a response the members that are read of it: bounded `text` and `json`, `status`, `ok` and `headers`.
 *
 * A fetch that is not the runtime's may return something without a web stream or headers, with one method to read it, or
 * with none, because it has parsed the body.
 *
 * @param fail Called with what failed; throws, or returns the text to continue with.
 */
export function toReadable(response: Response, status: number, fail: (error: unknown) => string): Response {
  const { boundedText } = response as unknown as Given;
  const isResponse = typeof response.status === "number" || typeof response.ok === "boolean";
  const given: Given = {
    text: response.text,
    json: response.json,
    boundedText,
    parsed: isResponse ? undefined : { ...response },
  };
  const text = () => readText(response, given).catch(fail);
  const json = async () => JSON.parse(await text()) as unknown;
  const members: Record<string, unknown> = { text, json };
  if (typeof (response.headers as Headers | undefined)?.get !== "function") members.headers = new Headers();
  if (response.status !== status) Object.assign(members, { status, ok: status <= 299 });
  try {
    for (const [name, value] of Object.entries(members)) {
      Object.defineProperty(response, name, { value, configurable: true, enumerable: true });
    }
    return response;
  } catch {
    return {
      ...members,
      status,
      ok: status <= 299,
      headers: members.headers ?? response.headers,
    } as unknown as Response;
  }
}

/** The methods that a response came with. */
interface Given {
  text?: (() => Promise<string>) | undefined;
  json?: (() => Promise<unknown>) | undefined;
  /** The body, if a fetch that is more than a fetch returned it parsed, with nothing around it. */
  parsed: unknown;
  /** Reads text up to a length without a stream, as responses of `createFetch` can: streams cost more than small bodies. */
  boundedText?: ((maxBytes: number) => Promise<string>) | undefined;
}

type Chunk = Uint8Array<ArrayBuffer> | string;
type Next = () => Promise<{ done?: boolean | undefined; value?: Chunk | undefined }>;

interface Body {
  getReader?: () => { read: Next; cancel: () => Promise<void> };
  [Symbol.asyncIterator]?: () => { next: Next; return?: () => Promise<unknown> };
}

/** Reads a response's text by the best way that it offers; its body is looked up now, for a copy of a response changes it. */
async function readText(response: Response, given: Given): Promise<string> {
  const { _data: parsed } = response as Parsed;
  if (parsed !== undefined) return toText(parsed);
  if (typeof given.boundedText === "function") {
    return given.boundedText.call(response, longestResponseBytes);
  }
  const body = response.body as unknown as Body | null | undefined;
  // A stream costs as much as the rest of a small request.
  if (typeof given.text === "function" && saysShort(response))
    return bounded(await given.text.call(response));
  if (typeof body?.getReader === "function") {
    const reader = body.getReader();
    return readBounded(
      () => reader.read(),
      () => reader.cancel(),
    );
  }
  if (typeof body?.[Symbol.asyncIterator] === "function") {
    const iterator = body[Symbol.asyncIterator]!();
    return readBounded(
      () => iterator.next(),
      async () => iterator.return?.(),
    );
  }
  if (typeof given.text === "function") return bounded(await given.text.call(response));
  if (typeof given.json === "function") return toText(await given.json.call(response));
  return toText(given.parsed ?? (response as Parsed).data);
}

/** Where a response has its body if that was parsed already: axios and ofetch. */
interface Parsed {
  data?: unknown;
  _data?: unknown;
}

const toText = (parsed: unknown): string =>
  bounded(typeof parsed === "string" ? parsed : (JSON.stringify(parsed) ?? ""));

/**
 * Whether a response announces few bytes, which the transport then holds it to; what is compressed may become longer.
 *
 * A browser hides that another origin's response is compressed ("cors"), and a fetch that is not the runtime's holds nobody
 * to anything.
 */
function saysShort({ headers, type }: Response): boolean {
  if (type !== "basic" || headers.has("content-encoding")) return false;
  const announced = headers.get("content-length") ?? "";
  return /^\d+$/.test(announced) && Number(announced) <= longestResponseBytes;
}

/** Reads a body as UTF-8, whatever it says of itself. */
async function readBounded(next: Next, cancel: () => Promise<unknown>): Promise<string> {
  const decoder = new PlatformTextDecoder();
  let text = "";
  let bytes = 0;
  try {
    for (let chunk = await next(); !chunk.done; chunk = await next()) {
      const value = chunk.value ?? "";
      bytes += value.length;
      if (bytes > longestResponseBytes) throw tooLong();
      text += typeof value === "string" ? value : decoder.decode(value, { stream: true });
    }
  } catch (error) {
    void cancel().catch(() => {});
    throw error;
  }
  return text + decoder.decode();
}

function bounded(text: string): string {
  if (text.length > longestResponseBytes) throw tooLong();
  return text;
}

const tooLong = () => new RangeError(`the response is longer than ${longestResponseBytes} bytes`);
