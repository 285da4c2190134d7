import { secretOf } from "../api/authentication.js";
import { causeOf } from "../api/exchange.js";
import { original } from "../api/platform.js";

const PlatformTextEncoder = /* @__PURE__ */ original("TextEncoder", "util");

/** Takes a secret out of a text. */
export type Redact = (text: string) => string;

/** Takes the keys that a client has sent out of any text. */
export interface Redactor {
  /** Notes the key of a header that is about to be sent. */
  remember: (headerValue: string | null | undefined) => void;
  redact: Redact;
}

/** A key that is replaced may still be echoed by responses that are under way. */
const rememberedKeys = 8;

/** Creates a {@link Redactor}; it knows the last few keys, because a key may be renewed for each request. */
export function createRedactor(): Redactor {
  let known: string[] = [];
  let pattern: RegExp | undefined;
  return {
    remember(headerValue) {
      const key = secretOf(headerValue);
      if (!key || key === known[0]) return;
      known = [key, ...known.filter((other) => other !== key)].slice(0, rememberedKeys);
      pattern = patternFor(known);
    },
    redact: (text) => (pattern ? text.replace(pattern, "[redacted]") : text),
  };
}

/** Matches keys however they are written in a text: escaped as in a URL, in HTML or in JSON, or encoded as base64. */
function patternFor(keys: readonly string[]): RegExp {
  const secrets = new Set(keys.flatMap((key) => [key, ...base64Forms(key), ...base64Forms(toUtf8(key))]));
  // The longest first: the rest of a form may be unlike any other. Every response is read through this.
  const longestFirst = [...secrets].sort((one, other) => other.length - one.length);
  const isKey = (secret: string) => keys.includes(secret);
  const patterns = longestFirst.map((secret) =>
    // Nobody escapes the letters and digits of base64.
    Array.from(secret, (each) => (isKey(secret) || /\W/.test(each) ? escapedForms(each) : each)).join(""),
  );
  return new RegExp(patterns.join("|"), "gi"); // escapes have digits in either case
}

/** Matches a character that may be escaped, also twice; a header, and so a key, has none beyond Latin 1. */
function escapedForms(character: string): string {
  const code = character.charCodeAt(0);
  const hex = code.toString(16).padStart(2, "0");
  const inUrl = (code < 128 ? `%${hex}` : encodeURIComponent(character)).replaceAll("%", "%(?:25)*");
  const literal = character === " " ? "[ +]" : character.replace(/\W/, "\\$&");
  const named = /["&'<>]/.test(character) ? "|amp|lt|gt|quot|apos" : "";
  // At most four backslashes: without a limit, a text of them would take time in its square.
  return `(?:\\\\{0,4}(?:${literal}|(?:u00|x)${hex})|${inUrl}|&(?:amp;)*(?:#0*${code}|#x0*${hex}${named});?)`;
}

const toUtf8 = (text: string): string => String.fromCharCode(...new PlatformTextEncoder().encode(text));

/** The part of a base64 text that is the same for every text with the key in it, for each place where the key can begin. */
function base64Forms(key: string): string[] {
  return ["", " ", "  "].flatMap((before) => {
    // A character at either end that also depends on what stands beside the key is left out.
    const begin = Math.ceil((before.length * 8) / 6);
    const end = Math.floor(((before.length + key.length) * 8) / 6);
    const form = btoa(before + key).slice(begin, end);
    return [form, form.replaceAll("+", "-").replaceAll("/", "_")];
  });
}

/**
 * A copy of an error and its causes: its prototype, name, message, stack and primitive fields, all of them redacted.
 *
 * A runtime's error may carry the request, and printing that prints the key, so nested objects are left out.
 */
export function redactError(error: unknown, redact: Redact, depth = 0): Error {
  const { name, message, stack } = Object(error) as Record<string, unknown>;
  const text = typeof message === "string" ? message : Object(error) === error ? "no message" : String(error);
  const inner = causeOf(error);
  const isNested = inner !== undefined && depth < 5;
  const copy = new Error(redact(text), isNested ? { cause: redactError(inner, redact, depth + 1) } : {});
  /** Defines a field, also one that the prototype has as read-only. */
  const define = (field: string, value: unknown, enumerable = false): void => {
    if (Object(value) === value) return;
    const kept = typeof value === "string" ? redact(value) : value;
    Object.defineProperty(copy, redact(field), {
      value: kept,
      enumerable,
      writable: true,
      configurable: true,
    });
  };
  if (error instanceof Error) {
    Object.setPrototypeOf(copy, Object.getPrototypeOf(error) as object);
    for (const [field, value] of Object.entries(error)) define(field, value, true);
  }
  if (typeof name === "string" && copy.name !== redact(name)) define("name", name);
  define("stack", typeof stack === "string" ? stack : copy.stack);
  return copy;
}
