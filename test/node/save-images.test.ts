import { execFile } from "node:child_process";
import { getEventListeners } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { json } from "node:stream/consumers";
import { inspect, promisify } from "node:util";
import { describe, expect } from "vitest";
import { enums, statusOperation } from "../../generated/operations.js";
import { CallbackError, ConfigurationError, createClient, DownloadError } from "../../src/index.js";
import type { Client } from "../../src/index.js";
import { saveImages } from "../../src/node/index.js";
import type { SaveImagesOptions, SaveProgress } from "../../src/node/index.js";
import { bundleModule } from "../support/run-module.js";
import { png, sendHalf, test } from "./fixtures.js";
import type { Handler, ImageServer, Serve } from "./fixtures.js";

/** Answers `/<n>` with an image of its own. */
const sendImage: Handler = ({ url }, response) => void response.end(imageAt(url));

function imageAt(url: string | undefined): Buffer<ArrayBuffer> {
  return png(1000, Number(/\d+/.exec(url ?? "")));
}

function taskOf({ origin }: ImageServer, count: number, taskid = "task-1") {
  return { taskid, urls: Array.from({ length: count }, (_, index) => `${origin}/${index + 1}`) };
}

async function failureOf(...call: Parameters<typeof saveImages>): Promise<DownloadError> {
  const error = await saveImages(...call).then(
    () => expect.fail("every image was saved"),
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(DownloadError);
  expect(error).toMatchObject({ outcome: "accepted", taskid: call[0].taskid });
  expect((error as Error).message).not.toContain("\n");
  return error as DownloadError;
}

/** A client of a service that knows completed tasks; `urlsOf` says which URLs a read of one gives. */
async function clientOf(
  serve: Serve,
  urlsOf: (taskid: string) => string[] | Promise<string[]>,
): Promise<{ client: Client; read: string[] }> {
  const read: string[] = [];
  const completed = Object.entries(enums.status).find(([, name]) => name === "completed")![0];
  const { origin } = await serve(async (request, response) => {
    expect(`POST ${request.url}`).toBe(statusOperation);
    const { taskid } = (await json(request)) as { taskid: string };
    read.push(taskid);
    const data = { taskid, image_status: Number(completed), url: await urlsOf(taskid) };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ code: 1000, msg: "OK", data }));
  });
  const client = createClient({ apiKey: null, baseUrl: origin, statusRetries: 0 });
  return { client, read };
}

describe("images", () => {
  test("are saved in a new folder, named after the task and their bytes", async ({ serve, folder }) => {
    const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, ...png(500)]);
    const server = await serve(({ url }, response) => void response.end(url === "/2" ? jpeg : imageAt(url)));
    const target = join(folder, "a", "b");
    const paths = await saveImages(taskOf(server, 3), target);
    expect(paths).toEqual(["task-1-1.png", "task-1-2.jpg", "task-1-3.png"].map((name) => join(target, name)));
    expect(await readFile(paths[0]!)).toEqual(imageAt("/1"));
    expect(await readFile(paths[1]!)).toEqual(jpeg);
    expect(await readdir(target)).toHaveLength(3);
  });

  test("can go to a folder that is given as a URL", async ({ serve, folder }) => {
    const server = await serve(sendImage);
    expect(await saveImages(taskOf(server, 1), pathToFileURL(folder))).toEqual([
      join(folder, "task-1-1.png"),
    ]);
  });

  test("come back in the order of the URLs, whichever is first", async ({ serve, folder }) => {
    const waiting: (() => void)[] = [];
    const server = await serve(({ url }, response) => {
      waiting.unshift(() => response.end(imageAt(url)));
      if (waiting.length === 3) waiting.forEach((send) => send());
    });
    const paths = await saveImages(taskOf(server, 3), folder);
    for (const [index, path] of paths.entries())
      expect(await readFile(path)).toEqual(imageAt(`/${index + 1}`));
  });

  test.for([
    [undefined, 4],
    [1, 1],
    [7, 7],
  ] as const)(
    "are fetched together, with concurrency %s: %d",
    async ([concurrency, together], { serve, folder }) => {
      let now = 0;
      let most = 0;
      const waiting: (() => void)[] = [];
      const server = await serve(({ url }, response, number) => {
        most = Math.max(most, ++now);
        waiting.push(() => {
          now--;
          response.end(imageAt(url));
        });
        // Those that came together go out together, so that one more would be noticed.
        if (waiting.length === together || number === 9)
          setImmediate(() => waiting.splice(0).forEach((send) => send()));
      });
      expect(await saveImages(taskOf(server, 9), folder, { concurrency })).toHaveLength(9);
      expect(most).toBe(together);
    },
  );

  test("are fetched without the key", async ({ serve, folder }) => {
    const server = await serve(sendImage);
    const given = process.env["TENSORSLAB_API_KEY"];
    try {
      process.env["TENSORSLAB_API_KEY"] = "sk-secret";
      await saveImages(taskOf(server, 1), folder);
    } finally {
      if (given === undefined) delete process.env["TENSORSLAB_API_KEY"];
      else process.env["TENSORSLAB_API_KEY"] = given;
    }
    expect(server.requests[0]?.rawHeaders.join()).not.toContain("secret");
    expect(server.requests[0]?.headers).not.toHaveProperty("authorization");
  });

  test("tell how far they are", async ({ serve, folder }) => {
    const server = await serve((_, response) => {
      response.setHeader("content-length", 1000);
      response.end(png());
    });
    const seen: SaveProgress[] = [];
    await saveImages(taskOf(server, 1), folder, { onProgress: (progress) => seen.push(progress) });
    expect(seen.at(-1)).toEqual({ index: 0, bytes: 1000, totalBytes: 1000 });
  });

  test("that are cut off are fetched again", async ({ serve, folder }) => {
    const server = await serve((_, response, number) => {
      if (number === 1) sendHalf(response, imageAt("/1"));
      else response.end(imageAt("/1"));
    });
    const [path] = await saveImages(taskOf(server, 1), folder);
    expect(await readFile(path!)).toEqual(imageAt("/1"));
    expect(await readdir(folder)).toEqual(["task-1-1.png"]);
    expect(server.requests).toHaveLength(2);
  });

  test.for(["../../outside", "/etc/passwd", "a\0b", "", "CON", "日本/語", "x".repeat(5000)])(
    "stay in the folder, whatever the task id holds (%.20j)",
    async (taskid, { serve, folder }) => {
      const server = await serve(sendImage);
      const target = join(folder, "target");
      const paths = await saveImages(taskOf(server, 1, taskid), target);
      expect((await readdir(target)).map((name) => join(target, name))).toEqual(paths);
      expect(await readdir(folder)).toEqual(["target"]);
    },
  );
});

describe("images that are there already", () => {
  test("are kept if they are the same", async ({ serve, folder }) => {
    const server = await serve(sendImage);
    const first = await saveImages(taskOf(server, 3), folder);
    expect(await saveImages(taskOf(server, 3), folder)).toEqual(first);
    expect(await readdir(folder)).toHaveLength(3);
  });

  test("are never overwritten by others", async ({ serve, folder }) => {
    const server = await serve(sendImage);
    const taken = join(folder, "task-1-2.png");
    await writeFile(taken, "a different file");
    const error = await failureOf(taskOf(server, 3), folder);
    const reason = `${taken} already exists and is different`;
    expect(error.failures).toEqual([{ url: `${server.origin}/2`, index: 1, reason }]);
    expect(error.message).toBe(`Saved 2 of 3 images; image 2: ${reason}; task task-1`);
    expect(error.saved).toEqual([join(folder, "task-1-1.png"), join(folder, "task-1-3.png")]);
    expect(await readFile(taken, "utf8")).toBe("a different file");
    expect(await readdir(folder)).toHaveLength(3);
  });

  test("may appear at the same moment: all savers of a task get the same files", async ({
    serve,
    folder,
  }) => {
    const server = await serve(sendImage);
    const savers = Array.from({ length: 8 }, () => saveImages(taskOf(server, 3), folder));
    const [first, ...others] = await Promise.all(savers);
    for (const other of others) expect(other).toEqual(first);
    expect(await readdir(folder)).toHaveLength(3);
  });
});

describe("failures", () => {
  test("name each missing image, and keep the others", async ({ serve, folder }) => {
    let sendFirst = () => {};
    const server = await serve(({ url }, response) => {
      if (url?.startsWith("/1")) sendFirst = () => response.end("<html>");
      else if (url?.startsWith("/3")) sendHalf(response, png());
      else if (url?.startsWith("/4")) response.writeHead(404).end(() => setImmediate(sendFirst));
      else response.end(imageAt(url));
    });
    const task = taskOf(server, 4);
    task.urls = task.urls.map((url) => `${url}?signature=secret#part`);
    const error = await failureOf(task, folder, { retries: 0, concurrency: 2 });
    const { origin } = server;
    expect(error.failures).toEqual([
      { url: `${origin}/1`, index: 0, reason: "the response is an HTML or XML page, not an image" },
      { url: `${origin}/3`, index: 2, reason: expect.stringMatching("the connection broke after") },
      { url: `${origin}/4`, index: 3, reason: "HTTP 404: the URL may have expired" },
    ]);
    expect(error.message).toMatch(
      /^Saved 1 of 4 images; image 1: the response is an HTML.*; image 3: .*; image 4: /,
    );
    expect(error.saved).toEqual([join(folder, "task-1-2.png")]);
    expect(error.cause).toBeInstanceOf(DownloadError);
    expect(inspect(error, { depth: null })).not.toContain("secret");
    expect(await readdir(folder)).toEqual(["task-1-2.png"]);
  });

  test("pass on the options for downloads", async ({ serve, folder }) => {
    const server = await serve(
      ({ url }, response) => void (url === "/1" ? response.write(png()) : response.end(png())),
    );
    const tooLarge = await failureOf(taskOf(server, 1), folder, { maxBytes: 999 });
    expect(tooLarge.failures[0]?.reason).toBe("the image is larger than 999 bytes");
    const stalled = await failureOf(taskOf(server, 1), folder, { stallTimeoutMs: 50, retries: 0 });
    expect(stalled.failures[0]?.reason).toBe("nothing arrived for 50 ms");
    const offline = { fetch: async () => Promise.reject(new TypeError("offline")), retries: 0 };
    const unreached = await failureOf(taskOf(server, 1), folder, offline);
    expect(unreached.failures[0]?.reason).toBe("the connection failed");
    expect(await readdir(folder)).toEqual([]);
  });

  test("include a task without images", async ({ folder }) => {
    const error = await failureOf({ taskid: "task-1", urls: [] }, join(folder, "unmade"));
    expect(error.message).toBe("The task has no images to save yet; task task-1");
    expect(await readdir(folder)).toEqual([]);
  });

  test("include a folder that cannot be made", async ({ folder, serve }) => {
    const server = await serve(sendImage);
    const file = join(folder, "file");
    await writeFile(file, "");
    const error = await failureOf(taskOf(server, 1), join(file, "below"));
    expect(error.message).toMatch(`Could not create the folder ${join(file, "below")}: ENOTDIR`);
    expect(error.cause).toMatchObject({ code: "ENOTDIR" });
    expect(server.requests).toHaveLength(0);
  });

  test("include a folder that the system does not create", async ({ serve }) => {
    const server = await serve(sendImage);
    const error = await failureOf(taskOf(server, 1), "/proc/none/below");
    expect(error.message).toMatch(/^Could not create the folder \/proc\/none\/below: E/);
    expect(server.requests).toHaveLength(0);
  });

  test("include a folder that cannot be written to", async ({ serve }) => {
    const server = await serve(sendImage);
    const error = await failureOf(taskOf(server, 1), "/proc/self");
    expect(error.failures[0]?.reason).toMatch(/^it could not be written to \/proc\/self: E/);
    expect(error.cause).toMatchObject({ syscall: "open" });
  });

  test("include a disk that is full, and leave nothing half-written", async ({ serve, folder }) => {
    const server = await serve((_, response) => void response.end(png(2_000_000)));
    const target = join(folder, "target");
    const script = join(folder, "script.mjs");
    const program = await bundleModule(`
      import { saveImages } from "./src/node/index.ts";
      await saveImages({ taskid: "task-1", urls: ["${server.origin}"] }, ${JSON.stringify(target)}).catch(
        ({ message, cause }) => console.log(JSON.stringify({ message, code: cause.code })));`);
    await writeFile(script, program);
    // The shell's limit on the size of a file stands in for the end of the disk.
    const command = `ulimit -f 1000; exec "$0" "$1"`;
    const { stdout } = await promisify(execFile)("sh", ["-c", command, process.execPath, script]);
    const { message, code } = JSON.parse(stdout) as { message: string; code: string };
    expect(code).toBe("EFBIG");
    expect(message).toContain(`it could not be written to ${target}: EFBIG`);
    expect(await readdir(target)).toEqual([]);
  });

  test("include an onProgress that throws", async ({ serve, folder }) => {
    const server = await serve(sendImage);
    const boom = new Error("boom");
    const onProgress = ({ index }: SaveProgress) => {
      if (index === 0) throw boom;
    };
    const error = await failureOf(taskOf(server, 2), folder, { onProgress });
    expect(error.failures).toEqual([{ url: `${server.origin}/1`, index: 0, reason: "`onProgress` threw" }]);
    expect(error.cause).toBeInstanceOf(CallbackError);
    expect(error.cause).toMatchObject({ cause: boom });
    expect(await readdir(folder)).toEqual(["task-1-2.png"]);
  });

  test.for([{ concurrency: 0 }, { concurrency: 1.5 }, { retries: -1 }] satisfies SaveImagesOptions[])(
    "do not include a senseless option, which is an error of its own (%j)",
    async (options, { serve, folder }) => {
      const server = await serve(sendImage);
      await expect(saveImages(taskOf(server, 3), folder, options)).rejects.toThrow(ConfigurationError);
      expect(server.requests).toHaveLength(0);
    },
  );
});

describe("URLs that have expired", () => {
  const expireOld =
    (status: number): Handler =>
    ({ url }, response) =>
      void (url?.endsWith("?new") ? response.end(imageAt(url)) : response.writeHead(status).end());
  const renewed = (server: ImageServer, count: number) =>
    taskOf(server, count).urls.map((url) => `${url}?new`);

  test.for([403, 404, 410])(
    "(HTTP %d) are read again, once for all of them",
    async (status, { serve, folder }) => {
      const server = await serve(expireOld(status));
      const { client, read } = await clientOf(serve, () => renewed(server, 6));
      const paths = await saveImages(taskOf(server, 6), folder, { client, concurrency: 3 });
      for (const [index, path] of paths.entries())
        expect(await readFile(path)).toEqual(imageAt(`/${index + 1}`));
      expect(read).toEqual(["task-1"]);
      expect(server.requests).toHaveLength(12);
    },
  );

  test("are failures without a client, which the error's status tells", async ({ serve, folder }) => {
    const server = await serve(expireOld(403));
    expect(await failureOf(taskOf(server, 1), folder)).toMatchObject({ httpStatus: 403 });
  });

  test("are failures if the fresh ones have expired too, or are missing", async ({ serve, folder }) => {
    const server = await serve(expireOld(403));
    const { client } = await clientOf(serve, () => [`${server.origin}/1?old`]);
    const error = await failureOf(taskOf(server, 2), folder, { client });
    expect(error.failures.map(({ reason }) => reason)).toEqual(
      Array(2).fill("HTTP 403: the URL may have expired"),
    );
    expect(server.requests).toHaveLength(3);
  });

  test("are failures if the task cannot be read", async ({ serve, folder }) => {
    const server = await serve(expireOld(410));
    const service = await serve((_, response) => response.writeHead(401).end());
    const client = createClient({ apiKey: null, baseUrl: service.origin });
    const error = await failureOf(taskOf(server, 1), folder, { client });
    const reason = /^HTTP 410: the URL may have expired; reading the task again failed: .*401/;
    expect(error.failures[0]?.reason).toMatch(reason);
    expect(error.httpStatus).toBe(410);
    expect(error.cause).toMatchObject({ cause: { code: "AUTHENTICATION" } });
  });

  test("are not the only failures: others do not read the task again", async ({ serve, folder }) => {
    const server = await serve((_, response) => response.writeHead(401).end());
    const { client, read } = await clientOf(serve, () => [`${server.origin}/1`]);
    expect(await failureOf(taskOf(server, 1), folder, { client })).toMatchObject({ httpStatus: 401 });
    expect(read).toEqual([]);
  });
});

test("tasks that share a signal do not crowd it while they wait for fresh URLs", async ({
  serve,
  folder,
}) => {
  const { signal } = new AbortController();
  const server = await serve((request, response) => {
    if (request.url?.endsWith("?old")) response.writeHead(403).end();
    else sendImage(request, response, 0);
  });
  let waiting = 0;
  let proceed = (): void => undefined;
  const allWait = new Promise<void>((resolve) => {
    proceed = resolve;
  });
  const listeners: number[] = [];
  const { client } = await clientOf(serve, async (taskid) => {
    if (++waiting === 3) setImmediate(proceed);
    await allWait;
    listeners.push(getEventListeners(signal, "abort").length);
    return taskOf(server, 1, taskid).urls;
  });
  const save = (taskid: string) => {
    const urls = taskOf(server, 1, taskid).urls.map((url) => `${url}?old`);
    return saveImages({ taskid, urls }, folder, { signal, client });
  };
  await Promise.all(["task-1", "task-2", "task-3"].map(save));
  expect(Math.max(...listeners)).toBeLessThanOrEqual(1);
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

describe("an abort", () => {
  test("beforehand does nothing", async ({ folder }) => {
    const task = { taskid: "task-1", urls: ["https://images.test"] };
    const signal = AbortSignal.abort("stop");
    await expect(saveImages(task, join(folder, "unmade"), { signal })).rejects.toBe("stop");
    expect(await readdir(folder)).toEqual([]);
  });

  test("ends it with the signal's reason, keeps what was whole and leaves nothing else", async ({
    serve,
    folder,
  }) => {
    const controller = new AbortController();
    const { signal } = controller;
    const server = await serve(({ url }, response) => {
      if (url === "/1") response.end(imageAt(url));
      else response.write(imageAt(url));
    });
    const onProgress = ({ index }: SaveProgress) => {
      if (index === 2) setImmediate(() => controller.abort("stop"));
    };
    const saving = saveImages(taskOf(server, 9), folder, { signal, onProgress, concurrency: 2 });
    await expect(saving).rejects.toBe("stop");
    expect(await readdir(folder)).toEqual(["task-1-1.png"]);
    expect(server.requests).toHaveLength(3);
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  test("ends the wait for fresh URLs", async ({ serve, folder }) => {
    const controller = new AbortController();
    const { signal } = controller;
    const server = await serve((_, response) => response.writeHead(403).end());
    const { client } = await clientOf(serve, () => {
      controller.abort("stop");
      return new Promise<never>(() => {});
    });
    await expect(saveImages(taskOf(server, 1), folder, { signal, client })).rejects.toBe("stop");
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});

describe("what a service may name", () => {
  test("more URLs than were asked for: the surplus is not fetched", async ({ serve, folder }) => {
    const server = await serve(sendImage);
    const paths = await saveImages({ ...taskOf(server, 5), requested: 2 }, folder);
    expect(paths.map((path) => basename(path))).toEqual(["task-1-1.png", "task-1-2.png"]);
    expect(server.requests.map(({ url }) => url)).toEqual(["/1", "/2"]);
  });

  test("no image of a completed task: an error that names the task", async ({ folder }) => {
    const error = await failureOf({ taskid: "task-1", urls: [], status: "completed" }, folder);
    expect(error.message).toBe("The task is completed, but the service returned no images; task task-1");
  });

  test("thousands that cannot be fetched: a hundred are listed, and the message stays short", async ({
    folder,
  }) => {
    const urls = Array.from({ length: 5000 }, (_, index) => `ftp://images.test/${"x".repeat(300)}/${index}`);
    const error = await failureOf({ taskid: "task-1", urls }, folder);
    expect(error.failures).toHaveLength(100);
    expect(error.failures.map(({ index }) => index)).toEqual(
      Array.from({ length: 100 }, (_, index) => index),
    );
    expect(error.message).toMatch(/^Saved 0 of 5000 images; .*; and 4990 more failed; task [\w-]+$/);
    expect(error.message.length + JSON.stringify(error.failures).length).toBeLessThan(50_000);
  });

  test("private addresses: refused by the rule of the client", async ({ serve, folder }) => {
    const server = await serve(sendImage);
    const client = createClient({ apiKey: null, baseUrl: "https://api.test" });
    const error = await failureOf(taskOf(server, 1), folder, { client });
    expect(error.failures[0]?.reason).toContain("a private address is not fetched");
    expect(server.requests).toEqual([]);
  });
});

test("the client's fetch fetches the images, and is asked for fresh URLs", async ({ serve, folder }) => {
  const server = await serve(({ url }, response) =>
    url === "/1" ? response.writeHead(404).end() : response.end(imageAt(url)),
  );
  const { client } = await clientOf(serve, () => [`${server.origin}/2`]);
  const sent: string[] = [];
  const observed = createClient({
    apiKey: null,
    baseUrl: client.service,
    fetch: (url, init) => {
      sent.push(new URL(String(url)).pathname);
      return fetch(url, init);
    },
  });
  await saveImages(taskOf(server, 1), folder, { client: observed });
  expect(sent).toEqual(["/1", statusOperation.replace("POST ", ""), "/2"]);
});

describe("a name of the caller's", () => {
  test("names the files, and is encoded as task ids are", async ({ serve, folder }) => {
    const server = await serve(sendImage);
    const paths = await saveImages(taskOf(server, 2), folder, { name: "Row 1/../" });
    expect(paths.map((path) => basename(path))).toEqual(
      [1, 2].map((number) => `%52ow%201%2f%2e%2e%2f-${number}.png`),
    );
  });

  test("that has another task's image is followed by the task id", async ({ serve, folder }) => {
    const server = await serve(sendImage);
    const [first] = await saveImages(taskOf(server, 1, "task-a"), folder, { name: "fox" });
    const other = { taskid: "task-b", urls: [`${server.origin}/2`] };
    for (const _ of ["first", "again"]) {
      const [path] = await saveImages(other, folder, { name: "fox" });
      expect(basename(path!)).toBe("fox-task-b-1.png");
      expect(await readFile(path!)).toEqual(imageAt("/2"));
    }
    expect(await readFile(first!)).toEqual(imageAt("/1"));
    expect(await readdir(folder)).toHaveLength(2);
  });
});
