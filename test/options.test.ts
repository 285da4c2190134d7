import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { ConfigurationError, createClient } from "../src/index.js";
import type { ClientOptions, Fetch } from "../src/index.js";
import { accepted, startCaptureServer } from "./support/capture-server.js";

afterEach(() => void vi.unstubAllGlobals());

function refusal(options: unknown): ConfigurationError {
  try {
    createClient(options as ClientOptions);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toMatchObject({ code: "CONFIGURATION", outcome: "not-sent" });
    return error as ConfigurationError;
  }
  throw new Error("the options were taken");
}

const apiKey = "key-1";

describe("an option that cannot work is named when the client is made", () => {
  test.each([
    [{ apikey: "x" }, /Unknown option `apikey`\. Did you mean `apiKey`\?/],
    [{ authScheme: "basic" }, /`authScheme` must be "bearer" or "raw"/],
    [{ fetch: "fetch" }, /`fetch` must be a function/],
    [{ submitTimeoutMs: 0 }, /`submitTimeoutMs` must be a number of milliseconds above 0/],
    [{ submitTimeoutMs: NaN }, /submitTimeoutMs/],
    [{ submitTimeoutMs: "180000" }, /submitTimeoutMs/],
    [{ statusTimeoutMs: -1 }, /statusTimeoutMs/],
    [{ statusTimeoutMs: null }, /statusTimeoutMs/],
    [{ submitRetries: -1 }, /`submitRetries` must be a whole number of at least 0/],
    [{ submitRetries: Infinity }, /submitRetries/],
    [{ statusRetries: 1.5 }, /statusRetries/],
    [{ statusRetries: "3" }, /statusRetries/],
    [{ maxConcurrentPolls: 0 }, /`maxConcurrentPolls` must be a whole number of at least 1/],
  ])("%o", (options, reason) => {
    expect(refusal({ apiKey, ...options }).message).toMatch(reason);
  });

  test("what may be anything is taken at its limits", () => {
    const options = { submitTimeoutMs: Infinity, statusTimeoutMs: 0.5, submitRetries: 0, statusRetries: 0 };
    expect(createClient({ apiKey, ...options, maxConcurrentPolls: 1 })).toHaveProperty("submit");
    expect(
      createClient({ apiKey, baseUrl: undefined, fetch: undefined, submitRetries: undefined }),
    ).toBeTruthy();
  });
});

describe("the base URL", () => {
  test.each([
    ["no URL", "api.tensorslab.com"],
    ["nothing", ""],
    ["a password", "https://user:secret@api.example.com"],
    ["a user name", "https://user@api.example.com"],
    ["a query", "https://api.example.com/?key=secret"],
    ["a fragment", "https://api.example.com/#secret"],
    ["an empty query", "https://api.example.com/?"],
    ["plain http elsewhere", "http://api.example.com"],
    ["plain http to what only looks like this machine", "http://localhost.example.com"],
    ["plain http to another address", "http://128.0.0.1"],
    ["plain http to a name that may lead anywhere", "http://mock.localhost"],
    ["another protocol", "ftp://localhost"],
  ])("%s is refused, and the URL is not quoted", (_, baseUrl) => {
    const error = refusal({ apiKey, baseUrl });
    expect(error.message).toMatch(/^`baseUrl` /);
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain("secret");
  });

  test.each([
    ["https://api.example.com"],
    ["https://api.example.com:8443/prefix/"],
    ["http://localhost:8080"],
    ["http://127.0.0.1"],
    ["http://127.8.9.10:1"],
    ["http://[::1]:8080"],
    [new URL("https://api.example.com")],
  ])("%s is taken", (baseUrl) => {
    expect(createClient({ apiKey, baseUrl })).toHaveProperty("submit");
  });

  test("a path before the operation's own is kept, with a slash at its end or without", async () => {
    const server = await startCaptureServer();
    onTestFinished(() => server.close());
    for (const path of ["", "/", "/prefix", "/prefix/"]) {
      await createClient({ apiKey, baseUrl: server.url + path }).submit("seedreamv5", { prompt: "x" });
    }
    const plain = "/v1/images/seedreamv5";
    expect(server.requests.map(({ path }) => path)).toEqual([
      plain,
      plain,
      `/prefix${plain}`,
      `/prefix${plain}`,
    ]);
  });
});

describe("a web page, where every visitor can read the key", () => {
  beforeEach(() => void vi.stubGlobal("document", {}));

  test.each([
    ["a key", { apiKey }],
    ["a function that gives one", { apiKey: () => apiKey }],
    ["a key for a server of its own", { apiKey, baseUrl: "https://example.com" }],
    ["no key, for the service itself", {}],
  ])("holds no client with %s", (_, options) => {
    expect(refusal(options).message).toMatch(/createProxyHandler.*dangerouslyAllowBrowser/);
  });

  test("holds one that sends no key, to a path of the page's own server", async () => {
    vi.stubGlobal("location", { href: "https://example.com/app/" });
    const fetch = vi.fn<Fetch>(async () => Response.json(accepted));
    for (const options of [{ baseUrl: "/api/images" }, { baseUrl: "/api/images", apiKey: null }]) {
      await createClient({ ...options, fetch }).submit("seedreamv5", { prompt: "x" });
    }
    expect(fetch).toHaveBeenCalledTimes(2);
    for (const [url, init] of fetch.mock.calls) {
      expect(url).toBe("https://example.com/api/images/v1/images/seedreamv5");
      expect(new Headers(init?.headers).has("authorization")).toBe(false);
    }
  });

  test("holds one with a key if that is asked for", async () => {
    const fetch = vi.fn<Fetch>(async () => Response.json(accepted));
    const client = createClient({ apiKey, fetch, dangerouslyAllowBrowser: true });
    await client.submit("seedreamv5", { prompt: "x" });
    expect(new Headers(fetch.mock.calls[0]?.[1]?.headers).get("authorization")).toBe("Bearer key-1");
  });
});

describe("fetch", () => {
  const answer = () => Response.json(accepted);

  test("a fetch that is given takes every request, to the server that the document names", async () => {
    const fetch = vi.fn<Fetch>(async () => answer());
    vi.stubGlobal("fetch", () => expect.fail("the platform's fetch was called"));
    const client = createClient({ apiKey, fetch });
    expect(await client.submit("seedreamv5", { prompt: "x" })).toMatchObject({ taskid: "task-1" });
    expect(fetch.mock.calls.map(([url]) => String(url))).toEqual([
      "https://api.tensorslab.com/v1/images/seedreamv5",
    ]);
    expect(fetch.mock.calls[0]?.[1]).toMatchObject({ method: "POST", redirect: "error" });
  });

  test("the platform's fetch is looked up for each request", async () => {
    const client = createClient({ apiKey });
    const fetch = vi.fn<Fetch>(async () => answer());
    vi.stubGlobal("fetch", fetch);
    await client.submit("seedreamv5", { prompt: "x" });
    expect(fetch).toHaveBeenCalledTimes(1);
  });
});

describe("where there is no key yet, as in a build", () => {
  beforeEach(() => {
    vi.stubEnv("TENSORSLAB_API_KEY", undefined);
    vi.stubEnv("TENSORSLAB_BASE_URL", undefined);
  });
  afterEach(() => void vi.unstubAllEnvs());

  test("a client is made, and asks for the key at its first request", async () => {
    const client = createClient();
    await expect(client.ready()).rejects.toMatchObject({ code: "CONFIGURATION", outcome: "not-sent" });
    await expect(client.submit("seedreamv5", { prompt: "x" })).rejects.toMatchObject({
      code: "CONFIGURATION",
      outcome: "not-sent",
    });
    vi.stubEnv("TENSORSLAB_API_KEY", "key-1");
    await expect(client.ready()).resolves.toBeUndefined();
  });

  test("a literal that cannot be a key fails at once", () => {
    expect(() => createClient({ apiKey: "" })).toThrow(/empty/);
    expect(() => createClient({ apiKey: "a\nb" })).toThrow(/one line/);
  });

  test("a base URL that is relative to a page is resolved once there is a page", async () => {
    const client = createClient({ baseUrl: "/api/images", apiKey: null });
    expect(() => client.service).toThrow(/relative to a page/);
    await expect(client.submit("seedreamv5", { prompt: "x" })).rejects.toMatchObject({
      code: "CONFIGURATION",
      outcome: "not-sent",
    });
    const requested: string[] = [];
    const later = createClient({
      baseUrl: "/api/images",
      apiKey: null,
      fetch: async (url) => {
        requested.push(String(url));
        return Response.json({ code: 1000, msg: "OK", data: { taskid: "task-1" } });
      },
    });
    vi.stubGlobal("location", { href: "https://example.com/gallery/" });
    onTestFinished(() => void vi.unstubAllGlobals());
    await later.submit("seedreamv5", { prompt: "x" });
    expect(requested).toEqual(["https://example.com/api/images/v1/images/seedreamv5"]);
  });
});

describe("the base URL of the environment", () => {
  afterEach(() => void vi.unstubAllEnvs());

  test("is used unless there is an option; that of another tool is not", () => {
    vi.stubEnv("TENSORSLAB_API_BASE", "https://elsewhere.test/v1");
    expect(createClient({ apiKey }).service).toBe("https://api.tensorslab.com/");
    vi.stubEnv("TENSORSLAB_BASE_URL", "https://staging.test/prefix");
    expect(createClient({ apiKey }).service).toBe("https://staging.test/prefix");
    expect(createClient({ apiKey, baseUrl: "https://other.test" }).service).toBe("https://other.test/");
  });
});

describe("plain http", () => {
  test.each(["http://lan.test/api/images", "http://mock:8080", "http://10.0.0.7"])(
    "to %s is allowed without a key, and with one if it is asked for",
    (baseUrl) => {
      expect(createClient({ apiKey: null, baseUrl }).service).toContain(baseUrl);
      expect(createClient({ apiKey, baseUrl, dangerouslyAllowHttp: true }).service).toContain(baseUrl);
      expect(() => createClient({ apiKey, baseUrl })).toThrow(/dangerouslyAllowHttp/);
      expect(() => createClient({ apiKey: () => apiKey, baseUrl })).toThrow(/apiKey: null/);
    },
  );
});
