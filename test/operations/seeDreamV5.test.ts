import { expect, onTestFinished, test } from "vitest";
import { createClient } from "../../src/index.js";
import type { Client, ClientOptions } from "../../src/index.js";
import { startCaptureServer } from "../support/capture-server.js";
import type { CannedAnswer, CaptureServer } from "../support/capture-server.js";
import { readForm } from "../support/form.js";

async function start(
  answer: CannedAnswer,
  options: ClientOptions = {},
): Promise<{ server: CaptureServer; client: Client }> {
  const server = await startCaptureServer(() => answer);
  onTestFinished(() => server.close());
  return { server, client: createClient({ apiKey: "key-1", baseUrl: server.url, ...options }) };
}

const data = { taskid: "3fd1", category: "seedreamv5" };

test("a submit is one POST with the key and a form", async () => {
  const { server, client } = await start({ body: { code: 1000, msg: "success", data } });
  const submission = await client.submit("seedreamv5", { prompt: "a red fox", batchsize: 3 });

  expect(submission).toEqual({ taskid: "3fd1", urls: [], requested: 3, raw: data });
  expect(server.requests).toHaveLength(1);
  const [request] = server.requests;
  expect(request).toMatchObject({ method: "POST", path: "/v1/images/seedreamv5" });
  expect(request?.headers.authorization).toBe("Bearer key-1");
  expect(request?.headers["content-type"]).toMatch(/^multipart\/form-data; boundary=/);
  expect(await readForm(request!)).toEqual([
    { name: "prompt", text: "a red fox" },
    { name: "batchsize", text: "3" },
  ]);
});

test("a submit that was finished at once has its image's URL", async () => {
  const url = "https://results.example.com/fox.png";
  const { client } = await start({ body: { code: 1000, msg: "success", data: { taskid: "3fd1", url } } });
  expect(await client.submit("seedreamv5", { prompt: "a red fox" })).toMatchObject({ urls: [url] });
});

test("the bare key is sent if asked for", async () => {
  const { server, client } = await start({ body: { code: 1000, msg: "ok", data } }, { authScheme: "raw" });
  await client.submit("seedreamv5", { prompt: "a red fox" });
  expect(server.requests[0]?.headers.authorization).toBe("key-1");
});

test.each([
  [{ code: 9000, msg: "no credits left" }, "INSUFFICIENT_CREDITS"],
  [{ code: 9999, msg: "the prompt is not allowed" }, "SERVICE"],
])("a refusal at HTTP 200 is an error with the service's words: %o", async (body, code) => {
  const { server, client } = await start({ body });
  await expect(client.submit("seedreamv5", { prompt: "a red fox" })).rejects.toMatchObject({
    code,
    outcome: "rejected",
    httpStatus: 200,
    serviceCode: body.code,
    serviceMessage: body.msg,
  });
  expect(server.requests).toHaveLength(1);
});

test("the raw client sends the same form and gives the answer as it is", async () => {
  const { server, client } = await start({ body: { code: 9999, msg: "refused" } });
  const answer = await client.api.POST("/v1/images/seedreamv5", { body: { prompt: "a red fox" } });
  expect(answer.data).toEqual({ code: 9999, msg: "refused" });
  expect(answer.response.status).toBe(200);
  expect(await readForm(server.requests[0]!)).toEqual([{ name: "prompt", text: "a red fox" }]);
});
