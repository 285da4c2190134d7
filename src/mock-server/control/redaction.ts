import { keyHeader } from "../document.js";
import type { MockRequest } from "../request.js";

/** Names of headers that carry secrets, beside the one that the document names. */
const secretNames = /authori[sz]ation|cookie|api-?key|token|secret/i;
/** A shorter key occurs in too many other words to be redacted in texts. */
const minKeyLength = 8;
const maxKeys = 100;

/** Redacts the keys that clients have sent, wherever the page would show them. */
export interface Redaction {
  /** Remembers the keys of a request. */
  note(request: Pick<MockRequest, "headers">): void;
  header(name: string, value: string): string;
  text(text: string): string;
  bytes(bytes: Buffer): Buffer;
}

export function createRedaction(): Redaction {
  const keys = new Set<string>();
  function text(value: string): string {
    for (const key of keys) value = value.replaceAll(key, "[redacted]");
    return value;
  }
  return {
    note({ headers }) {
      for (const [name, value] of Object.entries(headers)) {
        if (!isSecret(name)) continue;
        for (const word of String(value).split(/[\s;,]+/)) if (word.length >= minKeyLength) keys.add(word);
      }
      for (const oldest of keys) if (keys.size > maxKeys) keys.delete(oldest);
    },
    header(name, value) {
      if (!isSecret(name)) return text(value);
      const [scheme, ...rest] = value.trim().split(/\s+/);
      return rest.length > 0 ? `${scheme} [redacted]` : "[redacted]";
    },
    text,
    bytes(bytes) {
      const found = [...keys].map((key) => Buffer.from(key)).filter((key) => bytes.includes(key));
      if (found.length === 0) return bytes;
      const hidden = Buffer.from(bytes);
      for (const key of found) {
        for (let at = hidden.indexOf(key); at >= 0; at = hidden.indexOf(key, at + key.length)) {
          hidden.fill("*", at, at + key.length);
        }
      }
      return hidden;
    },
  };
}

function isSecret(name: string): boolean {
  return secretNames.test(name) || name.toLowerCase() === keyHeader;
}
