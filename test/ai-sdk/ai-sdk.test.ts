import { getEventListeners } from "node:events";
import { createProviderRegistry, generateImage, NoSuchModelError, wrapImageModel } from "ai";
import type { ImageModel, Provider } from "ai";
import { afterAll, beforeAll, describe, expect, expectTypeOf, onTestFinished, test, vi } from "vitest";
import { createTensorsLab, tensorslab } from "../../src/ai-sdk/index.js";
import type {
  ImageCallError,
  ImageCallOptions,
  ProviderOptions,
  ProviderSettings,
} from "../../src/ai-sdk/index.js";
import { createClient, createMemoryStore } from "../../src/index.js";
import { startMockServer } from "../../src/mock-server/index.js";
import type { MockServer, MockServerOptions } from "../../src/mock-server/index.js";
import { apiKey, expectNoKey } from "../faults/support/failure.js";
import { imageHeads } from "../support/images.js";

beforeAll(() => vi.stubGlobal("AI_SDK_LOG_WARNINGS", false));
afterAll(() => void vi.unstubAllGlobals());

async function start(options: MockServerOptions = {}): Promise<MockServer> {
  const server = await startMockServer({ taskDurationMs: 0, imageSize: 8, ...options });
  onTestFinished(() => server.close());
  return server;
}

const providerFor = (server: MockServer, settings: ProviderSettings = {}) =>
  createTensorsLab({ apiKey, baseURL: server.url, ...settings });

const submitsOf = (server: MockServer) => server.requests.filter(({ role }) => role === "submit");

/** A call as the SDK makes it, for what generateImage does not pass on. */
const call = (options: Partial<ImageCallOptions> = {}): ImageCallOptions => ({
  prompt: "a fox",
  n: 1,
  size: undefined,
  aspectRatio: undefined,
  seed: undefined,
  files: undefined,
  mask: undefined,
  providerOptions: {},
  ...options,
});

/** Fast polls, so that nobody waits. */
const quick = { tensorslab: { pollIntervalMs: 1 } };

async function failureOf(work: Promise<unknown>): Promise<ImageCallError> {
  const error: unknown = await work.then(
    () => expect.unreachable("it should have failed"),
    (reason: unknown) => reason,
  );
  expectNoKey(error);
  return error as ImageCallError;
}

describe("images", () => {
  test("have bytes, and for each its task and URL", async () => {
    const server = await start();
    const { image } = providerFor(server);
    const { images, providerMetadata, warnings, responses } = await generateImage({
      model: image("seedreamv5"),
      prompt: "a red fox",
      n: 2,
      aspectRatio: "16:9",
      providerOptions: quick,
    });
    expect(images.map(({ mediaType, uint8Array }) => [mediaType, [...uint8Array.slice(1, 4)]])).toEqual(
      Array(2).fill(["image/png", [0x50, 0x4e, 0x47]]),
    );
    const [charge] = server.ledger;
    const results = server.requests.filter(({ server: one }) => one === "results");
    expect(providerMetadata).toEqual({
      tensorslab: {
        images: results.map(({ path }) => ({ taskid: charge!.taskid, url: expect.stringContaining(path) })),
      },
    });
    expect([results.length, warnings, responses[0]?.modelId]).toEqual([2, [], "seedreamv5"]);
    expect(submitsOf(server)[0]?.fields).toEqual({ prompt: "a red fox", batchsize: 2, resolution: "16:9" });
  });

  test("more than fit into one submit are asked for in several, at the same time", async () => {
    const server = await start();
    const model = providerFor(server).image("seedreamv5");
    expect(model.maxImagesPerCall).toBe(15);
    const { images, providerMetadata } = await generateImage({
      model,
      prompt: "a fox",
      n: 20,
      providerOptions: quick,
    });
    expect(images).toHaveLength(20);
    expect(
      new Set((providerMetadata.tensorslab!.images as { taskid: string }[]).map(({ taskid }) => taskid)).size,
    ).toBe(2);
    expect(submitsOf(server).map(({ fields }) => fields.batchsize)).toEqual([15, 5]);
  });

  test("that are fewer than asked for come with a warning", async () => {
    const server = await start({
      fail: ({ role }) => (role === "status" ? { kind: "alter", alter: dropOneUrl } : undefined),
    });
    const { images, warnings } = await providerFor(server)
      .image("seedreamv5")
      .doGenerate(call({ n: 3, providerOptions: quick }));
    expect(images).toHaveLength(2);
    expect(warnings).toEqual([
      { type: "other", message: `3 images were asked for and 2 came; task ${server.ledger[0]?.taskid}` },
    ]);
  });
});

test("a task that is completed without images is an error, which the SDK does not repeat", async () => {
  const server = await start({
    fail: ({ role }) => (role === "status" ? { kind: "alter", alter: dropUrls } : undefined),
  });
  const model = providerFor(server).image("seedreamv5");
  const error = await failureOf(generateImage({ model, prompt: "a fox", providerOptions: quick }));
  const { taskid } = server.ledger[0]!;
  expect(error).toMatchObject({ outcome: "accepted", taskid, taskids: [taskid] });
  expect(submitsOf(server)).toHaveLength(1);
});

function dropUrls(body: Buffer): Buffer {
  const envelope = JSON.parse(body.toString()) as { data: { url: string[] } };
  envelope.data.url = [];
  return Buffer.from(JSON.stringify(envelope));
}

function dropOneUrl(body: Buffer): Buffer {
  const envelope = JSON.parse(body.toString()) as { data: { url: string[] } };
  envelope.data.url.pop();
  return Buffer.from(JSON.stringify(envelope));
}

test("what the model's maker advises against comes with a warning", async () => {
  const server = await start();
  const { warnings } = await providerFor(server)
    .image("seedreamv5")
    .doGenerate(call({ size: "512x512", providerOptions: quick }));
  expect(warnings).toEqual([
    { type: "other", message: expect.stringMatching(/^resolution should have .* pixels$/) },
  ]);
});

test("what is sent is what was given, whatever becomes of it afterwards", async () => {
  const server = await start();
  const { image } = providerFor(server, { records: createMemoryStore() });
  const data = imageHeads.png.slice();
  const made = image("seedreamv5").doGenerate(
    call({ files: [{ type: "file", mediaType: "image/png", data }] }),
  );
  data.fill(0);
  await made;
  expect(submitsOf(server)[0]?.files[0]?.contentType).toBe("image/png");
});

describe("what is asked for", () => {
  const url = "https://example.com/fox.png";
  const bytes = imageHeads.png;
  const base64 = Buffer.from(bytes).toString("base64");

  test.each<[string, Partial<ImageCallOptions>, Record<string, unknown>, string[]]>([
    ["a size", { size: "2048x2048" }, { resolution: "2048x2048" }, []],
    ["a size in capitals", { size: "2048X2048" }, { resolution: "2048x2048" }, []],
    ["a ratio that no list offers", { aspectRatio: "5:4" }, { resolution: "5:4" }, []],
    ["both", { size: "2048x2048", aspectRatio: "1:1" }, { resolution: "2048x2048" }, ["aspectRatio"]],
    [
      "a size beside a resolution",
      { size: "2048x2048", providerOptions: { tensorslab: { resolution: "4K" } } },
      { resolution: "4K" },
      ["size"],
    ],
    ["the seed 0", { seed: 0 }, {}, ["seed"]],
    ["a mask", { mask: { type: "file", mediaType: "image/png", data: bytes } }, {}, ["mask"]],
    ["a URL", { files: [{ type: "url", url }] }, { imageUrl: url }, []],
    [
      "several URLs",
      {
        files: [
          { type: "url", url },
          { type: "url", url: `${url}2` },
        ],
      },
      { imageUrl: url },
      ["files[1]"],
    ],
    [
      "a URL beside one of its own",
      { files: [{ type: "url", url }], providerOptions: { tensorslab: { imageUrl: `${url}3` } } },
      { imageUrl: `${url}3` },
      ["files[0]"],
    ],
    ["options of others alone", { providerOptions: { openai: { style: "vivid" } } }, {}, []],
    ["no options of ours", { providerOptions: { tensorslab: {} } }, {}, []],
  ])("%s", async (_, options, fields, unsupported) => {
    const server = await start();
    const { warnings } = await providerFor(server).image("seedreamv5").doGenerate(call(options));
    expect(submitsOf(server)[0]?.fields).toEqual({ prompt: "a fox", batchsize: 1, ...fields });
    expect(warnings.map((warning) => "feature" in warning && warning.feature)).toEqual(unsupported);
  });

  test("files as bytes, as base64 and as a data: URL arrive as bytes", async () => {
    const server = await start();
    const file = (data: string | Uint8Array) => ({ type: "file", mediaType: "image/png", data }) as const;
    const dataUrl = `data:image/png;base64,${base64}`;
    const files = [file(bytes), file(base64), file(dataUrl), { type: "url", url: dataUrl } as const];
    await providerFor(server).image("seedreamv5").doGenerate(call({ files }));
    expect(submitsOf(server)[0]?.files.map(({ size, contentType }) => [size, contentType])).toEqual(
      Array(4).fill([bytes.byteLength, "image/png"]),
    );
    await generateImage({
      model: providerFor(server).image("seedreamv5"),
      prompt: { text: "a fox", images: [base64, dataUrl, bytes, url] },
    });
    expect(submitsOf(server)[1]?.files.map(({ sha256 }) => sha256)).toEqual(
      Array(3).fill(submitsOf(server)[0]?.files[0]?.sha256),
    );
    expect(submitsOf(server)[1]?.fields).toMatchObject({ imageUrl: url });
  });

  test.each<[string, Partial<ImageCallOptions>, string]>([
    ["no prompt", { prompt: undefined }, "prompt is required"],
    ["no image", { n: 0 }, "batchsize must be >= 1"],
    ["no number", { n: NaN }, "batchsize must be integer"],
    ["too many", { n: 16 }, "batchsize must be <= 15"],
    ["a size of nothing", { size: "large" }, "size must have the form `{width}x{height}`"],
    ["a ratio of nothing", { aspectRatio: "wide" }, "aspectRatio must have the form"],
    [
      "a file of nothing",
      { files: [{ type: "file", mediaType: "image/png", data: "%%" }] },
      "files[0] must be bytes, base64 or a URL",
    ],
    [
      "a URL that the service cannot fetch",
      { files: [{ type: "url", url: "file:///etc/passwd" }] },
      "imageUrl must be an http or https URL",
    ],
    [
      "an unknown option",
      { providerOptions: { tensorslab: { style: "vivid" } } },
      "providerOptions.tensorslab.style is not an option. Available: category, resolution, imageUrl, idempotencyKey",
    ],
    [
      "an option that is one of the SDK",
      { providerOptions: { tensorslab: { batchsize: 2 } } },
      "providerOptions.tensorslab.batchsize is given by `n` of generateImage",
    ],
    [
      "an option of another type",
      { providerOptions: { tensorslab: { resolution: 4 } } },
      "resolution must be string",
    ],
    [
      "options that are none",
      { providerOptions: { tensorslab: ["4K"] } },
      "providerOptions.tensorslab must be an object",
    ],
  ])("%s is refused, and nothing is sent", async (_, options, message) => {
    const server = await start();
    const error = await failureOf(providerFor(server).image("seedreamv5").doGenerate(call(options)));
    expect(error).toMatchObject({ code: "INVALID_INPUT", outcome: "not-sent", taskids: [] });
    expect(error.message).toContain(message);
    expect(server.requests).toEqual([]);
  });

  test.each([0, NaN])("generateImage with n %s sends nothing", async (n) => {
    const server = await start();
    await expect(
      generateImage({ model: providerFor(server).image("seedreamv5"), prompt: "a fox", n }),
    ).rejects.toThrow();
    expect(server.requests).toEqual([]);
  });
});

describe("headers", () => {
  test("of the provider and of the call reach the API alone, and none says how the body is encoded", async () => {
    const server = await start();
    const { image } = providerFor(server, { headers: { "x-team": "a", "x-both": "provider" } });
    const headers = { "x-both": "call", "content-type": "text/plain", "Content-Length": "1" };
    await generateImage({ model: image("seedreamv5"), prompt: "a fox", headers, providerOptions: quick });
    const [submit] = submitsOf(server);
    expect(submit?.headers).toMatchObject({
      "x-team": "a",
      "x-both": "call",
      "user-agent": expect.stringMatching(/ai\/6/),
      "content-type": expect.stringMatching(/^multipart\/form-data; boundary=/),
    });
    const results = server.requests.filter(({ server: one }) => one === "results");
    expect(results.map((result) => [result.headers["x-team"], result.headers.authorization])).toEqual([
      [undefined, undefined],
    ]);
  });

  test("with a key of another account are used for the API, and shown nowhere", async () => {
    const server = await start({ apiKeys: ["sk-other-0123456789"] });
    const headers = { Authorization: "Bearer sk-other-0123456789" };
    await providerFor(server).image("seedreamv5").doGenerate(call({ headers }));
    const refusing = await start({
      fail: () => ({ kind: "response", status: 401, body: "no sk-other-0123456789" }),
    });
    const error = await failureOf(providerFor(refusing).image("seedreamv5").doGenerate(call({ headers })));
    expectNoKey(error, "sk-other-0123456789");
    expect([server.ledger.length, refusing.ledger.length]).toEqual([1, 0]);
  });

  test("beside a client of one's own are named in a warning", async () => {
    const server = await start();
    const client = createClient({ apiKey, baseUrl: server.url });
    const { image } = createTensorsLab({ client });
    const { warnings } = await generateImage({
      model: image("seedreamv5"),
      prompt: "a fox",
      headers: { "x-team": "a" },
    });
    expect(warnings).toMatchObject([{ type: "unsupported", feature: "headers (x-team)" }]);
    expect(submitsOf(server)[0]?.headers["x-team"]).toBeUndefined();
  });
});

describe("a stop", () => {
  test("before the call sends nothing", async () => {
    const server = await start();
    const reason = new Error("changed my mind");
    const abortSignal = AbortSignal.abort(reason);
    await expect(providerFor(server).image("seedreamv5").doGenerate(call({ abortSignal }))).rejects.toBe(
      reason,
    );
    expect(server.requests).toEqual([]);
  });

  test("in the wait is prompt and is not retried", async () => {
    const server = await start({ taskDurationMs: 3_600_000 });
    const controller = new AbortController();
    const onSubmitted = vi.fn(() => controller.abort());
    const { image } = providerFor(server, { onSubmitted });
    const options = { model: image("seedreamv5"), prompt: "a fox", abortSignal: controller.signal };
    const error: unknown = await generateImage(options).catch((reason: unknown) => reason);
    expect(error).toBe(controller.signal.reason);
    expect(onSubmitted).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ taskid: server.ledger[0]?.taskid }),
    );
    expect(submitsOf(server)).toHaveLength(1);
  });

  test("that never comes leaves no listener behind, after a success and after a failure", async () => {
    const server = await start({ credits: 1 });
    const { signal: abortSignal } = new AbortController();
    const { image } = providerFor(server);
    const make = () => image("seedreamv5").doGenerate(call({ abortSignal }));
    expect((await make()).images).toHaveLength(1);
    await expect(make()).rejects.toMatchObject({ code: "INSUFFICIENT_CREDITS" });
    expect(getEventListeners(abortSignal, "abort")).toEqual([]);
  });
});

describe("errors after a submit name the task and are not retried", () => {
  test.each([
    ["a download", "a fox [mock:missing-image]"],
    ["a task", "a fox [mock:task-failed]"],
  ])("of %s", async (_, prompt) => {
    const server = await start();
    const error = await failureOf(
      generateImage({ model: providerFor(server).image("seedreamv5"), prompt, providerOptions: quick }),
    );
    const { taskid } = server.ledger[0]!;
    expect(error).toMatchObject({ outcome: "accepted", taskid, taskids: [taskid] });
    expect(error.message).toContain(`task ${taskid}`);
    expect(submitsOf(server)).toHaveLength(1);
  });

  test("of a callback that throws an error which the SDK retries", async () => {
    const server = await start();
    const { APICallError } = await import("ai");
    const retryable = new APICallError({
      message: "busy",
      url: "",
      requestBodyValues: {},
      isRetryable: true,
    });
    const { image } = providerFor(server, {
      onSubmitted: () => {
        throw retryable;
      },
    });
    const error = await failureOf(generateImage({ model: image("seedreamv5"), prompt: "a fox" }));
    expect(error).toMatchObject({ code: "CALLBACK", cause: retryable, taskids: [server.ledger[0]?.taskid] });
    expect(server.ledger).toHaveLength(1);
  });

  test("of a store that throws such an error", async () => {
    const server = await start();
    const { APICallError } = await import("ai");
    const retryable = new APICallError({
      message: "busy",
      url: "",
      requestBodyValues: {},
      isRetryable: true,
    });
    const records = { ...createMemoryStore(), claim: () => Promise.reject(retryable) };
    const error = await failureOf(
      generateImage({ model: providerFor(server, { records }).image("seedreamv5"), prompt: "a fox" }),
    );
    expect(error).toMatchObject({ code: "CALLBACK", cause: retryable, taskids: [] });
    expect(server.requests).toEqual([]);
  });
});

describe("the provider", () => {
  test("reads the key at the first call", async () => {
    const server = await start({ apiKeys: ["sk-late-0123456789"] });
    vi.stubEnv("TENSORSLAB_API_KEY", "");
    vi.stubEnv("TENSORSLAB_BASE_URL", server.url);
    onTestFinished(() => void vi.unstubAllEnvs());
    const model = tensorslab("seedreamv5");
    await expect(model.doGenerate(call())).rejects.toMatchObject({
      code: "CONFIGURATION",
      outcome: "not-sent",
    });
    vi.stubEnv("TENSORSLAB_API_KEY", "sk-late-0123456789");
    expect((await model.doGenerate(call())).images).toHaveLength(1);
  });

  test("can be called, has image and imageModel, and stands in a registry with middleware", async () => {
    const server = await start();
    const provider = providerFor(server);
    const models = [provider("seedreamv5"), provider.image("seedreamv5"), provider.imageModel("seedreamv5")];
    expect(models.map(({ modelId, specificationVersion }) => [modelId, specificationVersion])).toEqual(
      Array(3).fill(["seedreamv5", "v3"]),
    );
    const registry = createProviderRegistry({ tensorslab: provider });
    const model = wrapImageModel({
      model: registry.imageModel("tensorslab:seedreamv5"),
      middleware: {
        specificationVersion: "v3",
        transformParams: async ({ params }) => ({ ...params, seed: 7 }),
      },
    });
    const { warnings } = await generateImage({ model, prompt: "a fox", providerOptions: quick });
    expect(warnings).toMatchObject([{ feature: "seed" }]);
  });

  test("has no other models, and says so in the SDK's own words", () => {
    const { imageModel, languageModel, embeddingModel } = tensorslab;
    for (const make of [imageModel, languageModel, embeddingModel]) {
      try {
        expect.unreachable(String(make("nope")));
      } catch (error) {
        expect(NoSuchModelError.isInstance(error), String(error)).toBe(true);
        expect(error).toMatchObject({ code: "CONFIGURATION", modelId: "nope" });
      }
    }
  });

  test.each<[string, object, string]>([
    ["an unknown option", { baseUrl: "https://example.com" }, "Unknown option `baseUrl`"],
    [
      "a client beside what it has itself",
      { client: createClient({ apiKey }), apiKey },
      "`client` and `apiKey` exclude each other",
    ],
    ["a base URL of nothing", { baseURL: "nowhere" }, "`baseUrl` must be a valid URL"],
    ["no store", { records: {} }, "`records` must be a RecordStore"],
    ["no function", { onSubmitted: "log" }, "`onSubmitted` must be a function"],
  ])("refuses %s", (_, settings, message) => {
    expect(() => createTensorsLab(settings)).toThrow(message);
  });

  test("has the types of the SDK and of the document", () => {
    expectTypeOf(tensorslab).toExtend<Provider>();
    expectTypeOf(tensorslab.image("seedreamv5")).toExtend<ImageModel>();
    expectTypeOf<{ resolution: "4K"; idempotencyKey: string }>().toExtend<ProviderOptions<"seedreamv5">>();
    expectTypeOf<ProviderOptions<"seedreamv5">["imageUrl"]>().toEqualTypeOf<string | undefined>();
    expectTypeOf<ProviderOptions<"seedreamv5">>().not.toHaveProperty("batchsize");
    expectTypeOf<ProviderOptions<"seedreamv5">>().not.toHaveProperty("sourceImage");
    // @ts-expect-error there is no such model
    expect(() => tensorslab("nope")).toThrow("Unknown model `nope`");
  });
});
