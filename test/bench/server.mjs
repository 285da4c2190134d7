// The service as lean as it gets, so that the client is what is measured: every body is drained, and each path has one
// answer. It prints its URL once it listens.
import { createServer } from "node:http";

const image = Buffer.alloc(10 * 2 ** 20);
image.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** How often a task is read until it is finished, by the start of its id. */
const readsUntilFinished = { poll: Infinity, wait: 3 };
const reads = new Map();

function isFinished(taskid) {
  const read = (reads.get(taskid) ?? 0) + 1;
  const isLast = read >= readsUntilFinished[taskid.slice(0, 4)];
  if (taskid.startsWith("wait")) isLast ? reads.delete(taskid) : reads.set(taskid, read);
  return isLast;
}

const success = (data) => ({ code: 1000, msg: "success", data });
const lastPart = (path) => path.slice(path.lastIndexOf("/") + 1);

/** Answers by method and beginning of the path; the first that fits is taken. */
const routes = [
  ["POST /v1/images/seedreamv5", () => success({ taskid: "task-1" })],
  [
    "POST /v1/images/infobytaskid",
    (path, body) => {
      const { taskid } = JSON.parse(body);
      const isLast = isFinished(taskid);
      const url = isLast ? [`${origin}/small.png`] : [];
      return success({ taskid, image_status: isLast ? 3 : 2, url, width: 0, height: 0 });
    },
  ],
  ["POST /openai/images/edits", () => ({ created: 1, data: [{ url: "http://127.0.0.1/1.png" }] })],
  [
    "POST /fal/storage/upload/initiate",
    (path) => ({ upload_url: `${origin}/put`, file_url: `${origin}/file` }),
  ],
  ["PUT /put/", (path) => ({ partNumber: Number(lastPart(path)), etag: "tag" })],
  ["PUT /put", () => ({})],
  ["POST /put/complete", () => ({})],
  ["POST /fal/bench/model", () => ({ request_id: "task-1", status: "IN_QUEUE" })],
  [
    "GET /fal/bench/model/requests/",
    (path) => ({ status: isFinished(path.split("/").at(-2)) ? "COMPLETED" : "IN_PROGRESS" }),
  ],
  ["POST /replicate/files", () => ({ id: "file-1", urls: { get: `${origin}/file` } })],
  ["POST /replicate/models/", () => ({ id: "task-1", status: "starting" })],
  [
    "GET /replicate/predictions/",
    (path) => ({ id: lastPart(path), status: isFinished(lastPart(path)) ? "succeeded" : "processing" }),
  ],
];

const server = createServer((request, response) => {
  const path = request.url.split("?")[0];
  const picture = { "/image.png": image, "/small.png": image.subarray(0, 2 ** 20) }[path];
  if (picture) {
    response.writeHead(200, { "Content-Type": "image/png", "Content-Length": picture.length }).end(picture);
    return;
  }
  const [, answer] = routes.find(([start]) => `${request.method} ${path}`.startsWith(start)) ?? [];
  let body = "";
  const isRead = path.endsWith("infobytaskid");
  request.on("data", (chunk) => {
    if (isRead) body += chunk;
  });
  request.on("end", () => {
    const text = JSON.stringify(answer?.(path, body) ?? { error: `no route for ${request.method} ${path}` });
    const headers = { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text) };
    response.writeHead(answer ? 200 : 404, headers).end(text);
  });
});
server.keepAliveTimeout = 600_000;
server.requestTimeout = 0;
server.listen({ port: 0, host: "127.0.0.1", backlog: 16_384 });
await new Promise((resolve) => server.once("listening", resolve));
const origin = `http://127.0.0.1:${server.address().port}`;
console.log(origin);
