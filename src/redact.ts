import { authentication } from "../generated/operations.js";

/** Takes a secret out of a text. */
export type Redact = (text: string) => string;

/** What takes the keys of a client's requests out of any text. */
export interface Redactors {
  /** For the key that a request carries now. */
  of: (request: Request) => Redact;
  /** For the key of the last request that was given to `of` with this signal, which an attempt shares with it alone. */
  during: (signal: AbortSignal) => Redact | undefined;
}

const scheme = new RegExp(`^${authentication.scheme} +`, "i");

/** A shorter key is a placeholder, and a part of ordinary words. */
const shortestSecret = 4;

/** Makes {@link Redactors}; the last key's is remembered, for it seldom changes. */
export function createRedactors(): Redactors {
  const bySignal = new WeakMap<AbortSignal, Redact>();
  let last: { value: string | null; redact: Redact } | undefined;
  return {
    of({ headers, signal }) {
      const value = headers.get(authentication.header);
      if (last?.value !== value) last = { value, redact: createRedact(value) };
      if (signal) bySignal.set(signal, last.redact); // the raw client's requests may have none
      return last.redact;
    },
    during: (signal) => bySignal.get(signal),
  };
}

/** Makes a function that takes a header's key out of any text, however it is written there. */
export function createRedact(headerValue: string | null | undefined): Redact {
  const key = headerValue?.replace(scheme, "") ?? "";
  if (key.length < shortestSecret) return (text) => text;
  const utf8 = String.fromCharCode(...new TextEncoder().encode(key));
  const encoded = [JSON.stringify(key).slice(1, -1), encodeURIComponent(key)];
  const forms = [key, ...encoded, ...base64Forms(key), ...base64Forms(utf8)];
  // The longest first: what is left of a form may be unlike any other. Every answer is read through this.
  const secrets = [...new Set(forms)].sort((one, other) => other.length - one.length);
  const pattern = new RegExp(secrets.map((secret) => secret.replace(/\W/g, "\\$&")).join("|"), "g");
  return (text) => text.replace(pattern, "[redacted]");
}

/** What every base64 text holds that was made of a text with the key in it, wherever in that text the key begins. */
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
 * A copy of an error and its causes that holds nothing but names, messages, codes and stacks, all of them redacted.
 *
 * A runtime's error may carry the request, and printing that prints the key.
 */
export function redactError(error: unknown, redact: Redact, depth = 0): Error {
  const { name, message, stack, code, cause, errors } = Object(error) as Record<string, unknown>;
  const isText = (value: unknown): value is string => typeof value === "string";
  const text = isText(message) ? message : typeof error === "object" ? "no message" : String(error);
  const copy: Error & { code?: string } = new Error(redact(text));
  Object.defineProperty(copy, "name", { value: isText(name) ? redact(name) : "Error", configurable: true });
  copy.stack = redact(isText(stack) ? stack : String(copy.stack));
  if (isText(code)) copy.code = redact(code);
  // Several addresses were tried: the first failure tells as much as all.
  const inner = cause ?? (Array.isArray(errors) ? errors[0] : undefined);
  if (inner !== undefined && depth < 5) copy.cause = redactError(inner, redact, depth + 1);
  return copy;
}
