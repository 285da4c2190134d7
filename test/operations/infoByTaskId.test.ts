import { expect, onTestFinished, test } from "vitest";
import { createClient } from "../../src/index.js";
import type { Client } from "../../src/index.js";
import { startCaptureServer } from "../support/capture-server.js";
import type { CannedAnswer, CaptureServer } from "../support/capture-server.js";

async function start(answer: CannedAnswer): Promise<{ server: CaptureServer; client: Client }> {
  const server = await startCaptureServer(() => answer);
  onTestFinished(() => server.close());
  return { server, client: createClient({ apiKey: "key-1", baseUrl: server.url, statusRetries: 0 }) };
}

const url = "https://results.example.com/fox.png";
const completed = {
  taskid: "3fd1",
  image_status: 3,
  url: [url],
  width: 2048,
  height: 1152,
  starttime: "2026-11-22 10:20:30",
};

test("a read is one POST with the key and the task's id as JSON", async () => {
  const { server, client } = await start({ body: { code: 1000, msg: "success", data: completed } });
  const task = await client.status("3fd1");

  expect(task).toEqual({
    taskid: "3fd1",
    status: "completed",
    urls: [url],
    width: 2048,
    height: 1152,
    raw: completed,
  });
  expect(server.requests).toHaveLength(1);
  const [request] = server.requests;
  expect(request).toMatchObject({ method: "POST", path: "/v1/images/infobytaskid" });
  expect(request?.headers).toMatchObject({
    authorization: "Bearer key-1",
    "content-type": "application/json",
    "content-length": String(request?.body.length),
  });
  expect(JSON.parse(String(request?.body))).toEqual({ taskid: "3fd1" });
});

test.each([
  [1, "queued"],
  [2, "processing"],
  [3, "completed"],
  [4, "failed"],
  ["1", "queued"],
  ["3", "completed"],
  [5, "unknown"],
  ["archived", "unknown"],
  ["constructor", "unknown"],
])("image_status %o is %s, and the raw value is kept", async (image_status, status) => {
  const data = { taskid: "3fd1", image_status };
  const { client } = await start({ body: { code: 1000, msg: "success", data } });
  const task = await client.status("3fd1");
  expect(task).toMatchObject({ status, urls: [] });
  expect(String((task.raw as typeof data).image_status)).toBe(String(image_status));
});

test.each([
  ["a list", [url, url], [url, url]],
  ["a single text", url, [url]],
  ["an empty text", "", []],
  ["null", null, []],
  ["nothing", undefined, []],
])("the images' URLs may come as %s", async (_, sent, urls) => {
  const data = { taskid: "3fd1", image_status: 3, url: sent };
  const { client } = await start({ body: { code: 1000, msg: "success", data } });
  expect(await client.status("3fd1")).toMatchObject({ urls });
});

test("sizes sent as text are numbers", async () => {
  const data = { ...completed, width: "2048", height: "1152" };
  const { client } = await start({ body: { code: 1000, msg: "success", data } });
  expect(await client.status("3fd1")).toMatchObject({ width: 2048, height: 1152 });
});

test("a task that the service does not know is an error that names it", async () => {
  const { client } = await start({ body: { code: 9999, msg: "no such task" } });
  await expect(client.status("3fd1")).rejects.toMatchObject({
    code: "SERVICE",
    taskid: "3fd1",
    serviceMessage: "no such task",
  });
});

test.each([[""], [undefined], [17]])("the task id %o is refused before anything is sent", async (taskid) => {
  const { server, client } = await start({});
  await expect(client.status(taskid as string)).rejects.toMatchObject({ code: "INVALID_INPUT" });
  expect(server.connections()).toBe(0);
});

test("the raw client gives the answer as it is", async () => {
  const body = { code: 1000, msg: "success", data: { ...completed, image_status: "3" } };
  const { client } = await start({ body });
  const answer = await client.api.POST("/v1/images/infobytaskid", { body: { taskid: "3fd1" } });
  expect(answer.data).toEqual(body);
});
