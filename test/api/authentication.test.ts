import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createAuthenticate } from "../../src/api/authentication.js";
import { ConfigurationError } from "../../src/index.js";

const variable = "TENSORSLAB_API_KEY";

beforeEach(() => void vi.stubEnv(variable, undefined));
afterEach(() => void vi.unstubAllEnvs());

describe("what the header says", () => {
  test.each([
    ["key-1", "bearer", "Bearer key-1"],
    ["key-1", "raw", "key-1"],
    ["Bearer key-1", "bearer", "Bearer key-1"],
    ["bearer key-1", "bearer", "bearer key-1"],
    ["Bearer key-1", "raw", "Bearer key-1"],
    ["bearer-key", "bearer", "Bearer bearer-key"],
    ["  key-1\t ", "bearer", "Bearer key-1"],
    ["schlüssel", "bearer", "Bearer schlüssel"],
  ] as const)("%o with the scheme %s is %o", async (key, scheme, value) => {
    expect(await createAuthenticate(key, scheme)()).toBe(value);
  });

  test("null sends none", async () => {
    vi.stubEnv(variable, "key-of-the-environment");
    expect(await createAuthenticate(null, "bearer")()).toBeUndefined();
  });
});

describe("where the key comes from", () => {
  test("the environment, read for each request", async () => {
    vi.stubEnv(variable, "key-1");
    const authenticate = createAuthenticate(undefined, "bearer");
    expect(await authenticate()).toBe("Bearer key-1");
    vi.stubEnv(variable, "key-2");
    expect(await authenticate()).toBe("Bearer key-2");
  });

  test("a key that is given goes before the environment's", async () => {
    vi.stubEnv(variable, "key-1");
    expect(await createAuthenticate("key-2", "bearer")()).toBe("Bearer key-2");
  });

  test("a function, asked for each request, now or later", async () => {
    let calls = 0;
    const authenticate = createAuthenticate(async () => `key-${++calls}`, "bearer");
    expect(calls).toBe(0);
    expect(await authenticate()).toBe("Bearer key-1");
    expect(await authenticate()).toBe("Bearer key-2");
    expect(await createAuthenticate(() => "key-3", "raw")()).toBe("key-3");
  });

  test("a runtime without an environment is asked for a key", async () => {
    vi.stubGlobal("process", undefined);
    try {
      await expect(createAuthenticate(undefined, "bearer")()).rejects.toThrow(ConfigurationError);
    } finally {
      vi.unstubAllGlobals();
    }
  });
});

describe("a key that cannot work is refused before a client is made", () => {
  test("no key names the variable to set, once a request needs it", async () => {
    await expect(createAuthenticate(undefined, "bearer")()).rejects.toThrow(
      /No API key: set TENSORSLAB_API_KEY/,
    );
  });

  test.each([
    ["", /empty/],
    ["  \t", /empty/],
  ])("%o", (key, reason) => {
    expect(() => createAuthenticate(key, "bearer")).toThrow(reason);
    vi.stubEnv(variable, key);
    expect(createAuthenticate(undefined, "bearer")).toThrow(reason);
  });

  test.each([
    ["sec\nret"],
    ["sec\r\nX-Other: ret"],
    ["sec\0ret"],
    ["sec\x7fret"],
    ["secret\u2028"],
    ["secret键"],
    ["sec\tret"],
  ])("%o, which is not quoted", (key) => {
    const error = faultOf(() => createAuthenticate(key, "bearer"));
    expect(error).toMatchObject({ code: "CONFIGURATION", outcome: "not-sent" });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/sec.*ret/s);
  });

  test("a key that is no text", () => {
    expect(() => createAuthenticate(17 as never, "bearer")).toThrow(/must be a string, not number/);
  });
});

describe("a function that gives no key", () => {
  test.each([
    ["gives nothing", () => undefined as never, /must be a string, not undefined/],
    ["gives an empty text", () => " ", /empty/],
  ])("%s", async (_, apiKey, reason) => {
    await expect(createAuthenticate(apiKey, "bearer")()).rejects.toThrow(reason);
  });

  test.each([
    ["throws", () => Promise.reject(new Error("the vault is closed"))],
    [
      "throws at once",
      () => {
        throw new Error("the vault is closed");
      },
    ],
  ])("%s: its error is the cause", async (_, apiKey) => {
    await expect(createAuthenticate(apiKey, "bearer")()).rejects.toMatchObject({
      code: "CONFIGURATION",
      outcome: "not-sent",
      cause: { message: "the vault is closed" },
    });
  });
});

function faultOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
