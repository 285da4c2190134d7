import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ConfigurationError, createClient } from "../../src/index.js";

const ownServer = "https://example.com/images";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

describe("a key in a web page", () => {
  beforeEach(() => vi.stubGlobal("document", {}));

  it.each(["a key", "", () => "a key", async () => "a key"])("is refused: %s", (apiKey) => {
    expect(() => createClient({ apiKey })).toThrow(ConfigurationError);
    expect(() => createClient({ apiKey, baseUrl: ownServer })).toThrow(/dangerouslyAllowBrowser: true/);
  });

  it("is refused from the environment too, and the advice is what a page can do", () => {
    vi.stubEnv("TENSORSLAB_API_KEY", "a key");
    expect(() => createClient()).toThrow(/`baseUrl` of your `createProxyHandler`/);
  });

  it("is let in by dangerouslyAllowBrowser: true, and by nothing that only looks like it", () => {
    expect(createClient({ apiKey: "a key", dangerouslyAllowBrowser: true })).toHaveProperty("submit");
    const dangerouslyAllowBrowser = "false" as unknown as boolean;
    expect(() => createClient({ apiKey: "a key", dangerouslyAllowBrowser })).toThrow(ConfigurationError);
  });

  it.each([undefined, null])("is not needed with a server of one's own: %s", async (apiKey) => {
    vi.stubEnv("TENSORSLAB_API_KEY", "the key of a test run");
    let sent: RequestInit | undefined;
    const fetch = async (_url: unknown, init?: RequestInit) => {
      sent = init;
      return Response.json({ code: 1000, msg: "", data: { taskid: "t" } });
    };
    await createClient({ apiKey, baseUrl: ownServer, fetch }).submit("seedreamv5", { prompt: "a fox" });
    expect(new Headers(sent?.headers).has("authorization")).toBe(false);
  });

  it("is not needed with a path on the page's own server, which is resolved against the page", async () => {
    vi.stubGlobal("location", { href: "https://example.com/gallery/page.html?x=1#y" });
    let sentTo: unknown;
    const fetch = async (url: unknown) => {
      sentTo = url;
      return Response.json({ code: 1000, msg: "", data: { taskid: "t" } });
    };
    await createClient({ baseUrl: "/api/images", fetch }).submit("seedreamv5", { prompt: "a fox" });
    expect(sentTo).toBe("https://example.com/api/images/v1/images/seedreamv5");
  });
});

describe("a key in a page's worker, which has no document", () => {
  it("is refused, and is not needed with a server of one's own", () => {
    vi.stubGlobal("navigator", { userAgent: "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0.0.0" });
    expect(() => createClient({ apiKey: "a key" })).toThrow(/dangerouslyAllowBrowser: true/);
    expect(createClient({ baseUrl: ownServer })).toHaveProperty("submit");
  });
});

describe("a key on a server", () => {
  it.each(["Node.js/24", "Deno/2.9.6", "Bun/1.4.5", "Cloudflare-Workers", undefined])(
    "is taken by %s",
    (userAgent) => {
      vi.stubGlobal("navigator", { userAgent });
      expect(createClient({ apiKey: "a key" })).toHaveProperty("submit");
    },
  );

  it("is asked for once it is needed, whatever the baseUrl", async () => {
    vi.stubEnv("TENSORSLAB_API_KEY", undefined);
    await expect(createClient({ baseUrl: ownServer }).ready()).rejects.toThrow(/No API key/);
    expect(createClient({ apiKey: "a key", baseUrl: ownServer })).toHaveProperty("submit");
  });
});
