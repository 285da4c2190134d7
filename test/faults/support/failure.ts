import { inspect } from "node:util";
import { expect } from "vitest";
import type { TensorsLabError } from "../../../src/index.js";

/** A key that cannot be part of anything else. */
export const apiKey = "sk-Zebra+7/quartz?jumps";

/** The error that `work` failed with; that it fails is asserted, and that nothing printable of the failure holds the key. */
export async function failureOf(work: Promise<unknown>): Promise<TensorsLabError> {
  let failure: unknown;
  try {
    await work;
  } catch (error) {
    failure = error;
  }
  expect(failure, "it should have failed").toBeDefined();
  expectNoKey(failure);
  return failure as TensorsLabError;
}

/** Every form in which an error is printed or logged, searched for the key and for its base64. */
export function expectNoKey(error: unknown, key = apiKey): void {
  const printed = [inspect(error, { depth: 10, showHidden: true }), JSON.stringify(error), String(error)];
  for (let at: unknown = error; at instanceof Error; at = at.cause)
    printed.push(at.message, String(at.stack));
  const text = printed.join("\n");
  const secrets = [key, `Bearer ${key}`, `:${key}`, `x:${key}`].flatMap((secret) => [
    secret,
    Buffer.from(secret).toString("base64").replace(/=+$/, ""),
    Buffer.from(secret).toString("base64url"),
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    encodeURIComponent(secret).replace(/%../g, (each) => each.toLowerCase()),
    Array.from(secret, (character) => `&#${character.charCodeAt(0)};`).join(""),
  ]);
  for (const secret of secrets) expect(text).not.toContain(secret);
}
