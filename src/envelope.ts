import { enums, fields } from "../generated/operations.js";
import type { Redact } from "./redact.js";

/** An answer as it arrived: the body is text, or what openapi-fetch already read of it. */
export interface Answer {
  status: number;
  body: unknown;
  retryAfterMs: number | undefined;
}

/** An answer, taken apart. */
export interface Parts extends Answer {
  envelope: unknown;
  /** Why there is no envelope. */
  fault: Error | undefined;
  /** The service's own code, as it was sent. */
  serviceCode: number | string | undefined;
  /** What the document calls that code; undefined if it does not. */
  meaning: string | undefined;
  serviceMessage: string | undefined;
  /** The task that the answer names. */
  taskid: string | undefined;
}

/** Takes an answer apart: JSON without nulls and without the key, and what every answer of the service has. */
export function takeApart(answer: Answer, redact: Redact): Parts {
  const { value, fault } = readJson(answer.body, redact);
  const envelope = isObject(value) ? value : {};
  const stated = envelope[fields.code];
  const serviceCode = typeof stated === "number" || typeof stated === "string" ? stated : undefined;
  const message = envelope[fields.message];
  const data = envelope[fields.data];
  const taskid = isObject(data) ? data[fields.taskid] : undefined;
  const isTaskId = (typeof taskid === "string" && taskid !== "") || Number.isSafeInteger(taskid);
  return {
    envelope: value,
    fault,
    serviceCode,
    meaning: Object.hasOwn(enums.code, String(serviceCode))
      ? (enums.code as Record<string, string>)[String(serviceCode)]
      : undefined,
    serviceMessage: typeof message === "string" && message ? message.slice(0, 500) : undefined,
    taskid: isTaskId ? String(taskid) : undefined,
    ...answer, // last: names that come after a spread are slow
  };
}

function readJson(body: unknown, redact: Redact): { value: unknown; fault: Error | undefined } {
  try {
    const value: unknown = typeof body === "string" ? JSON.parse(body) : body;
    return { value: isTidy(body, redact) ? value : tidy(value, redact), fault: undefined };
  } catch {
    // The engine's own message quotes the text. Nesting without end is no answer either.
    const fault = new Error("The text is no JSON, or only the beginning of it");
    fault.name = "SyntaxError";
    return { value: undefined, fault };
  }
}

/** The names that the document knows, and those of what is handed on as it came. */
const known: readonly string[] = Object.values(fields);
const verbatim: readonly string[] = [fields.taskid, fields.url];

/** Whether a text holds nothing to tidy, as most do: no null, no key, and no escapes that a key could be written in. */
function isTidy(body: unknown, redact: Redact): boolean {
  return typeof body === "string" && !/null|\\/.test(body) && redact(body) === body;
}

/** A copy without nulls, which are how some services spell «none», and without the key, which some echo. */
function tidy(value: unknown, redact: Redact): unknown {
  if (typeof value === "string") return redact(value);
  if (Array.isArray(value)) return value.filter((item) => item !== null).map((item) => tidy(item, redact));
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([, item]) => item !== null);
  const tidied = kept.map(([name, item]) => [
    known.includes(name) ? name : redact(name),
    tidy(item, verbatim.includes(name) ? (text) => text : redact),
  ]);
  return Object.fromEntries(tidied);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
