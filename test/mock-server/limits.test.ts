import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { readPng } from "./png.js";
import { makeImages, readTask, start, submit } from "./wire.js";

const download = async (url: string | undefined) => Buffer.from(await (await fetch(url!)).arrayBuffer());
const hash = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

describe("small images", () => {
  it("have the shape that was asked for, and the task says their size", async () => {
    const server = await start({ imageSize: 48 });
    const { data } = await submit(server, { prompt: "a fox", resolution: "16:9" });
    const task = await readTask(server, data?.taskid);
    expect(task.data).toMatchObject({ width: 48, height: 27 });
    expect(readPng(await download(task.data?.url?.[0]))).toMatchObject({ width: 48, height: 27 });
    expect(server.requests[0]?.warnings).toEqual([]);
  });
});

describe("a seed", () => {
  const picture = async (seed: number | undefined, prompt: string, before = 0) => {
    const server = await start({ imageSize: 32, seed });
    for (let task = 0; task < before; task++) await submit(server, { prompt: "another" });
    return hash(await download((await makeImages(server, { prompt }))[0]));
  };

  it("gives the same picture for the same prompt, whatever was made before", async () => {
    expect(await picture(7, "a fox", 3)).toBe(await picture(7, "a fox"));
    expect(await picture(8, "a fox")).not.toBe(await picture(7, "a fox"));
    expect(await picture(7, "a hare")).not.toBe(await picture(7, "a fox"));
  });

  it("is none if none is given: each task has another picture", async () => {
    expect(await picture(undefined, "a fox", 1)).not.toBe(await picture(undefined, "a fox"));
  });
});

describe("what is remembered", () => {
  it("is everything, unless told otherwise", async () => {
    const server = await start();
    for (let count = 0; count < 30; count++) await submit(server, { prompt: "a fox" });
    expect([server.requests.length, server.ledger.length]).toEqual([30, 30]);
  });

  it("is the newest requests, tasks and charges, which are counted on", async () => {
    const server = await start({ keep: { requests: 3 } });
    const tasks = [];
    for (let count = 0; count < 5; count++) tasks.push(await submit(server, { prompt: `fox ${count}` }));
    expect(server.requests.map(({ ordinal, fields }) => [ordinal, fields.prompt])).toEqual([
      [3, "fox 2"],
      [4, "fox 3"],
      [5, "fox 4"],
    ]);
    expect(server.ledger.map(({ taskid }) => taskid)).toEqual(tasks.slice(2).map(({ data }) => data?.taskid));
    expect(await readTask(server, tasks[1]?.data?.taskid)).toMatchObject({ code: 9999 });
    expect(await readTask(server, tasks[2]?.data?.taskid)).toMatchObject({ code: 1000 });
  });

  it("is bounded in bytes as well", async () => {
    const server = await start({ keep: { megabytes: 1 } });
    const prompt = "x".repeat(300_000);
    for (let count = 0; count < 6; count++) await submit(server, { prompt });
    expect(server.requests.map(({ ordinal }) => ordinal)).toEqual([4, 5, 6]);
    expect(server.ledger).toHaveLength(3);
  });
});

it("warns of a size that it cannot read, and makes the images", async () => {
  const server = await start({ imageSize: 16 });
  expect(await submit(server, { prompt: "a fox", resolution: "banana" })).toMatchObject({ code: 1000 });
  expect(await submit(server, { prompt: "a fox", resolution: "1:1" })).toMatchObject({ code: 1000 });
  expect(server.requests.map(({ warnings }) => warnings)).toEqual([
    ['resolution "banana" is not a level (2K), a ratio (16:9) or WxH (2560x1440); it is read as 2048 × 2048'],
    [],
  ]);
});
