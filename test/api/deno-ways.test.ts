import { afterEach, describe, expect, it, vi } from "vitest";
import { createClient } from "../../src/index.js";
import type { Fetch } from "../../src/index.js";
import { startMockClient } from "../faults/support/mock-client.js";
import { encodeForm } from "../../src/api/multipart.js";
import { createWatch } from "../../src/reliability/evidence.js";

afterEach(() => vi.unstubAllGlobals());

describe("Deno", () => {
  it("gets a form of text as a Blob, for it sends a string again by itself", async () => {
    const kinds = { prompt: { type: "string", array: false } } as const;
    expect((await encodeForm({ prompt: "a fox" }, kinds)).body).toBeTypeOf("string");
    vi.stubGlobal("Deno", {});
    const { body } = await encodeForm({ prompt: "a fox" }, kinds);
    expect(body).toBeInstanceOf(Blob);
    expect(await (body as Blob).text()).toContain("a fox");
  });

  const failure = (reason: string) =>
    new TypeError("fetch failed", {
      cause: new TypeError(`error sending request for url (http://127.0.0.1:1/): client error (${reason}`),
    });

  const url = "http://127.0.0.1:1/";
  const proves = (reason: string, isOwnFetch = true, about = url) => {
    vi.stubGlobal("Deno", {});
    return createWatch()(about, null, isOwnFetch).provesNotSent(failure(reason));
  };

  it.each([
    "Connect): tcp connect error: Connection refused (os error 111)",
    "Connect): dns error: failed to lookup address information: Name or service not known",
  ])("names the step that failed: %s", (reason) => {
    expect(proves(reason)).toBe(true);
  });

  it.each([
    "SendRequest): connection closed before message completed",
    "SendRequest): connection error: Connection reset by peer (os error 104)",
  ])("does not prove that nothing was sent: %s", (reason) => {
    expect(proves(reason)).toBe(false);
  });

  it("is believed about the request's own URL alone, and with its own fetch", () => {
    const refused = "Connect): tcp connect error: Connection refused (os error 111)";
    expect(proves(refused, false)).toBe(false);
    expect(proves(refused, true, "http://127.0.0.1:2/")).toBe(false);
  });
});

describe("Bun", () => {
  it("gets a new connection for what may be paid for: older versions send it again if a used one breaks", async () => {
    vi.stubGlobal("Bun", {});
    const { server } = await startMockClient();
    const kept: unknown[] = [];
    const fetch: Fetch = (url, init) => {
      kept.push(init?.keepalive);
      return globalThis.fetch(url, init);
    };
    const client = createClient({ apiKey: "key-12345", baseUrl: server.url, fetch });
    const { taskid } = await client.submit("seedreamv5", { prompt: "a fox" });
    await client.status(taskid);
    expect(kept).toEqual([false, undefined]);
  });
});
