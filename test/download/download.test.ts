import { getEventListeners, once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { gzipSync } from "node:zlib";
import { describe, expect } from "vitest";
import { createClient } from "../../src/index.js";
import { downloadImage, readImage } from "../../src/download/index.js";
import type { ConsumeImage, ReadImageOptions } from "../../src/download/index.js";
import { createPatientReader } from "../../src/download/stall.js";
import { ConfigurationError, DownloadError, RateLimitError } from "../../src/errors.js";
import { findResultUrlFault, isPrivateAddress } from "../../src/url-safety.js";
import { png, sendHalf, test } from "../node/fixtures.js";
import { runModule } from "../support/run-module.js";

/** The error that a download ends with. */
async function failureOf(url: string | URL, options?: ReadImageOptions): Promise<DownloadError> {
  const error = await downloadImage(url, options).then(
    () => expect.fail("the download succeeded"),
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(DownloadError);
  expect(error).toMatchObject({ code: "DOWNLOAD", outcome: "accepted" });
  expect((error as Error).message).not.toContain("\n");
  return error as DownloadError;
}

async function bytesOf(blob: Blob): Promise<Buffer> {
  return Buffer.from(await blob.arrayBuffer());
}

/** The last chunk of a PNG. */
const pngEnd = Buffer.from("0000000049454e44ae426082", "hex");

const unusedFetch = () => expect.fail("a request was sent");

describe.concurrent("a whole image", () => {
  test("arrives with every byte, and the type that its bytes tell", async ({ serve }) => {
    const image = png(300_000);
    const { origin } = await serve((_, response) =>
      response.setHeader("content-type", "text/plain").end(image),
    );
    const blob = await downloadImage(`${origin}/image`);
    expect(blob.type).toBe("image/png");
    expect((await bytesOf(blob)).equals(image)).toBe(true);
  });

  test("is announced to its consumer, and comes once, in however small pieces it was sent", async ({
    serve,
  }) => {
    const image = png(40);
    const { origin } = await serve(async (_, response) => {
      response.setHeader("content-length", image.length);
      for (const byte of image)
        await new Promise<void>((sent) => response.write(Buffer.of(byte), () => sent()));
      response.end();
    });
    const received: Uint8Array[] = [];
    const info = await readImage(new URL(origin), async (chunks, info) => {
      for await (const chunk of chunks) received.push(chunk);
      return info;
    });
    expect(info).toEqual({ type: "image/png", extension: "png", totalBytes: 40 });
    expect(Buffer.concat(received).equals(image)).toBe(true);
  });

  test("may be compressed on its way: then Content-Length does not count its bytes", async ({ serve }) => {
    const image = Buffer.concat([png(), pngEnd]);
    const { origin } = await serve((_, response) => {
      const body = gzipSync(image);
      response.writeHead(200, { "content-encoding": "gzip", "content-length": body.length }).end(body);
    });
    expect((await bytesOf(await downloadImage(origin))).equals(image)).toBe(true);
  });

  test("is believed to be whole by a browser, which hides the encoding of another origin", async () => {
    const fetch = async () => {
      const response = new Response(png(), { headers: { "content-length": "12" } });
      return Object.defineProperty(response, "type", { value: "cors" });
    };
    expect((await downloadImage("https://images.test", { fetch })).size).toBe(1000);
  });

  test("is asked for without a key, cookies, a referrer or a cache", async ({ serve }) => {
    const { origin, requests } = await serve((_, response) => response.end(png()));
    let init: RequestInit | undefined;
    await downloadImage(`${origin}/image?signature=1`, {
      fetch: (url, given) => fetch(url, (init = given)),
    });
    expect(init).toMatchObject({ cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer" });
    expect(init).not.toHaveProperty("headers");
    expect(requests[0]?.headers).toMatchObject({ "cache-control": "no-cache" });
    for (const name of ["authorization", "cookie", "referer"])
      expect(requests[0]?.headers).not.toHaveProperty(name);
    expect(requests[0]?.url).toBe("/image?signature=1");
  });
});

describe.concurrent("tried again", () => {
  test("a cut-off image, from its start", async ({ serve }) => {
    const image = png(200_000);
    const { origin, requests } = await serve((_, response, number) => {
      if (number === 1) sendHalf(response, image);
      else response.end(image);
    });
    const sizes: number[] = [];
    const consume: ConsumeImage<string> = async (chunks, { extension }) => {
      const attempt = sizes.push(0) - 1;
      for await (const chunk of chunks) sizes[attempt]! += chunk.byteLength;
      return extension;
    };
    expect(await readImage(origin, consume)).toBe("png");
    expect(sizes).toEqual([expect.toSatisfy((size: number) => size <= 100_000), 200_000]);
    expect(requests).toHaveLength(2);
  });

  test("a cut-off image without a length, and one that breaks before its type can be told", async ({
    serve,
  }) => {
    const { origin, requests } = await serve((_, response, number) => {
      if (number === 3) response.end(png());
      else response.write(png(number === 1 ? 500 : 5), () => response.destroy());
    });
    expect((await downloadImage(origin)).size).toBe(1000);
    expect(requests).toHaveLength(3);
  });

  test.for([
    ["png", png(500), pngEnd],
    ["jpg", Buffer.from("ffd8ffe000104a46494600010100", "hex"), Buffer.from("ffd9", "hex")],
    ["gif", Buffer.from("GIF89a\x01\0\x01\0\0\0\0,\0"), Buffer.from(";")],
    ["webp", Buffer.from("RIFF\x10\0\0\0WEBPVP8L", "latin1"), Buffer.from("\x08\0\0\0\0\0\0\0")],
  ] as const)(
    "an %s that only the end of its connection ends, or that is compressed",
    async ([, half, end], { serve }) => {
      const image = Buffer.concat([half, end]);
      const compressed = gzipSync(image);
      const short = gzipSync(half).subarray(0, -8); // without its checksum, as Node's fetch takes it
      const { origin, requests } = await serve(({ url }, response, number) => {
        const { socket } = response;
        if (url === "/length") {
          const body = number % 2 === 1 ? short : compressed;
          return response
            .writeHead(200, { "content-encoding": "gzip", "content-length": body.length })
            .end(body);
        }
        socket!.end(Buffer.concat([Buffer.from("HTTP/1.0 200 OK\r\n\r\n"), number % 2 === 1 ? half : image]));
      });
      for (const path of ["", "length"]) {
        expect((await bytesOf(await downloadImage(`${origin}/${path}`))).equals(image)).toBe(true);
      }
      expect(requests).toHaveLength(4);
    },
  );

  test("an image that ends before its announced length, if the runtime takes no notice", async () => {
    let requests = 0;
    const fetch = async () => new Response(png(++requests), { headers: { "content-length": "1000" } });
    const error = await failureOf("https://images.test/a", { fetch, retries: 1 });
    expect(error.message).toBe(
      "Could not download https://images.test/a: it was cut off after 2 of 1000 bytes",
    );
    expect(requests).toBe(2);
  });

  test("three times by default, and then it is an error with its cause", async ({ serve }) => {
    const { origin, requests } = await serve((_, response) => sendHalf(response, png()));
    const error = await failureOf(`${origin}/a`);
    expect(error.message).toMatch(
      /^Could not download http:\S+\/a: the connection broke after \d+ bytes \(UND_ERR_SOCKET\)$/,
    );
    expect((error.cause as Error).message).toBe("terminated");
    expect(requests).toHaveLength(4);
  });

  test("a refused connection", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    await new Promise((closed) => server.close(closed));
    let requests = 0;
    const counted = (url: string, init?: RequestInit) => {
      requests++;
      return fetch(url, init);
    };
    const error = await failureOf(`http://127.0.0.1:${port}/a`, { retries: 1, fetch: counted });
    expect(error.message).toMatch(/: the connection failed \(ECONNREFUSED\)$/);
    expect(error.httpStatus).toBeUndefined();
    expect(requests).toBe(2);
  });

  test.for([408, 429, 500, 502, 503, 504])("HTTP %d", async (status, { serve }) => {
    const { origin, requests } = await serve((_, response, number) => {
      if (number === 1) response.writeHead(status).end("later");
      else response.end(png());
    });
    expect((await downloadImage(origin)).size).toBe(1000);
    expect(requests).toHaveLength(2);
  });

  test("not sooner than the server asked for", async ({ serve }) => {
    const times: number[] = [];
    const { origin } = await serve((_, response, number) => {
      times.push(performance.now());
      if (number === 1) response.writeHead(429, { "retry-after": "1" }).end();
      else response.end(png());
    });
    await downloadImage(origin);
    expect(times[1]! - times[0]!).toBeGreaterThan(990);
  });

  test("not at all if the server asks for more than a minute", async ({ serve }) => {
    const { origin, requests } = await serve((_, response) =>
      response.writeHead(503, { "retry-after": "61" }).end(),
    );
    const error = await failureOf(origin);
    expect(error.httpStatus).toBe(503);
    expect(error.cause).toBeInstanceOf(RateLimitError);
    expect(error.cause).toMatchObject({ retryAfterMs: 61_000 });
    expect(requests).toHaveLength(1);
  });
});

describe.concurrent("not tried again", () => {
  test.for([400, 401, 403, 404, 410, 204, 206, 300, 302])("HTTP %d", async (status, { serve }) => {
    const { origin, requests } = await serve((_, response) => response.writeHead(status).end());
    const error = await failureOf(`${origin}/a?signature=secret`);
    const hint = [403, 404, 410].includes(status) ? ": the URL may have expired" : "";
    expect(error.message).toBe(`Could not download ${origin}/a: HTTP ${status}${hint}`);
    expect(error.httpStatus).toBe(status);
    expect(error.failures).toEqual([{ url: `${origin}/a`, index: 0, reason: `HTTP ${status}${hint}` }]);
    expect(requests).toHaveLength(1);
  });

  test.for([
    ["<!DOCTYPE html><title>Sign in</title>", "an HTML or XML page"],
    ['{"code": 9999}', "JSON"],
    ["service unavailable", "text"],
    ["\u0000\u0001\u0002 anything at all", "data of an unknown kind"],
    ["", "empty"],
  ])("%j, which is %s", async ([body, kind], { serve }) => {
    const { origin, requests } = await serve((_, response) => response.end(body));
    expect((await failureOf(origin)).message).toBe(
      `Could not download ${origin}/: the response is ${kind}, not an image`,
    );
    expect(requests).toHaveLength(1);
  });

  test("an answer without a body", async () => {
    const error = await failureOf("https://images.test", { fetch: async () => new Response(null) });
    expect(error.message).toContain("the response is empty, not an image");
  });

  test("more bytes than were announced", async () => {
    let requests = 0;
    const fetch = async () => {
      requests++;
      return new Response(png(), { headers: { "content-length": "999" } });
    };
    expect((await failureOf("https://images.test", { fetch })).message).toContain(
      "more bytes arrived than the 999 that were announced",
    );
    expect(requests).toBe(1);
  });
});

describe.concurrent("limits", () => {
  test("an image that announces too many bytes is refused before it comes", async ({ serve }) => {
    const { origin, firstAnswerEnded } = await serve((_, response) => {
      response.writeHead(200, { "content-length": 1001 }).write(png());
    });
    const error = await failureOf(origin, { maxBytes: 1000 });
    expect(error.message).toMatch(/: the image is larger than 1000 bytes$/);
    expect(await firstAnswerEnded).toBe(false);
  });

  test("an image without end is given up once it is too large", async ({ serve }) => {
    const { origin, requests, firstAnswerEnded } = await serve((_, response) => {
      const send = (error?: Error | null) => void (error || response.write(png(10_000), send));
      send();
    });
    expect((await failureOf(origin, { maxBytes: 100_000 })).message).toContain("larger than 100000 bytes");
    expect(await firstAnswerEnded).toBe(false);
    expect(requests).toHaveLength(1);
  });

  test("an image of exactly the size cap is fine", async ({ serve }) => {
    const { origin } = await serve((_, response) => response.end(png()));
    expect((await downloadImage(origin, { maxBytes: 1000 })).size).toBe(1000);
  });

  test("a server that never answers is given up", async ({ serve }) => {
    const { origin, firstAnswerEnded } = await serve(() => {});
    const error = await failureOf(origin, { stallTimeoutMs: 500, retries: 0 });
    expect(error.message).toMatch(/: nothing arrived for 500 ms$/);
    expect(await firstAnswerEnded).toBe(false);
  });

  test("a body that stalls is given up", async ({ serve }) => {
    const { origin, firstAnswerEnded } = await serve((_, response) => void response.write(png()));
    const error = await failureOf(origin, { stallTimeoutMs: 500, retries: 0 });
    expect(error.message).toMatch(/: nothing arrived for 500 ms$/);
    expect(await firstAnswerEnded).toBe(false);
  });

  test("a body that trickles is given up once a minute has brought too little, however steady", async ({
    serve,
  }) => {
    const { origin, firstAnswerEnded } = await serve((_, response) => {
      const trickle = setInterval(() => response.write(png(12)), 10);
      response.once("close", () => clearInterval(trickle));
    });
    const { body } = await fetch(origin);
    const patience = { stallTimeoutMs: 30_000, signal: undefined };
    const reader = createPatientReader(body!.getReader(), patience, { bytesPerSecond: 100_000, overMs: 200 });
    const read = async () => {
      for (;;) await reader.read("the connection broke");
    };
    await expect(read()).rejects.toThrow("less than 100000 bytes a second arrived for 0.2 s");
    expect(await firstAnswerEnded).toBe(false);
  });

  test("a consumer may take longer than a stall", async () => {
    const chunks = [png(), Buffer.alloc(500), Buffer.alloc(500)];
    const body = new ReadableStream({
      pull: (c) => (chunks.length > 0 ? c.enqueue(chunks.shift()) : c.close()),
    });
    let bytes = 0;
    const consume: ConsumeImage<void> = async (received) => {
      for await (const chunk of received) {
        await new Promise((resume) => setTimeout(resume, 20));
        bytes += chunk.byteLength;
      }
    };
    const fetch = async () => new Response(body);
    await readImage("https://images.test", consume, { fetch, stallTimeoutMs: 10, retries: 0 });
    expect(bytes).toBe(2000);
  });

  test("an answer that comes too late is let go of", async () => {
    let letGo = () => {};
    const cancelled = new Promise<void>((resolve) => (letGo = resolve));
    const body = new ReadableStream({ cancel: () => letGo() });
    const fetch = (_: string, init?: RequestInit) =>
      new Promise<Response>((resolve) => {
        init?.signal?.addEventListener("abort", () => resolve(new Response(body)));
      });
    await failureOf("https://images.test", { fetch, stallTimeoutMs: 20, retries: 0 });
    await cancelled;
  });

  test.for([
    { stallTimeoutMs: 0 },
    { maxBytes: NaN },
    { retries: -1 },
    { retries: "3" as unknown as number },
  ] satisfies ReadImageOptions[])("%j is no sensible option", async (options) => {
    const download = downloadImage("https://images.test", { fetch: unusedFetch, ...options });
    await expect(download).rejects.toThrow(ConfigurationError);
    await expect(download).rejects.toThrow(`\`${Object.keys(options)[0]}\` must be a number of at least`);
  });
});

describe.concurrent("redirects", () => {
  test.for([301, 302, 303, 307, 308])("HTTP %d is followed", async (status, { serve }) => {
    const { origin, requests } = await serve(({ url }, response) => {
      if (url === "/a") response.writeHead(status, { location: "/b?signature=1" }).end();
      else response.end(png());
    });
    await downloadImage(`${origin}/a`);
    expect(requests.map(({ url }) => url)).toEqual(["/a", "/b?signature=1"]);
    expect(requests[1]?.headers).not.toHaveProperty("authorization");
  });

  test.for([
    [5, true],
    [6, false],
  ] as const)("%d in a row: %s", async ([count, isFollowed], { serve }) => {
    const { origin, requests } = await serve((_, response, number) => {
      if (number <= count) response.writeHead(302, { location: `/${number}` }).end();
      else response.end(png());
    });
    const error = await downloadImage(origin).catch((error: Error) => error.message);
    if (isFollowed) expect(error).toBeInstanceOf(Blob);
    else expect(error).toContain("redirected more than 5 times");
    expect(requests).toHaveLength(6);
  });

  test.for([
    ["http://images.test/b", "plain http is fetched from this machine only"],
    ["file:///etc/passwd", "a URL with file: is not fetched"],
    ["https://user:password@images.test/", "with a user name or password"],
    ["http://[", "it is redirected to an invalid URL"],
  ] as const)("to %s are not followed", async ([location, reason], { serve }) => {
    const { origin, requests } = await serve((_, response) => response.writeHead(302, { location }).end());
    const error = await failureOf(origin);
    expect(error.message).toContain(reason);
    expect(error.message).not.toContain("password@");
    expect(requests).toHaveLength(1);
  });

  test("from https to http are not followed, not even to this machine", async ({ serve }) => {
    const { origin, requests } = await serve((_, response) =>
      response.writeHead(302, { location: `http://${requests[0]?.headers.host}/b` }).end(),
    );
    const secure = (url: string, init?: RequestInit) =>
      fetch(url.replace("https://images.test", origin), init);
    const error = await failureOf("https://images.test/a", { fetch: secure });
    expect(error.message).toContain("a redirect from https to http: is not followed");
    expect(requests).toHaveLength(1);
  });

  // A browser shows neither the status nor the target of a redirect that it was told not to follow.
  const browserFetch = async (url: string, init?: RequestInit) => {
    const response = await fetch(url, init);
    if (init?.redirect !== "manual" || response.status < 300) return response;
    return Object.defineProperty(new Response(null), "type", { value: "opaqueredirect" });
  };

  test("are followed by browsers themselves", async ({ serve }) => {
    const { origin, requests } = await serve(({ url }, response) => {
      if (url === "/a") response.writeHead(302, { location: "/b" }).end();
      else response.end(png());
    });
    expect((await downloadImage(`${origin}/a`, { fetch: browserFetch })).size).toBe(1000);
    expect(requests.map(({ url }) => url)).toEqual(["/a", "/a", "/b"]);
  });

  test("are judged by where they ended, in browsers", async ({ serve }) => {
    const { origin, requests } = await serve(({ url }, response) => {
      if (url === "/a") response.writeHead(302, { location: "/b" }).end();
      else response.write(png());
    });
    const secure = (url: string, init?: RequestInit) =>
      browserFetch(url.replace("https://images.test", origin), init);
    const error = await failureOf("https://images.test/a", { fetch: secure });
    expect(error.message).toContain("a redirect from https to http: is not followed");
    expect(requests).toHaveLength(3);
  });
});

describe.concurrent("URLs", () => {
  const publicService = "https://api.test/gateway";
  const ownService = "http://127.0.0.1:4010/";
  const inLan = "https://10.0.0.7/";

  test.for([
    // url, where it is redirected from, the service, why it is refused
    ["https://images.test/a", undefined, undefined, undefined],
    ["https://images.test/a", "http://localhost/", undefined, undefined],
    ["http://localhost:8080/a", undefined, undefined, undefined],
    ["http://127.0.0.2/a", "http://[::1]/", undefined, undefined],
    ["http://[::1]/a", undefined, undefined, undefined],
    ["http://127.1/a", undefined, undefined, undefined],
    ["http://images.test/a", undefined, undefined, "plain http"],
    ["http://127.0.0.1.images.test/a", undefined, undefined, "plain http"],
    ["http://localhost.images.test/a", undefined, undefined, "plain http"],
    ["http://localhost/a", "https://images.test/", undefined, "from https to http:"],
    ["data:image/png;base64,AAAA", "https://images.test/", undefined, "from https to data:"],
    ["data:image/png;base64,AAAA", undefined, undefined, "with data:"],
    ["ftp://images.test/a", undefined, undefined, "with ftp:"],
    ["https://user@images.test/a", undefined, undefined, "user name"],
    ["https://:password@images.test/a", undefined, undefined, "user name"],
    // Names below localhost may lead anywhere, and no service is known that would be at a private address.
    ["http://shop.localhost/a", undefined, undefined, "private address"],
    ["http://10.0.0.1/a", undefined, undefined, "private address"],
    ["https://10.0.0.1/a", undefined, undefined, "private address"],
    ["https://127.0.0.1/a", undefined, undefined, "private address"],
    // A service on https reaches nothing but public addresses and its own host.
    ["https://images.test/a", undefined, publicService, undefined],
    ["https://api.test:9000/a", undefined, publicService, undefined],
    ["http://api.test:9000/a", undefined, publicService, undefined],
    ["http://api.test/a", "https://api.test/", publicService, "from https to http:"],
    ["http://127.0.0.1:6379/a", undefined, publicService, "private address"],
    ["https://localhost/a", undefined, publicService, "private address"],
    ["https://localhost./a", undefined, publicService, "private address"],
    ["https://db.localhost/a", undefined, publicService, "private address"],
    ["https://ip6-localhost/a", undefined, publicService, "private address"],
    ["https://localhost.localdomain/a", undefined, publicService, "private address"],
    ["https://minio:9000/a", undefined, publicService, "private address"],
    ["https://metadata.google.internal/a", undefined, publicService, "private address"],
    ["https://metadata.google.internal./a", undefined, publicService, "private address"],
    ["https://printer.local/a", undefined, publicService, "private address"],
    ["https://router.home.arpa/a", undefined, publicService, "private address"],
    ["https://internal.images.test/a", undefined, publicService, undefined],
    ["https://\uff11\uff12\uff17.0.0.1/a", undefined, publicService, "private address"],
    ["https://%31%32%37.0.0.1/a", undefined, publicService, "private address"],
    ["https://api.test@127.0.0.1/a", undefined, publicService, "user name"],
    ["https:\\\\127.0.0.1/a", undefined, publicService, "private address"],
    ["https://2130706433/a", undefined, publicService, "private address"],
    ["https://0x7f.1/a", undefined, publicService, "private address"],
    ["https://0/a", undefined, publicService, "private address"],
    ["https://169.254.169.254/latest/meta-data", undefined, publicService, "private address"],
    ["https://172.31.255.255/a", undefined, publicService, "private address"],
    ["https://172.32.0.1/a", undefined, publicService, undefined],
    ["https://192.168.1.1/a", "https://images.test/", publicService, "private address"],
    ["https://100.64.0.1/a", undefined, publicService, "private address"],
    ["https://[::1]/a", undefined, publicService, "private address"],
    ["https://[::]/a", undefined, publicService, "private address"],
    ["https://[fd00::1]/a", undefined, publicService, "private address"],
    ["https://[fe80::1]/a", undefined, publicService, "private address"],
    ["https://[::ffff:10.0.0.1]/a", undefined, publicService, "private address"],
    ["https://[64:ff9b::7f00:1]/a", undefined, publicService, "private address"],
    ["https://[2002:7f00:1::]/a", undefined, publicService, "private address"],
    ["https://[2606:4700::1111]/a", undefined, publicService, undefined],
    ["https://[::ffff:1.1.1.1]/a", undefined, publicService, undefined],
    // One on this machine may name this machine, and one in a network its own host alone.
    ["http://localhost:9000/a", undefined, ownService, undefined],
    ["https://127.0.0.1:9000/a", undefined, ownService, undefined],
    ["https://192.168.1.1/a", undefined, ownService, "private address"],
    ["https://10.0.0.7:9000/a", undefined, inLan, undefined],
    ["https://10.0.0.8/a", undefined, inLan, "private address"],
  ] as const)("%s after %s, of %s: %s", ([url, from, service, reason]) => {
    const rule = { service: service && new URL(service), allowPrivateResults: false };
    const fault = findResultUrlFault(new URL(url), rule, from && new URL(from));
    if (reason === undefined) expect(fault).toBeUndefined();
    else expect(fault).toContain(reason);
  });

  test.for(["http://10.0.0.7/a", "https://localhost/a", "http://minio:9000/a"])(
    "%s is fetched in a private installation",
    (url) => {
      const rule = { service: new URL(publicService), allowPrivateResults: true };
      expect(findResultUrlFault(new URL(url), rule)).toBeUndefined();
    },
  );

  test.for([
    ["1.1.1.1", false],
    ["127.0.0.1", true],
    ["::ffff:127.0.0.1", true],
    ["fe80::1%eth0", true],
    ["2001:db8::1", true],
    ["2001:4860:4860::8888", false],
    ["not an address:", true],
  ] as const)("%s is private: %s", ([address, isPrivate]) => {
    expect(isPrivateAddress(address)).toBe(isPrivate);
  });

  test("of a client on https cannot name this machine, whatever redirects there", async ({ serve }) => {
    const { origin, requests } = await serve((_, response) => response.end(png()));
    const { port } = new URL(origin);
    const sent: string[] = [];
    const client = createClient({
      apiKey: null,
      baseUrl: "https://api.test",
      fetch: async (url) => {
        sent.push(String(url));
        return new Response(null, { status: 302, headers: { location: `https://127.0.0.1:${port}/` } });
      },
    });
    for (const url of [`http://127.0.0.1:${port}/`, "https://images.test/a"]) {
      const error = await failureOf(url, { client });
      expect(error.failures[0]?.reason).toContain("a private address is not fetched");
    }
    expect([sent, requests]).toEqual([["https://images.test/a"], []]);

    const trusting = createClient({ apiKey: null, baseUrl: "https://api.test", allowPrivateResults: true });
    expect((await downloadImage(`${origin}/a`, { client: trusting })).size).toBe(1000);
    expect((await downloadImage(`${origin}/a`, { client, fetch, allowPrivateResults: true })).size).toBe(
      1000,
    );
  });

  test.for([
    ["http://images.test/a?signature=secret", "Could not download http://images.test/a: plain http is"],
    ["https://user:secret@images.test/a", "Could not download https://images.test/a: a URL with a user name"],
    ["images/secret", "Could not download the result: the URL is not valid"],
    ["data:secret", "Could not download data://secret: a URL with data:"],
  ])("%s is refused before anything is sent", async ([url, message]) => {
    expect((await failureOf(url!, { fetch: unusedFetch })).message).toContain(message);
  });

  test("keep their query, which may be a signature, out of errors", async ({ serve }) => {
    const { origin } = await serve((_, response) => response.destroy());
    const error = await failureOf(`${origin}/a?signature=secret#secret`, { retries: 0 });
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain("secret");
  });
});

describe.concurrent("an abort", () => {
  test("beforehand sends nothing", async () => {
    const reason = new Error("stop");
    const download = downloadImage("https://images.test", {
      fetch: unusedFetch,
      signal: AbortSignal.abort(reason),
    });
    await expect(download).rejects.toBe(reason);
  });

  test("ends the wait for an answer, with the signal's reason and no listener left", async ({ serve }) => {
    const controller = new AbortController();
    const { origin, firstAnswerEnded } = await serve(() => controller.abort("stop"));
    await expect(downloadImage(origin, { signal: controller.signal })).rejects.toBe("stop");
    expect(await firstAnswerEnded).toBe(false);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });

  test("ends a body, also for its consumer", async ({ serve }) => {
    const controller = new AbortController();
    const { origin, firstAnswerEnded } = await serve((_, response) => void response.write(png()));
    let seen: unknown;
    const consume: ConsumeImage<void> = async (chunks) => {
      try {
        for await (const _ of chunks) controller.abort(new DownloadError("a reason of the caller's"));
      } catch (error) {
        seen = error;
        throw new Error("stopped");
      }
    };
    const { signal } = controller;
    await expect(readImage(origin, consume, { signal })).rejects.toThrow("a reason of the caller's");
    expect(seen).toBe(signal.reason);
    expect(await firstAnswerEnded).toBe(false);
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  test("ends the wait before another try", async ({ serve }) => {
    const controller = new AbortController();
    const { origin, requests } = await serve((_, response) => {
      response.once("close", () => setImmediate(() => controller.abort("stop")));
      response.writeHead(429, { "retry-after": "59" }).end();
    });
    await expect(downloadImage(origin, { signal: controller.signal })).rejects.toBe("stop");
    expect(requests).toHaveLength(1);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });

  test("that never comes leaves no listener behind", async ({ serve }) => {
    const { signal } = new AbortController();
    const { origin } = await serve((_, response) => response.end(png(500_000)));
    await downloadImage(origin, { signal });
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});

describe.concurrent("a consumer", () => {
  test("that throws ends the download with its own error, which is not tried again", async ({ serve }) => {
    const { origin, requests, firstAnswerEnded } = await serve((_, response) => void response.write(png()));
    const error = new DownloadError("of the consumer", { httpStatus: 503 });
    const consume = async () => Promise.reject(error);
    await expect(readImage(origin, consume)).rejects.toBe(error);
    expect(await firstAnswerEnded).toBe(false);
    expect(requests).toHaveLength(1);
  });

  test("that throws at once does too", async ({ serve }) => {
    const { origin } = await serve((_, response) => response.end(png()));
    const consume = () => {
      throw new RangeError("of the consumer");
    };
    await expect(readImage(origin, consume)).rejects.toThrow(RangeError);
  });

  test("may stop early", async ({ serve }) => {
    const { origin, firstAnswerEnded } = await serve((_, response) => void response.write(png()));
    const first = await readImage(origin, async (chunks) => {
      for await (const chunk of chunks) return chunk.byteLength;
      return 0;
    });
    expect(first).toBe(1000);
    expect(await firstAnswerEnded).toBe(false);
  });

  test("that overlooks a failure does not make a part of an image a success", async ({ serve }) => {
    const { origin, requests } = await serve((_, response) => sendHalf(response, png()));
    const overlook: ConsumeImage<string> = async (chunks) => {
      try {
        for await (const _ of chunks);
      } catch {
        // Overlooked.
      }
      return "done";
    };
    await expect(readImage(origin, overlook, { retries: 1 })).rejects.toThrow("the connection broke");
    expect(requests).toHaveLength(2);
  });
});

describe("the runtime", () => {
  test("lends its fetch for each request, looked up when it is sent", async () => {
    const original = globalThis.fetch;
    try {
      globalThis.fetch = async () => new Response(png(77));
      expect((await downloadImage("https://images.test")).size).toBe(77);
    } finally {
      globalThis.fetch = original;
    }
  });

  test("is not told of fields that its requests do not have, for Workers throws on them", async () => {
    const original = globalThis.Request;
    let init: RequestInit | undefined;
    try {
      globalThis.Request = class {
        cache = "default";
      } as unknown as typeof Request;
      Object.defineProperty(globalThis.Request.prototype, "cache", { value: "default" });
      await downloadImage("https://images.test", {
        fetch: async (_, given) => {
          init = given;
          return new Response(png());
        },
      });
    } finally {
      globalThis.Request = original;
    }
    expect(Object.keys(init ?? {}).sort()).toEqual(["cache", "redirect", "signal"]);
  });

  test("can end when a download has ended, for there is no timer left", async ({ serve }) => {
    const { origin } = await serve((_, response, number) => {
      if (number === 1) sendHalf(response, png());
      else response.end(png());
    });
    await runModule(`
      import { downloadImage } from "./src/download/download.ts";
      await downloadImage("${origin}", { stallTimeoutMs: 600_000, signal: new AbortController().signal });`);
  });
});
