import { inspect } from "node:util";
import { describe, expect, it, vi } from "vitest";
import {
  createClient,
  OutcomeUnknownError,
  TaskFailedError,
  UnexpectedResponseError,
} from "../../src/index.js";
import { ConfigurationError, ServiceError } from "../../src/index.js";
import type { ClientOptions, Fetch } from "../../src/index.js";
import { apiKey, expectNoKey, failureOf } from "./support/failure.js";

const input = { prompt: "a red fox" };
const base64 = (text: string) => Buffer.from(text).toString("base64");
const echoes = [
  apiKey,
  `Bearer ${apiKey}`,
  base64(apiKey),
  base64(`Bearer ${apiKey}`),
  base64(`x:${apiKey}`).replace(/=+$/, ""),
  Buffer.from(`:${apiKey}`).toString("base64url"),
  encodeURIComponent(apiKey),
  encodeURIComponent(apiKey).replace(/%../g, (each) => each.toLowerCase()),
  Array.from(apiKey, (character) => `&#${character.charCodeAt(0)};`).join(""),
].join(" & ");
const escaped = [...echoes].map((character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
const words = { msg: echoes, [echoes]: echoes };
const stated = (code: unknown, data?: unknown) => JSON.stringify({ code, ...words, data });

/** A service that says the key back, in every form and place. */
const answers: [name: string, status: number, body: string][] = [
  ["401", 401, stated(9999)],
  ["403 with a page", 403, `<h1>${echoes}</h1>`],
  ["400", 400, stated(9999)],
  ["429", 429, stated(9999)],
  ["credits", 200, stated(9000)],
  ["failure", 200, stated(9999)],
  ["a code that is the key", 200, stated(apiKey)],
  ["an escaped message", 200, `{"code":9999,"msg":"${escaped.join("")}"}`],
  ["502 with a page", 502, `<h1>${echoes}</h1>`],
  ["502 with an envelope", 502, stated(502)],
  ["a page at 200", 200, `<h1>${echoes}</h1>`],
  ["half an answer", 200, stated(1000).slice(0, -1)],
  ["no code", 200, JSON.stringify(words)],
  ["no task", 200, stated(1000, words)],
  ["a task in an odd answer", 200, stated(7, { taskid: "task-7", ...words })],
  ["what breaks the document", 200, stated(1000, { taskid: "task-7", url: { [echoes]: echoes } })],
];

function createLeakyClient(answer: () => Response | Promise<Response>, options: ClientOptions = {}) {
  return createClient({
    apiKey,
    submitRetries: 0,
    statusRetries: 0,
    fetch: async () => answer(),
    ...options,
  });
}

describe("a service that says the key back does not get it printed", () => {
  it.each(answers)("to a submit: %s", async (_, status, body) => {
    await failureOf(createLeakyClient(() => new Response(body, { status })).submit("seedreamv5", input));
  });

  it.each(answers)("to a read: %s", async (_, status, body) => {
    await failureOf(createLeakyClient(() => new Response(body, { status })).status("task-8"));
  });

  it("in a task that failed", async () => {
    const data = { taskid: "task-7", image_status: 4, error_message: echoes, ...words };
    const error = await failureOf(createLeakyClient(() => new Response(stated(1000, data))).wait("task-7"));
    expect(error).toBeInstanceOf(TaskFailedError);
    expect(error.serviceMessage).toContain("[redacted]");
  });

  it("in a task that was given up", async () => {
    const data = { taskid: "task-7", image_status: 2, ...words };
    const client = createLeakyClient(() => new Response(stated(1000, data)));
    await failureOf(client.wait("task-7", { timeoutMs: 30, pollIntervalMs: 10 }));
  });

  it("in a URL or a task id, which is refused", async () => {
    const url = `https://images.test/${apiKey}.png`;
    const read = { taskid: "task-7", image_status: 3, url: [url] };
    const error = await failureOf(createLeakyClient(() => new Response(stated(1000, read))).status("task-7"));
    expect(error).toBeInstanceOf(UnexpectedResponseError);
    expect(error.taskid).toBe("task-7");
    const lower = encodeURIComponent(apiKey).replace(/%../g, (each) => each.toLowerCase());
    const html = apiKey.replaceAll("+", "&#43;");
    for (const taskid of [apiKey, `t-${apiKey}-1`, lower, html, base64(apiKey)]) {
      const submitted = createLeakyClient(() => new Response(stated(1000, { taskid })));
      expect(await failureOf(submitted.submit("seedreamv5", input))).toBeInstanceOf(OutcomeUnknownError);
    }
    for (const written of [lower, html, base64(apiKey)]) {
      const data = { ...read, url: [`https://images.test/?a=${written}`] };
      const reading = createLeakyClient(() => new Response(stated(1000, data))).status("task-7");
      expect(await failureOf(reading)).toBeInstanceOf(UnexpectedResponseError);
    }
  });

  it("takes it out of any key, whatever characters it is made of", async () => {
    for (const key of ['a"b\\c d', "ключ".replace(/./g, "é"), "$&$1[x](y)*", "1234", "k".repeat(200)]) {
      const text = [key, base64(key), JSON.stringify(key)].join(" ");
      const client = createLeakyClient(() => new Response(JSON.stringify({ code: 9999, msg: text })), {
        apiKey: key,
      });
      const error = await client.submit("seedreamv5", input).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(ServiceError);
      expectNoKey(error, key);
    }
  });
});

describe("a fetch of the caller's that fails does not get the key printed", () => {
  /** An error that holds the request in every way an error can. */
  function createLeakyError(url: unknown, init: RequestInit = {}): Error {
    const header = new Headers(init.headers).get("authorization")!;
    const innermost = Object.assign(new Error(`${header} was refused`), {
      code: header,
      headers: init.headers,
    });
    const inner = new AggregateError([innermost, innermost], echoes, { cause: { message: header, header } });
    const error = new TypeError(`fetch failed for ${header}`, { cause: inner });
    error.name = `FetchError ${header}`;
    return Object.assign(error, {
      code: header,
      request: { url, init },
      [header]: header,
      [Symbol(header)]: header,
    });
  }

  it.each(["at once", "later", "with no error", "with nothing"])("%s", async (how) => {
    const leakyFetch: Fetch = (url, init) => {
      if (how === "at once") throw createLeakyError(url, init);
      if (how === "with no error") throw { message: echoes, init };
      if (how === "with nothing") throw Object.create(null);
      return Promise.reject(createLeakyError(url, init));
    };
    const client = createClient({ apiKey, fetch: leakyFetch });
    const error = await failureOf(client.submit("seedreamv5", input));
    expect(error).toBeInstanceOf(OutcomeUnknownError);
    await failureOf(client.wait("task-7", { timeoutMs: 20, pollIntervalMs: 5 }));
    await failureOf(client.api.POST("/v1/images/seedreamv5", { body: input }));
  });

  it("while the answer is read", async () => {
    const client = createLeakyClient(
      () =>
        new Response(
          new ReadableStream({
            pull: (stream) =>
              stream.error(
                createLeakyError("", {
                  headers: { authorization: `Bearer ${apiKey}` },
                }),
              ),
          }),
        ),
    );
    expect(await failureOf(client.submit("seedreamv5", input))).toBeInstanceOf(OutcomeUnknownError);
  });

  it("nor does a middleware that fails after the request was sent", async () => {
    const client = createLeakyClient(() => new Response(stated(9999)));
    client.api.use({
      onResponse({ request }) {
        throw createLeakyError(request.url, request);
      },
    });
    expect(await failureOf(client.submit("seedreamv5", input))).toBeInstanceOf(OutcomeUnknownError);
  });

  it("nor does a middleware that fails before the request is sent", async () => {
    const client = createLeakyClient(() => new Response(stated(9999)));
    client.api.use({
      onRequest({ request }) {
        throw createLeakyError(request.url, request);
      },
    });
    expect(await failureOf(client.submit("seedreamv5", input))).toBeInstanceOf(ConfigurationError);
  });
});

describe("a key", () => {
  async function headerOf(key: ClientOptions["apiKey"], options: ClientOptions = {}) {
    const recordingFetch = vi.fn<Fetch>(async () => new Response(stated(9999)));
    const client = createClient({ apiKey: key, fetch: recordingFetch, ...options });
    await client.submit("seedreamv5", input).catch(() => undefined);
    return new Headers(recordingFetch.mock.calls[0]?.[1]?.headers).get("authorization");
  }

  it("with blanks at its ends is trimmed", async () => {
    expect(await headerOf(`  \t${apiKey} \t `)).toBe(`Bearer ${apiKey}`);
    expect(await headerOf(async () => ` ${apiKey} `)).toBe(`Bearer ${apiKey}`);
    expect(await headerOf(` Bearer ${apiKey} `)).toBe(`Bearer ${apiKey}`);
    expect(await headerOf(` ${apiKey} `, { authScheme: "raw" })).toBe(apiKey);
  });

  const malformed = ["\r\n", "\n", "\r", "\0", "\t", "\x7f", "\u0100", "鍵", "\u{1F511}"].flatMap((part) => [
    `${apiKey}${part}`,
    `${part.trim() || `x${part}`}${apiKey}`,
    `${apiKey}${part}X-Evil: 1`,
  ]);

  it.each(malformed.filter((key) => key.replace(/^[ \t]+|[ \t]+$/g, "") !== apiKey))(
    "that no header can carry is refused without being quoted: %j",
    async (key) => {
      const work = async () => createClient({ apiKey: key });
      const error = await failureOf(work());
      expect(error).toBeInstanceOf(ConfigurationError);
      expect(error.outcome).toBe("not-sent");

      const attempt = vi.fn<Fetch>();
      const client = createClient({ apiKey: () => key, fetch: attempt });
      expect(await failureOf(client.submit("seedreamv5", input))).toBeInstanceOf(ConfigurationError);
      expect(attempt).not.toHaveBeenCalled();
    },
  );

  it("is in nothing that a client shows of itself", () => {
    const client = createClient({ apiKey });
    expect(inspect(client, { depth: 10, showHidden: true })).not.toContain(apiKey);
    expect(JSON.stringify(client)).not.toContain(apiKey);
  });

  it("that is given for an option by mistake is not quoted", () => {
    for (const options of [apiKey, { baseUrl: `https://me:${apiKey}@x.test` }, { baseUrl: apiKey }]) {
      let error: unknown;
      try {
        createClient(options as never);
      } catch (reason) {
        error = reason;
      }
      expect(error).toBeInstanceOf(ConfigurationError);
      expectNoKey(error);
    }
  });
});
