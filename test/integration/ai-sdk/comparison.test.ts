// How many submits a service gets from one generateImage, of this provider and of two others: the table in the README.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createFal } from "@ai-sdk/fal";
import { createReplicate } from "@ai-sdk/replicate";
import { generateImage } from "ai";
import type { ImageModel } from "ai";
import { expect, onTestFinished, test } from "vitest";
import { createTensorsLab } from "tensorslab-images/ai-sdk";
import { startMockServer } from "tensorslab-images/mock-server";
import type { MockFailure } from "tensorslab-images/mock-server";
import { root } from "../support/places.js";

/** A service as two of the providers know theirs: each POST is a submit, each GET an image. */
async function startService(failSubmit: Respond | undefined, failImage: Respond | undefined) {
  let submits = 0;
  const server = createServer((request, response) => {
    request.resume();
    request.on("end", () => {
      const isSubmit = request.method === "POST";
      if (isSubmit) submits++;
      const fail = isSubmit ? failSubmit : failImage;
      if (fail) return fail(response);
      const { port } = server.address() as AddressInfo;
      const url = `http://127.0.0.1:${port}/fox.png`;
      response.setHeader("content-type", "application/json");
      response.end(
        JSON.stringify({
          id: "1",
          status: "succeeded",
          output: [url],
          images: [{ url }],
          urls: { get: url },
        }),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close().closeAllConnections());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, submits: () => submits };
}

type Respond = (response: ServerResponse) => void;

const respond =
  (status: number, body: string): Respond =>
  (response) =>
    void response.writeHead(status, { "content-type": "text/html" }).end(body);

interface Mishap {
  name: string;
  submit?: [Respond, MockFailure];
  image?: [Respond, MockFailure];
}

const html = "<h1>Bad Gateway</h1>";
const mishaps: Mishap[] = [
  {
    name: "the submit is carried out, and the response is HTTP 502",
    submit: [respond(502, html), { kind: "response", status: 502, body: html, charged: true }],
  },
  {
    name: "the submit is carried out, and the connection breaks",
    submit: [(response) => void response.destroy(), { kind: "reset", charged: true }],
  },
  {
    name: "the submit is carried out, and the response is a page",
    submit: [respond(200, html), { kind: "response", body: html, charged: true }],
  },
  {
    name: "the images are there, and their server responds with HTTP 503",
    image: [respond(503, html), { kind: "response", status: 503 }],
  },
];

/** Number of submits that arrive from one generateImage, with the SDK's own retries. */
async function submitsWith(provider: string, { submit, image }: Mishap): Promise<number> {
  if (provider === "tensorslab-images/ai-sdk") {
    const server = await startMockServer({
      taskDurationMs: 0,
      fail: ({ role }) => (role === "submit" ? submit?.[1] : role === "result" ? image?.[1] : undefined),
    });
    onTestFinished(() => server.close());
    await generate(createTensorsLab({ apiKey: "key", baseURL: server.url }).image("seedreamv5"));
    return server.requests.filter(({ role }) => role === "submit").length;
  }
  const service = await startService(submit?.[0], image?.[0]);
  const settings = { baseURL: service.url };
  const models: Record<string, () => ImageModel> = {
    "@ai-sdk/replicate": () =>
      createReplicate({ ...settings, apiToken: "key" }).image("black-forest-labs/flux-dev"),
    "@ai-sdk/fal": () => createFal({ ...settings, apiKey: "key" }).image("fal-ai/flux/dev"),
  };
  await generate(models[provider]!());
  return service.submits();
}

const generate = (model: ImageModel) =>
  generateImage({ model, prompt: "a red fox" }).then(
    () => expect.unreachable("it should have failed"),
    () => undefined,
  );

const providers = ["tensorslab-images/ai-sdk", "@ai-sdk/replicate", "@ai-sdk/fal"];

test("the table in the README is what is measured here", async () => {
  const counts = await Promise.all(
    mishaps.map(({ name, ...mishap }) =>
      Promise.all(providers.map((provider) => submitsWith(provider, { name, ...mishap }))),
    ),
  );
  console.log(mishaps.map(({ name }, index) => `${name}: ${counts[index]!.join(", ")}`).join("\n"));
  const readme = await readFile(join(root, "src/ai-sdk/README.md"), "utf8");
  const rows = readme.matchAll(/^\| ([^|]+?) +\| (\d) +\| (\d) +\| (\d) +\|$/gm);
  const table = Object.fromEntries([...rows].map(([, name, ...cells]) => [name, cells.map(Number)]));
  expect(table).toEqual(Object.fromEntries(mishaps.map(({ name }, index) => [name, counts[index]])));
});
