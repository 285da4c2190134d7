import type { MockFailure } from "./failure.js";
import type { MockRequest } from "./request.js";

/** How the mock server behaves; every option has a default that makes everything succeed. */
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
   * The keys that are let in, bare.
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
   * The clock that tasks and URLs go by, in milliseconds since 1970.
   * @default Date.now
   */
  now?: (() => number) | undefined;
  /**
   * Called with every request on both servers, preflights included, as soon as its head was read; tells what goes wrong.
   *
   * @example
   * // The second read of a task meets a broken gateway.
   * const server = await startMockServer({
   *   fail: ({ role, ordinalOfRole }) =>
   *     role === "status" && ordinalOfRole === 2 ? { kind: "answer", status: 502 } : undefined,
   * });
   */
  fail?: ((request: MockRequest) => MockFailure | undefined) | undefined;
}

/** The options with their defaults. */
export type Settings = {
  [Name in keyof Omit<MockServerOptions, "apiKeys">]-?: NonNullable<MockServerOptions[Name]>;
} & { apiKeys: ReadonlySet<string> | undefined };

/** Checks the options and fills in the defaults. */
export function readOptions(options: MockServerOptions): Settings {
  const settings = {
    port: readNumber(options, "port", 0, { integer: true, most: 65535 }),
    resultsPort: readNumber(options, "resultsPort", 0, { integer: true, most: 65535 }),
    apiKeys: readKeys(options.apiKeys),
    credits: readNumber(options, "credits", Infinity, { integer: true, most: Infinity }),
    taskDurationMs: readNumber(options, "taskDurationMs", 3000, { most: Infinity }),
    urlLifetimeMs: readNumber(options, "urlLifetimeMs", Infinity, { most: Infinity }),
    now: readFunction(options, "now", Date.now),
    fail: readFunction(options, "fail", () => undefined),
  };
  const misspelt = Object.keys(options).find((name) => !Object.hasOwn(settings, name));
  if (misspelt === undefined) return settings;
  const known = Object.keys(settings).join(", ");
  throw new TypeError(`Mock server: there is no option "${misspelt}"; there are ${known}`);
}

type NumberOption = "port" | "resultsPort" | "credits" | "taskDurationMs" | "urlLifetimeMs";

function readNumber(
  options: MockServerOptions,
  name: NumberOption,
  fallback: number,
  { integer = false, most }: { integer?: boolean; most: number },
): number {
  const value = options[name] ?? fallback;
  const isKind = typeof value === "number" && (!integer || Number.isInteger(value) || value === Infinity);
  if (isKind && value >= 0 && value <= most) return value;
  const range = most === Infinity ? "0 or more" : `from 0 to ${most}`;
  throw wrong(name, `${integer ? "a whole number" : "a number"}, ${range}`, value);
}

function readKeys(keys: MockServerOptions["apiKeys"]): Settings["apiKeys"] {
  if (keys === undefined) return undefined;
  const isList = Array.isArray(keys) && keys.every((key) => typeof key === "string" && /^\S+$/.test(key));
  // The keys are not repeated in the message: they may be real ones.
  if (!isList) throw wrong("apiKeys", "a list of keys, each a text without blanks", typeof keys);
  return new Set(keys);
}

function readFunction<Name extends "now" | "fail">(
  options: MockServerOptions,
  name: Name,
  fallback: Settings[Name],
): Settings[Name] {
  const value = options[name] ?? fallback;
  if (typeof value !== "function") throw wrong(name, "a function", value);
  return value as Settings[Name];
}

function wrong(name: string, expected: string, value: unknown): TypeError {
  return new TypeError(`Mock server: option "${name}" must be ${expected}; it is ${String(value)}`);
}
