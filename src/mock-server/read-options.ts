import type { MockServerOptions, Settings } from "./options.js";
import type { Limits } from "./retention.js";

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
