import { enums, fields } from "../../generated/operations.js";
import type { EnvelopeField } from "../types.js";
import type { Redact } from "./redact.js";
import { isPlainText } from "./plain-text.js";

/** A response as it arrived: the body is text, or what openapi-fetch already parsed of it. */
export interface RawResponse {
  status: number;
  body: unknown;
  retryAfterMs: number | undefined;
  /** The outcome that a proxy of `createProxyHandler` reports; undefined if the response is the service's. */
  proxyOutcome?: string | undefined;
}

/** A response with the parts that every response of the service has. */
export interface ParsedResponse extends RawResponse {
  envelope: unknown;
  /** Why there is no envelope. */
  fault: Error | undefined;
  /** The service's own code, as it was sent. */
  serviceCode: number | string | undefined;
  /** The document's name for that code; undefined if it has none. */
  meaning: string | undefined;
  serviceMessage: string | undefined;
  /** The task that the response names. */
  taskid: string | undefined;
}

/** Parses the body, without nulls and without the key, and reads the parts that every response of the service has. */
export function parseEnvelope(received: RawResponse, redact: Redact): ParsedResponse {
  const { value, fault } = parseJson(received.body, redact);
  const envelope: Partial<Record<EnvelopeField, unknown>> = isObject(value) ? value : {};
  const stated = envelope[fields.code];
  const serviceCode = typeof stated === "number" || typeof stated === "string" ? stated : undefined;
  const message = envelope[fields.message];
  const data = envelope[fields.data];
  const taskid = isObject(data) ? data[fields.taskid] : undefined;
  // An id with the key in it, or with what a terminal obeys, would be in messages, records and names of files.
  const isText = typeof taskid === "string" && isPlainText(taskid) && redact(taskid) === taskid;
  const isTaskId = isText || Number.isSafeInteger(taskid);
  return {
    envelope: value,
    fault,
    serviceCode,
    meaning: Object.hasOwn(enums.code, String(serviceCode))
      ? (enums.code as Record<string, string>)[String(serviceCode)]
      : undefined,
    serviceMessage: typeof message === "string" && message ? message.slice(0, 500) : undefined,
    taskid: isTaskId ? String(taskid) : undefined,
    ...received, // last: names that come after a spread are slow
  };
}

function parseJson(body: unknown, redact: Redact): { value: unknown; fault: Error | undefined } {
  try {
    const value: unknown = typeof body === "string" ? JSON.parse(body) : body;
    return { value: isTidy(body, redact) ? value : tidy(value, redact), fault: undefined };
  } catch {
    // The engine's own message quotes the text.
    const fault = new Error("The body is not JSON, or only the beginning of it");
    fault.name = "SyntaxError";
    return { value: undefined, fault };
  }
}

/** The names in the document, and the fields whose text must stay as it was sent: with a key in it, it is refused. */
const known: readonly string[] = /* @__PURE__ */ Object.values(fields);

/** A walk through lists in lists, or a print of them, overflows the stack after some thousands. */
const mostLevels = 100;

/** Whether a text has so many beginnings of lists and objects that they may lie in each other too deeply. */
const manyBeginnings = /* @__PURE__ */ new RegExp(`^(?:[^[{]*[[{]){${mostLevels}}`);

/** Whether a text has nothing to remove, as most have: no null, no key, and no escapes that a key could be written in. */
function isTidy(body: unknown, redact: Redact): boolean {
  return (
    typeof body === "string" && !/null|\\/.test(body) && !manyBeginnings.test(body) && redact(body) === body
  );
}

/**
 * A copy without nulls, which some services send for a missing value, without the key, which some services echo, and
 * without what is nested too deeply.
 */
function tidy(value: unknown, redact: Redact, levels = mostLevels): unknown {
  if (typeof value === "string") return redact(value);
  if (typeof value === "object" && levels === 0) return undefined;
  if (Array.isArray(value)) {
    return value.filter((item) => item !== null).map((item) => tidy(item, redact, levels - 1));
  }
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([, item]) => item !== null);
  const tidied = kept.map(([name, item]) => [
    known.includes(name) ? name : redact(name),
    tidy(item, name === fields.taskid || name === fields.url ? (text) => text : redact, levels - 1),
  ]);
  return Object.fromEntries(tidied);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
