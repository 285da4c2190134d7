import { createHash } from "node:crypto";
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { expect, it } from "vitest";
import type { MockServer } from "../../../src/mock-server/index.js";
import { key, start, statusPath, submitPath, textPart } from "../../mock-server/wire.js";

const mebibyte = 1024 * 1024;
const block = Buffer.alloc(256 * 1024, "\r\n--");
const blocks = 512;
const blocksHash = createHash("sha256");
for (let sent = 0; sent < blocks; sent++) blocksHash.update(block);
const sha256 = blocksHash.digest("hex");

/** Sends 128 MiB between `head` and `tail`; tells the answer, and how far this process grew meanwhile. */
async function sendMuch(
  server: MockServer,
  path: string,
  type: string,
  head: string,
  tail: string,
): Promise<{ answer: unknown; growth: number }> {
  const headers = { ...key, "content-type": type };
  const request = httpRequest(server.url + path, { method: "POST", headers });
  const answered = once(request, "response");
  const before = process.memoryUsage().rss;
  let growth = 0;
  request.write(head);
  for (let sent = 0; sent < blocks; sent++) {
    if (!request.write(block)) await once(request, "drain");
    growth = Math.max(growth, process.memoryUsage().rss - before);
  }
  request.end(tail);
  const [response] = (await answered) as [AsyncIterable<Buffer>];
  let text = "";
  for await (const chunk of response) text += String(chunk);
  return { answer: JSON.parse(text), growth };
}

const form = "multipart/form-data; boundary=b";
const prompt = `--b\r\n${textPart("prompt", "a fox")}`;
const file = 'Content-Disposition: form-data; name="sourceImage"; filename="a"\r\n\r\n';

it.each([
  ["a file", submitPath, form, `${prompt}\r\n--b\r\n${file}`, "\r\n--b--\r\n", 1000],
  ["a text", submitPath, form, prompt, "\r\n--b--\r\n", 9999],
  ["the head of a part", submitPath, form, `${prompt}\r\n--b\r\nX: `, "\r\n--b--\r\n", 9999],
  ["JSON", statusPath, "application/json", '{"taskid":"', '"}', 9999],
  ["nothing that is known", submitPath, "text/plain", "", "", 9999],
])("keeps no body, however large: %s", async (_, path, type, head, tail, code) => {
  const server = await start();
  const { answer, growth } = await sendMuch(server, path, type, head, tail);
  expect(answer).toMatchObject({ code });
  expect(growth).toBeLessThan(80 * mebibyte);
  expect(server.requests[0]?.bodyBytes).toBe(head.length + blocks * block.length + tail.length);
  const files = code === 1000 ? [{ size: blocks * block.length, sha256 }] : [];
  expect(server.requests[0]?.files).toMatchObject(files);
});
