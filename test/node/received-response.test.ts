import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test } from "vitest";
import { createFetch } from "../../src/node/index.js";
import { startRawServer } from "../faults/support/raw-server.js";

// Whoever reads a response of createFetch finds what the built-in fetch would have given.

/** The same bytes as they are read by the built-in fetch and by one of `createFetch`; failures by their name. */
async function readByBoth(
  reply: Buffer,
  read: (response: Response) => unknown,
  init: RequestInit = {},
): Promise<[unknown, unknown]> {
  const server = await startRawServer((socket) => void socket.write(reply));
  const own = createFetch({ proxy: null });
  onTestFinished(async () => {
    await Promise.all([server.close(), own.close()]);
  });
  const readBy = async (get: typeof fetch) => {
    const response = await get(`http://127.0.0.1:${server.port}/path`, init);
    return read(response);
  };
  const nameOf = (error: Error) => `throws ${error.name}`;
  return [await readBy(fetch).catch(nameOf), await readBy(own).catch(nameOf)];
}

/** A response as its bytes go over the wire. */
function reply(status: string, headers: readonly string[] = [], body: string | Buffer = ""): Buffer {
  const lines = [`HTTP/1.1 ${status}`, ...headers, `content-length: ${Buffer.byteLength(body)}`, "", ""];
  return Buffer.concat([Buffer.from(lines.join("\r\n")), Buffer.from(body)]);
}

const json = reply("200 OK", ["content-type: application/json"], '{"a":1}');

test.for<[string, (response: Response) => unknown, unknown]>([
  [
    "its text and then anything",
    async (response) => {
      await response.text();
      const later = ["text", "json", "arrayBuffer", "blob"] as const;
      const results = await Promise.allSettled(later.map(async (name) => response[name]()));
      const { bodyUsed, body } = response;
      return [
        results.map((each) => each.status === "rejected" && String(each.reason)),
        bodyUsed,
        body?.locked,
      ];
    },
    [expect.arrayContaining([expect.stringContaining("TypeError")]), true, true],
  ],
  [
    "bytes and then text",
    async (response) => {
      await response.arrayBuffer();
      return response.text();
    },
    "throws TypeError",
  ],
  [
    "text twice at once",
    async (response) =>
      (await Promise.allSettled([response.text(), response.arrayBuffer()])).map(({ status }) => status),
    ["fulfilled", "rejected"],
  ],
  [
    "a copy",
    async (response) => {
      const { url, type, redirected, status, statusText, ok, headers } = response.clone();
      const text = await response.clone().clone().text();
      return [new URL(url).pathname, type, redirected, status, statusText, ok, [...headers], text];
    },
    expect.arrayContaining(["/path", "basic", "OK", '{"a":1}']),
  ],
  [
    "headers that none sent, although every object has such a field",
    ({ headers }) => [headers.get("constructor"), headers.has("constructor"), headers.get("__proto__")],
    [null, false, null],
  ],
] as const)("%s", async ([, read, expected]) => {
  const [builtIn, own] = await readByBoth(json, read);
  expect(own).toEqual(builtIn);
  expect(own).toEqual(expected);
});

describe("a response with an encoding that nobody asked for", () => {
  const text = "the same words";
  test.for<[string, string | Buffer, string]>([
    ["gzip", gzipSync(text), text],
    ["X-GZIP", gzipSync(text), text],
    ["deflate", deflateSync(text), text],
    ["br", brotliCompressSync(text), text],
    ["gzip, br", brotliCompressSync(gzipSync(text)), text],
    ["gzip", "", ""],
    ["aws-chunked", text, text],
    ["utf-8", text, text],
    ["", text, text],
    ["identity", text, text],
    ["constructor", text, text],
  ])("%s", async ([encoding, body, expected]) => {
    const bytes = reply("200 OK", [`content-encoding: ${encoding}`], body);
    expect(await readByBoth(bytes, (response) => response.text())).toEqual([expected, expected]);
  });

  test("is not undone without end", async () => {
    const own = createFetch({ proxy: null });
    const encoding = `content-encoding: ${"gzip, ".repeat(1000)}gzip`;
    const server = await startRawServer((socket) => void socket.write(reply("200 OK", [encoding], "plain")));
    onTestFinished(async () => {
      await Promise.all([server.close(), own.close()]);
    });
    expect(await (await own(`http://127.0.0.1:${server.port}`)).text()).toBe("plain");
  });

  test("which ends too early, is an error, for an image would be cut off", async () => {
    const cut = reply("200 OK", ["content-encoding: gzip"], gzipSync("x".repeat(1000)).subarray(0, 20));
    expect((await readByBoth(cut, (response) => response.arrayBuffer()))[1]).toMatch(/^throws/);
  });
});

test.for([
  ["204 No Content", "GET"],
  ["205 Reset", "GET"],
  ["304 Not Modified", "GET"],
  ["200 OK", "HEAD"],
] as const)("%s to %s has no body, and its text can be read twice", async ([status, method]) => {
  const bytes = Buffer.from(`HTTP/1.1 ${status}\r\ncontent-encoding: gzip\r\ncontent-length: 0\r\n\r\n`);
  const read = async (response: Response) => [
    await response.text(),
    await response.text(),
    response.body,
    response.bodyUsed,
  ];
  const expected = ["", "", null, false];
  expect(await readByBoth(bytes, read, { method })).toEqual([expected, expected]);
});

test.for(["200 \u6210\u529f", "200 ", "299 Odd", "600 Odd", "999 Odd"])(
  "%s is what the service said, and its body is read",
  async (status) => {
    const read = async (response: Response) => [
      response.status,
      response.ok,
      Buffer.from(await response.arrayBuffer()).toString(),
    ];
    const [builtIn, own] = await readByBoth(reply(status, [], "body"), read);
    expect(own).toEqual(builtIn);
    expect(own).toEqual([Number(status.slice(0, 3)), status.startsWith("2"), "body"]);
  },
);

test("the name of a file in the service's own script is handed on, whatever else is read", async () => {
  const bytes = reply("200 OK", ['content-disposition: attachment; filename="\u65e5\u672c.png"'], "image");
  const read = async (response: Response) => {
    const copy = new Response(response.body, response);
    return [response.headers.get("content-disposition"), [...response.headers].length, await copy.text()];
  };
  const [builtIn, own] = await readByBoth(bytes, read);
  expect(own).toEqual(builtIn);
  expect(own).toEqual([expect.stringContaining("filename="), 2, "image"]);
});
