import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { createRedactor, redactError } from "../../src/reliability/redact.js";

const key = 'sk-"0/1+2 ü3\\456789';
/** A redactor that knows the keys of these headers. */
function createRedact(...headers: (string | null | undefined)[]) {
  const { remember, redact } = createRedactor();
  for (const header of headers) remember(header);
  return redact;
}

const redact = createRedact(`Bearer ${key}`);
const escapeEach = (escape: (code: number) => string) =>
  Array.from(key, (character) => escape(character.charCodeAt(0))).join("");

describe("the key is taken out of any text", () => {
  test.each([
    ["as it is", key],
    ["with its scheme", `Authorization: Bearer ${key}`],
    ["twice", `${key} and ${key}`],
    ["as JSON", JSON.stringify({ key })],
    ["in a URL", `https://example.com/?key=${encodeURIComponent(key)}`],
    [
      "in a URL with lower-case escapes",
      encodeURIComponent(key).replace(/%../g, (each) => each.toLowerCase()),
    ],
    ["in a URL within a URL", encodeURIComponent(encodeURIComponent(key))],
    ["in a form", String(new URLSearchParams({ key }))],
    ["with every byte escaped", Buffer.from(key).toString("hex").replace(/../g, "%$&")],
    ["in HTML", key.replaceAll('"', "&quot;")],
    ["in HTML within HTML", key.replaceAll('"', "&amp;quot;")],
    ["in HTML by numbers", escapeEach((code) => `&#${code};`)],
    ["in HTML by long numbers", escapeEach((code) => `&#x00${code.toString(16).toUpperCase()};`)],
    ["in a script", escapeEach((code) => `\\u${code.toString(16).padStart(4, "0")}`)],
    ["in a script within JSON", JSON.stringify(JSON.stringify(key))],
    ["in JSON of PHP", JSON.stringify(key).replaceAll("/", "\\/")],
    ["as base64 in a URL", encodeURIComponent(Buffer.from(key, "latin1").toString("base64"))],
  ])("%s", (_, text) => {
    expect(redact(text)).toContain("[redacted]");
    expect(redact(text)).not.toMatch(/456789|%36|&#5[4-7]|&#x003[4-9]|u003[4-9]/);
    expect(redact(text).length).toBeLessThan(50);
  });

  test("also in a long text that is made to take long", () => {
    for (const piece of ["\\", "%25", "25", "&amp;", "amp;", "&#0", "0", "s", 'sk-"0', '\\"', "&quot;"]) {
      const text = piece.repeat(500_000);
      expect(redact(text)).toBe(text); // what grows with the square would take hours
    }
  });

  test.each(["", "B", "Be", "Bearer ", "user:"])("as base64 behind %o", (before) => {
    for (const encoding of ["base64", "base64url"] as const) {
      const text = Buffer.from(`${before}${key}`, "latin1").toString(encoding);
      const redacted = redact(text);
      expect(redacted).toContain("[redacted]");
      expect(Buffer.from(redacted.replace("[redacted]", ""), encoding).toString("latin1")).not.toContain(
        "456",
      );
    }
  });
});

test("without a key, or with one that is a part of ordinary words, texts stay as they are", () => {
  for (const header of [undefined, null, "", "Bearer any", "key"]) {
    expect(createRedact(header)("any key will do")).toBe("any key will do");
  }
});

test("a key that was replaced is still taken out, as long as it is among the last few", () => {
  const keys = Array.from({ length: 9 }, (_, index) => `Bearer key-number-${index}`);
  const redactAll = createRedact(...keys);
  expect(redactAll("key-number-8 key-number-1")).toBe("[redacted] [redacted]");
  expect(redactAll("key-number-0")).toBe("key-number-0");
});

describe("a copy of an error", () => {
  test("has its name, message, code, stack and causes, and the key in none of them", () => {
    const innermost = Object.assign(new Error(`reset ${key}`), { code: "ECONNRESET", request: { key } });
    const middle = new AggregateError([innermost, new Error(key)], `all failed ${key}`);
    const error = Object.assign(new TypeError(`fetch failed ${key}`, { cause: middle }), {
      headers: { key },
    });
    const copy = redactError(error, redact);
    expect(copy).toMatchObject({
      name: "TypeError",
      message: "fetch failed [redacted]",
      cause: { name: "AggregateError", cause: { message: "reset [redacted]", code: "ECONNRESET" } },
    });
    expect(copy.stack).toContain("redact.test.ts");
    expect(inspect(copy, { depth: 10, showHidden: true })).not.toContain("456789");
  });

  test.each([
    ["a text", `broken ${key}`, "broken [redacted]"],
    ["undefined", undefined, "undefined"],
    ["an object without a message", { key }, "no message"],
  ])("of %s is an error", (_, thrown, message) => {
    const copy = redactError(thrown, redact);
    expect(copy).toBeInstanceOf(Error);
    expect(copy).toMatchObject({ name: "Error", message });
  });

  test("ends where causes go round in a circle", () => {
    const error = new Error("broken");
    error.cause = error;
    expect(inspect(redactError(error, redact), { depth: 20 }).length).toBeLessThan(20_000);
  });
});
