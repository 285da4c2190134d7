import { describe, expect, test } from "vitest";
import { checkInput, createClient, InvalidInputError } from "../../src/index.js";
import type { ClientOptions, InputWarning, ModelInput } from "../../src/index.js";
import { accepted, startCaptureServer } from "../support/capture-server.js";
import { imageHeads } from "../support/images.js";

type Input = ModelInput<"seedreamv5">;

const prompt = "a red fox";
const heads = { ...imageHeads, avif: new Uint8Array(Buffer.from("\0\0\0\x1cftypavif", "latin1")) };
const image = (type: keyof typeof heads, size = 100): File => {
  const head = heads[type];
  return new File([head, new Uint8Array(size - head.length)], `fox.${type}`);
};
const images = (count: number) => Array.from({ length: count }, () => image("png"));
const address = "https://x.example/fox.png";

const sizes: Record<string, string[]> = {
  "2K": [],
  "4K": [],
  "16:9": [],
  "1:16": [],
  "1920x1920": [],
  "2560*1440": [],
  "3225x3226": [],
  banana: ["should be like 2K, 16:9 or 2560x1440"],
  "": ["should be like 2K, 16:9 or 2560x1440"],
  "2k": ["should be like 2K, 16:9 or 2560x1440"],
  "1919x1920": ["should have 3,686,400 to 10,404,496 pixels"],
  "3226x3226": ["should have 3,686,400 to 10,404,496 pixels"],
  "1:17": ["should be between 1:16 and 16:1"],
  "17:1": ["should be between 1:16 and 16:1"],
  "16000x400": ["should be between 1:16 and 16:1"],
  "100x1": ["should have 3,686,400 to 10,404,496 pixels", "should be between 1:16 and 16:1"],
};

describe("a resolution", () => {
  test.each(Object.entries(sizes))("%s", async (resolution, expected) => {
    const warnings = await checkInput("seedreamv5", { prompt, resolution });
    expect(warnings).toEqual(
      expected.map((message) => ({ model: "seedreamv5", path: "resolution", message })),
    );
  });
});

const sources: Record<string, [Partial<Input>, string[]]> = {
  "fourteen images": [{ sourceImage: images(14) }, []],
  "fifteen images": [
    { sourceImage: images(15) },
    ["should have at most 14 images", "should have, with batchsize, at most 15 images"],
  ],
  "images and a batch that are fifteen together": [{ sourceImage: images(13), batchsize: 2 }, []],
  "images and a batch that are sixteen together": [
    { sourceImage: images(13), batchsize: 3 },
    ["should have, with batchsize, at most 15 images"],
  ],
  "an image of 10 MiB": [{ sourceImage: [image("jpeg", 10 * 2 ** 20)] }, []],
  "a larger one behind a small one": [
    { sourceImage: [image("png"), image("jpeg", 10 * 2 ** 20 + 1)] },
    ["should have at most 10 MiB"],
  ],
  "every advised format": [
    { sourceImage: (["png", "jpeg", "webp", "bmp", "tiff", "gif"] as const).map((type) => image(type)) },
    [],
  ],
  "another format": [{ sourceImage: [image("avif")] }, ["should be JPEG, PNG, WEBP, BMP, TIFF or GIF"]],
  "another format under a wrong name": [
    { sourceImage: [new File([heads.avif], "fox.png", { type: "image/png" })] },
    ["should be JPEG, PNG, WEBP, BMP, TIFF or GIF"],
  ],
  "bytes in memory": [{ sourceImage: [imageHeads.png] }, []],
  "an image and an address": [
    { sourceImage: images(1), imageUrl: address },
    ["should not be given with imageUrl"],
  ],
  "an address beside no image": [{ sourceImage: [], imageUrl: address }, []],
};

describe("source images", () => {
  test.each(Object.entries(sources))("%s", async (_, [fields, expected]) => {
    const warnings = await checkInput("seedreamv5", { prompt, ...fields });
    expect(warnings).toEqual(
      expected.map((message) => ({ model: "seedreamv5", path: "sourceImage", message })),
    );
  });
});

test("an invalid input, and a model that does not exist, are errors as they are for a submit", async () => {
  await expect(checkInput("seedreamv5", { prompt: "" })).rejects.toThrow(InvalidInputError);
  const unknown = checkInput("seedreamv6" as "seedreamv5", { prompt });
  await expect(unknown).rejects.toThrow("Unknown model `seedreamv6`. Did you mean `seedreamv5`?");
});

describe("onWarning", () => {
  const doubtful: Input = { prompt, resolution: "banana", sourceImage: images(1), imageUrl: address };

  async function submit(options: ClientOptions, input = doubtful, signal?: AbortSignal) {
    let responses = 0;
    const busy = { status: 429, headers: { "retry-after": "0" }, body: {} };
    const server = await startCaptureServer(() => (responses++ === 0 ? busy : { body: accepted }));
    const client = createClient({ apiKey: "key-1", baseUrl: server.url, ...options });
    const result = await client.submit("seedreamv5", input, { signal }).catch((error: unknown) => error);
    await server.close();
    return { result, requests: server.requests };
  }

  test("is told of each doubt once, before anything is sent, and never refuses", async () => {
    const events: string[] = [];
    const fetch: typeof globalThis.fetch = (...parameters) => {
      events.push("sent");
      return globalThis.fetch(...parameters);
    };
    const onWarning = async ({ path }: InputWarning) => void events.push(path);
    const { result, requests } = await submit({ onWarning, fetch });
    expect(result).toMatchObject({ taskid: "task-1" });
    expect(events).toEqual(["resolution", "sourceImage", "sent", "sent"]);
    expect(requests[1]?.body.toString("latin1")).toContain("banana");
  });

  test("is told nothing of an input that is as advised or invalid", async () => {
    const warnings: InputWarning[] = [];
    const onWarning = (warning: InputWarning) => void warnings.push(warning);
    await submit({ onWarning }, { prompt, resolution: "16:9" });
    await submit({ onWarning }, { prompt: "", resolution: "banana" });
    expect(warnings).toEqual([]);
  });

  test("may refuse by itself: what it throws ends the submit, and nothing is sent", async () => {
    const cause = new Error("no bananas");
    const onWarning = () => {
      throw cause;
    };
    const { result, requests } = await submit({ onWarning });
    expect(result).toMatchObject({ code: "CONFIGURATION", outcome: "not-sent" });
    expect((result as Error).message).toMatch(/`onWarning` failed: no bananas; nothing was sent$/);
    expect(requests).toEqual([]);
  });

  test("that never ends is ended by a signal", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const onWarning = () => {
      controller.abort(reason);
      return new Promise<void>(() => {});
    };
    const { result, requests } = await submit({ onWarning }, doubtful, controller.signal);
    expect([result, requests]).toEqual([reason, []]);
  });

  test("must be a function", () => {
    expect(() => createClient({ onWarning: true as never })).toThrow("`onWarning` must be a function");
  });
});
