import { describe, expect, it } from "vitest";
import { readPng } from "./png.js";
import { exchange, key, makeImages, readTask, start, submit } from "./wire.js";

async function download(url: string): Promise<Buffer> {
  const response = await fetch(url);
  expect([response.status, response.headers.get("content-type")]).toEqual([200, "image/png"]);
  const bytes = Buffer.from(await response.arrayBuffer());
  expect(response.headers.get("content-length")).toBe(String(bytes.length));
  return bytes;
}

describe("images", () => {
  it("are on another origin, one for each that was asked for, and all different", async () => {
    const server = await start();
    const urls = await makeImages(server, { prompt: "a fox", batchsize: "3", resolution: "64x48" });
    urls.push(...(await makeImages(server, { prompt: "a fox", resolution: "64x48" })));
    urls.push(...(await makeImages(server, { prompt: "an owl", resolution: "64x48" })));
    for (const url of urls) expect(new URL(url).origin).toBe(server.resultsUrl);
    expect(server.resultsUrl).not.toBe(server.url);
    const images = await Promise.all(urls.map(download));
    expect(new Set(images.map(String)).size).toBe(5);
    for (const image of images) expect(readPng(image)).toMatchObject({ width: 64, height: 48 });
  });

  it("are the same at every download and in every run", async () => {
    const images: Buffer[] = [];
    for (const server of [await start(), await start()]) {
      const [url = ""] = await makeImages(server, { prompt: "a fox", resolution: "50x30" });
      images.push(await download(url), await download(url));
    }
    for (const image of images) expect(image.equals(images[0] as Buffer)).toBe(true);
  });

  it("are named apart in every run, for files are named after the task", async () => {
    const ids = await Promise.all(
      [await start(), await start()].map(
        async (server) => (await submit(server, { prompt: "a fox" })).data?.taskid,
      ),
    );
    expect(new Set(ids).size).toBe(2);
  });

  it.each([
    ["2K", 2048, 2048],
    [undefined, 2048, 2048],
    ["huge", 2048, 2048],
    ["0x100", 2048, 2048],
    ["1k", 1024, 1024],
    ["1024*768", 1024, 768],
    ["640X480", 640, 480],
    ["1:1", 2048, 2048],
    ["9:16", 1536, 2731],
    ["1x1", 1, 1],
    ["1x3000", 1, 3000],
    ["900000x1", 8192, 1],
  ])("have the size that was asked for: %s", async (resolution, width, height) => {
    const server = await start();
    const { data } = await submit(server, { prompt: "a fox", ...(resolution && { resolution }) });
    const task = (await readTask(server, data?.taskid)).data;
    expect(task).toMatchObject({ width, height });
    expect(readPng(await download(task?.url?.[0] ?? ""))).toMatchObject({ width, height });
  });

  it.each([
    ["4K", 4096, 4096],
    ["3840x2160", 3840, 2160],
    ["8K", 4096, 4096],
    ["999999x999999", 4096, 4096],
    ["1:999999", 1, 8192],
  ])("are never larger than can be drawn in passing: %s", async (resolution, width, height) => {
    const server = await start();
    const { data } = await submit(server, { prompt: "a fox", resolution });
    const task = (await readTask(server, data?.taskid)).data;
    expect(task).toMatchObject({ width, height });
  });

  it("are pictures of many shades and small files", async () => {
    const server = await start();
    const [url = ""] = await makeImages(server, { prompt: "a fox", resolution: "2K" });
    const bytes = await download(url);
    expect(bytes.length).toBeLessThan(1_000_000);
    const { pixels, colors } = readPng(bytes);
    const used = new Set(pixels);
    expect(used.size).toBeGreaterThan(100);
    expect(Math.max(...used)).toBeLessThan(colors);
  });
});

describe("a result's URL", () => {
  it("refuses requests that carry the key", async () => {
    const server = await start();
    const [url = ""] = await makeImages(server, { prompt: "a fox", resolution: "9x9" });
    expect((await fetch(url, { headers: key })).status).toBe(403);
    expect(server.requests.at(-1)).toMatchObject({ server: "results", role: "result", operation: undefined });
  });

  it("is needed as it is, query included", async () => {
    const server = await start();
    const [url = ""] = await makeImages(server, { prompt: "a fox", resolution: "9x9" });
    for (const wrong of [url.replace(/\?.*/, ""), url.replace("0.png", "1.png"), `${url}0`]) {
      expect((await fetch(wrong)).status).toBe(403);
    }
    expect((await fetch(url, { method: "DELETE" })).status).toBe(405);
    const head = await fetch(url, { method: "HEAD" });
    expect(Number(head.headers.get("content-length"))).toBe((await download(url)).length);
  });

  it("belongs to the server that gave it out", async () => {
    const [one, other] = [await start(), await start()];
    const [url = ""] = await makeImages(one, { prompt: "a fox", resolution: "9x9" });
    expect((await fetch(url.replace(one.resultsUrl, other.resultsUrl))).status).toBe(403);
  });

  it("expires if it is to, and another read of the task gives a fresh one", async () => {
    let time = 1000;
    const server = await start({ urlLifetimeMs: 500, now: () => time });
    const { data } = await submit(server, { prompt: "a fox", resolution: "9x9" });
    const statusAt = async (when: number, url: string): Promise<number> => {
      time = when;
      return (await fetch(url)).status;
    };
    const [url = ""] = (await readTask(server, data?.taskid)).data?.url ?? [];
    expect(await statusAt(1499, url)).toBe(200);
    expect(await statusAt(1500, url)).toBe(403);
    const later = url.replace("expires=1500", "expires=9999");
    expect(await statusAt(1500, later)).toBe(403);
    const [fresh = ""] = (await readTask(server, data?.taskid)).data?.url ?? [];
    expect(await statusAt(1999, fresh)).toBe(200);
  });

  it("is drawn no further once the server closes", async () => {
    const server = await start();
    const [url = ""] = await makeImages(server, { prompt: "a fox", resolution: "4K" });
    const target = url.slice(server.resultsUrl.length);
    const download = exchange(server.resultsUrl, `GET ${target} HTTP/1.1\r\nHost: mock\r\n\r\n`);
    await expect.poll(() => server.requests.at(-1)?.role).toBe("result");
    await server.close();
    expect(await download).toMatchObject({ head: "" });
  });
});
