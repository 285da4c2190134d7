import { keyHeader } from "../document.js";
import type { MockRequest } from "../request.js";

/** Names of headers that carry secrets, beside the one that the document names. */
const secretNames = /authori[sz]ation|cookie|api-?key|token|secret/i;
/** A shorter key stands in too many other words to be looked for in texts. */
const minKeyLength = 8;

/** Hides the key of one request, wherever the page would show it. */
export interface Redaction {
  header(name: string, value: string): string;
  text(text: string): string;
  bytes(bytes: Buffer): Buffer;
}

export function createRedaction({ headers }: Pick<MockRequest, "headers">): Redaction {
  const keys = Object.entries(headers)
    .filter(([name]) => isSecret(name))
    .flatMap(([, value]) => String(value).split(/[\s;,]+/))
    .filter((word) => word.length >= minKeyLength);
  function text(value: string): string {
    return keys.reduce((rest, key) => rest.replaceAll(key, "[redacted]"), value);
  }
  return {
    header(name, value) {
      if (!isSecret(name)) return text(value);
      const [scheme, ...rest] = value.trim().split(/\s+/);
      return rest.length > 0 ? `${scheme} [redacted]` : "[redacted]";
    },
    text,
    bytes(bytes) {
      const found = keys.map((key) => Buffer.from(key)).filter((key) => bytes.includes(key));
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
