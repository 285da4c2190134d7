import { inspect } from "node:util";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { createApi } from "../../src/api/index.js";
import type { Fetch } from "../../src/api/index.js";
import { startMockServer } from "../../src/mock-server/index.js";

// What the thin client does by itself, without the layers that `createClient` puts around it.

const apiKey = "sk-thin-0123456789";
const path = "/v1/images/seedreamv5";

afterEach(() => vi.unstubAllGlobals());

async function start() {
  const server = await startMockServer({ taskDurationMs: 0, apiKeys: [apiKey] });
  onTestFinished(() => server.close());
  return { server, api: createApi({ apiKey, baseUrl: server.url }) };
}

describe("an error of fetch", () => {
  const failWith = async (error: (header: string) => unknown) => {
    const fetch: Fetch = async (_, init) => {
      throw error(new Headers(init?.headers).get("authorization")!);
    };
    const api = createApi({ apiKey, fetch });
    const failure = await api.POST(path, { body: { prompt: "x" } }).catch((reason: unknown) => reason);
    expect(inspect(failure, { depth: 10, showHidden: true })).not.toContain("0123456789");
    expect(JSON.stringify(failure)).not.toContain("0123456789");
    return failure;
  };

  it("is thrown as what failed first, without the key and the request", async () => {
    const failure = await failWith((header) => {
      const first = Object.assign(new Error(`reset by ${header}`), {
        code: "ECONNRESET",
        request: { header },
      });
      const both = new AggregateError([first, new Error(header)], header);
      return Object.assign(new TypeError(`fetch failed: ${header}`, { cause: both }), {
        headers: { header },
      });
    });
    expect(failure).toMatchObject({
      code: "CONNECTION",
      outcome: "unknown",
      message: `POST ${path}: reset by Bearer [redacted]`,
      cause: { code: "ECONNRESET" },
    });
  });

  it.each([
    ["a text", (header: string) => header],
    ["nothing", () => undefined],
    ["an object", (header: string) => Object.assign(Object.create(null) as object, { header })],
    [
      "a circle",
      (header: string) => {
        const error = new Error(header);
        return Object.assign(error, { cause: error });
      },
    ],
  ])("may be %s", async (_, error) => {
    expect(await failWith(error)).toMatchObject({ code: "CONNECTION", outcome: "unknown" });
  });
});

describe("files", () => {
  const bytes = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 255]);
  const foreign = {
    size: bytes.length,
    type: "image/png",
    name: "foreign.png",
    slice: (begin: number, end: number) => new Blob([bytes.slice(begin, end)]),
    arrayBuffer: async () => bytes.slice().buffer,
  };

  it.each(["Node", "Bun"])("of every kind arrive whole on %s", async (runtime) => {
    const { server, api } = await start();
    if (runtime === "Bun") vi.stubGlobal("Bun", {});
    const own = new File([bytes], "own.png", { type: "image/png" });
    const sourceImage = [own, bytes, foreign as never] as unknown as Blob[];
    await api.POST(path, { body: { prompt: "a fox", sourceImage } });
    expect(server.requests[0]?.files).toEqual([
      expect.objectContaining({ filename: "own.png", size: 10, contentType: "image/png" }),
      expect.objectContaining({ filename: "sourceImage-2.bin", size: 10 }),
      expect.objectContaining({ filename: "foreign.png", size: 10, contentType: "image/png" }),
    ]);
  });

  it("with more bytes than a form of this runtime has are refused, and nothing is sent", async () => {
    const { server, api } = await start();
    // Node 20 counts in 32 bits: a form of 4 GiB and 5 bytes has 5.
    const { get } = Object.getOwnPropertyDescriptor(Blob.prototype, "size")!;
    const size = vi.spyOn(Blob.prototype, "size", "get");
    onTestFinished(() => size.mockRestore());
    size.mockImplementation(function (this: Blob) {
      return this.type.startsWith("multipart/") ? 5 : (get!.call(this) as number);
    });
    const post = api.POST(path, { body: { prompt: "a fox", sourceImage: [new Blob([bytes])] } });
    await expect(post).rejects.toMatchObject({ code: "CONFIGURATION", outcome: "not-sent" });
    expect(server.requests).toEqual([]);
  });
});

describe("a platform Request, which costs as much as the rest of a small request", () => {
  class CountedRequest extends Request {
    static count = 0;

    constructor(...args: ConstructorParameters<typeof Request>) {
      super(...args);
      CountedRequest.count++;
    }
  }

  it("is built for a middleware alone", async () => {
    const { api } = await start();
    vi.stubGlobal("Request", CountedRequest);
    await api.POST(path, { body: { prompt: "a fox" } });
    expect(CountedRequest.count).toBe(0);
    await api.POST(path, { body: { prompt: "a fox" }, middleware: [{ onRequest: () => undefined }] });
    expect(CountedRequest.count).toBe(1);
  });

  it("asks for what Workers know of redirects, which is not to make them errors", async () => {
    const { api } = await start();
    vi.stubGlobal("navigator", { userAgent: "Cloudflare-Workers" });
    const modes: string[] = [];
    await api.POST(path, {
      body: { prompt: "a fox" },
      middleware: [{ onRequest: ({ request }) => void modes.push(request.redirect) }],
    });
    expect(modes).toEqual(["manual"]);
  });
});

it("gives no key to a call with a base URL elsewhere, whatever fetch that brings", async () => {
  const { api } = await start();
  const fetch = vi.fn(async () => Response.json({}));
  const post = api.POST(path, { body: { prompt: "x" }, baseUrl: "https://elsewhere.test", fetch });
  await expect(post).rejects.toMatchObject({ code: "CONFIGURATION" });
  expect(fetch).not.toHaveBeenCalled();
});

it("names its options for one that it does not know", () => {
  expect(() => createApi({ apikey: "x" } as never)).toThrow(
    "Unknown option `apikey`. Available: apiKey, dangerouslyAllowBrowser, authScheme, baseUrl, dangerouslyAllowHttp, fetch",
  );
});
