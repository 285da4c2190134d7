import type { IncomingHttpHeaders } from "node:http";
import { authentication } from "./document.js";

/** The name of the header that carries the key, in lower case; undefined if the service asks for no key. */
export const keyHeader = authentication?.header.toLowerCase();

/** Whether a request may pass: its key is one of `keys`, or any if those are not stated. */
export function isAuthenticated(
  headers: IncomingHttpHeaders,
  keys: ReadonlySet<string> | undefined,
): boolean {
  if (keyHeader === undefined) return true;
  const words = String(headers[keyHeader] ?? "")
    .split(/\s+/)
    .filter(Boolean);
  // The scheme is known to work, and so may be the bare key.
  if (words[0]?.toLowerCase() === (authentication?.scheme || "bearer").toLowerCase()) words.shift();
  const [key, ...more] = words;
  return key !== undefined && more.length === 0 && (keys === undefined || keys.has(key));
}
