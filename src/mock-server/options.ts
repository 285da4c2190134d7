import type { MockFailure } from "./failure.js";
import type { MockRequest } from "./request.js";
import type { Limits } from "./retention.js";

/** The behaviour of the mock server; every option has a default that makes everything succeed. */
export interface MockServerOptions {
  /**
   * The port of the API.
   * @default 0, a free port
   */
  port?: number | undefined;
  /**
   * The port that the images are on.
   * @default 0, a free port
   */
  resultsPort?: number | undefined;
  /**
   * The address to listen on; `0.0.0.0` lets other machines and containers in.
   * @default 127.0.0.1, this machine alone
   */
  host?: string | undefined;
  /**
   * The address under which others reach the API, such as `http://mock:8080` between containers. Result URLs have its
   * scheme and host name, with the port of the images.
   * @default the address that it listens on
   */
  publicUrl?: string | undefined;
  /**
   * The keys that are accepted, bare.
   * @default every key
   */
  apiKeys?: readonly string[] | undefined;
  /**
   * How many images can be made before credits run out.
   * @default Infinity
   */
  credits?: number | undefined;
  /**
   * How long a task takes, in milliseconds; with 0 it is completed at the first read.
   * @default 3000
   */
  taskDurationMs?: number | undefined;
  /**
   * How long an image's URL can be used, in milliseconds; reading the task again gives fresh ones.
   * @default Infinity
   */
  urlLifetimeMs?: number | undefined;
  /**
   * The longest side that an image may have, in pixels: small images are drawn faster. Larger ones are scaled down, and
   * the task says so in its width and height.
   * @default Infinity, the size that was asked for
   */
  imageSize?: number | undefined;
  /**
   * A seed for the pictures: the same prompt gives the same picture each time.
   * @default each task gives another picture
   */
  seed?: number | undefined;
  /**
   * How much is remembered, in `requests`, in the ledger and of tasks, before the oldest are forgotten.
   * @default everything, until `close`
   */
  keep?:
    | {
        /** How many requests, charges and tasks. */
        requests?: number | undefined;
        /** How many megabytes of them, bodies included. */
        megabytes?: number | undefined;
      }
    | undefined;
  /**
   * Passes every request on to the real service, with the client's own key, and records the responses and images in a new
   * file; the key is never in it. Nothing is drawn or charged by the mock server then, but the service charges.
   * @default the mock server responds by itself
   */
  record?:
    | {
        /** Path of the new file. */
        file: string;
        /** Base URL of the real service. @default the server that the document names */
        baseUrl?: string | undefined;
      }
    | undefined;
  /**
   * Responds as it was recorded in this file: each request gets the next response that the same request got.
   * @default the mock server responds by itself
   */
  replay?: string | undefined;
  /**
   * Whether there is a page in the browser that shows every request, and a control API; see `pageUrl`. The service
   * behaves the same with and without it.
   * @default false
   */
  page?: boolean | undefined;
  /**
   * The port of the page.
   * @default 0, a free port
   */
  pagePort?: number | undefined;
  /**
   * The clock of tasks and URLs, in milliseconds since 1970.
   * @default Date.now
   */
  now?: (() => number) | undefined;
  /**
   * Called with every request on both servers, preflights included, as soon as its head was read; returns its failure.
   *
   * @example
   * // The second read of a task meets a broken gateway.
   * const server = await startMockServer({
   *   fail: ({ role, ordinalOfRole }) =>
   *     role === "status" && ordinalOfRole === 2 ? { kind: "response", status: 502 } : undefined,
   * });
   */
  fail?: ((request: MockRequest) => MockFailure | undefined) | undefined;
}

/** The options with their defaults. */
export type Settings = {
  [
    Name in keyof Omit<MockServerOptions, "apiKeys" | "seed" | "publicUrl" | "keep" | "record" | "replay">
  ]-?: NonNullable<MockServerOptions[Name]>;
} & {
  apiKeys: ReadonlySet<string> | undefined;
  seed: number | undefined;
  publicUrl: URL | undefined;
  keep: Limits;
  record: MockServerOptions["record"];
  replay: string | undefined;
};

const port = { integer: true, max: 65535 };

/** Validates the options and fills in the defaults. */
export function readOptions(options: MockServerOptions): Settings {
  const settings: Settings = {
    port: readNumber(options.port, "port", 0, port),
    page: readBoolean(options.page, "page"),
    pagePort: readNumber(options.pagePort, "pagePort", 0, port),
    resultsPort: readNumber(options.resultsPort, "resultsPort", 0, port),
    host: readHost(options.host),
    publicUrl: readUrl(options.publicUrl, "publicUrl"),
    apiKeys: readKeys(options.apiKeys),
    credits: readNumber(options.credits, "credits", Infinity, { integer: true }),
    taskDurationMs: readNumber(options.taskDurationMs, "taskDurationMs", 3000),
    urlLifetimeMs: readNumber(options.urlLifetimeMs, "urlLifetimeMs", Infinity),
    imageSize: readNumber(options.imageSize, "imageSize", Infinity, { integer: true, min: 1 }),
    seed: options.seed === undefined ? undefined : readNumber(options.seed, "seed", 0, { integer: true }),
    keep: readKeep(options.keep),
    record: readRecord(options),
    replay: readFile(options.replay, "replay"),
    now: readFunction(options, "now", Date.now),
    fail: readFunction(options, "fail", () => undefined),
  };
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(settings, name));
  if (unknown === undefined) return settings;
  const known = Object.keys(settings).join(", ");
  throw new TypeError(`Mock server: unknown option \`${unknown}\`; the options are ${known}`);
}

function readNumber(
  value: number | undefined,
  name: string,
  fallback: number,
  { integer = false, min = 0, max = Infinity }: { integer?: boolean; min?: number; max?: number } = {},
): number {
  const number = value ?? fallback;
  const isKind = typeof number === "number" && (!integer || Number.isInteger(number) || number === Infinity);
  if (isKind && number >= min && number <= max) return number;
  const range = max === Infinity ? `${min} or more` : `from ${min} to ${max}`;
  throw invalid(name, `${integer ? "a whole number" : "a number"}, ${range}`, value);
}

function readBoolean(value: boolean | undefined = false, name: string): boolean {
  if (typeof value === "boolean") return value;
  throw invalid(name, "true or false", value);
}

function readHost(host: MockServerOptions["host"] = "127.0.0.1"): string {
  if (typeof host === "string" && /^[\w.:-]+$/.test(host)) return host;
  throw invalid("host", "a host name or an IP address", host);
}

function readUrl(url: string | undefined, name: string): URL | undefined {
  if (url === undefined) return undefined;
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed && /^https?:$/.test(parsed.protocol) && parsed.username === "") return parsed;
  throw invalid(name, "a URL of http or https without credentials", url);
}

function readKeys(keys: MockServerOptions["apiKeys"]): Settings["apiKeys"] {
  if (keys === undefined) return undefined;
  const isList = Array.isArray(keys) && keys.every((key) => typeof key === "string" && /^\S+$/.test(key));
  // The keys are not repeated in the message: they may be real ones.
  if (!isList) throw invalid("apiKeys", "a list of keys, each a text without blanks", typeof keys);
  return new Set(keys);
}

function readRecord({ record, replay }: MockServerOptions): Settings["record"] {
  if (record === undefined) return undefined;
  if (replay !== undefined) throw new TypeError("Mock server: give either `record` or `replay`");
  if (typeof record !== "object" || record === null) throw invalid("record", "an object", record);
  readFile(record.file, "record.file");
  readUrl(record.baseUrl, "record.baseUrl");
  return record;
}

function readFile<File extends string | undefined>(file: File, name: string): File {
  if (file === undefined && name === "replay") return file;
  if (typeof file === "string" && file !== "") return file;
  throw invalid(name, "the path of a file", file);
}

function readKeep(keep: MockServerOptions["keep"] = {}): Limits {
  if (typeof keep !== "object" || keep === null) throw invalid("keep", "an object", keep);
  const items = readNumber(keep.requests, "keep.requests", Infinity, { integer: true, min: 1 });
  const megabytes = readNumber(keep.megabytes, "keep.megabytes", Infinity, { min: 1 });
  return { items, bytes: megabytes * 1024 * 1024 };
}

function readFunction<Name extends "now" | "fail">(
  options: MockServerOptions,
  name: Name,
  fallback: Settings[Name],
): Settings[Name] {
  const value = options[name] ?? fallback;
  if (typeof value !== "function") throw invalid(name, "a function", value);
  return value as Settings[Name];
}

function invalid(name: string, expected: string, value: unknown): TypeError {
  return new TypeError(`Mock server: \`${name}\` must be ${expected}; it is ${String(value)}`);
}
