import { createClient, downloadImage } from "../../../src/index.js";
import type { MockServer } from "../../../src/mock-server/index.js";

export const apiKey = "sk-a-secret-key-of-a-client";

/** A program's day: images made and downloaded, a file sent, and everything that can go wrong. */
export async function runSession(server: MockServer): Promise<void> {
  const client = createClient({ apiKey, baseUrl: server.url, submitRetries: 0, allowPrivateResults: true });
  const first = await client.generate("seedreamv5", {
    prompt: "a red fox in fresh snow, golden hour, wide angle",
    batchsize: 3,
    resolution: "16:9",
  });
  const picture = await downloadImage(first.urls[0]!, { allowPrivateResults: true });
  await client.generate("seedreamv5", {
    prompt: "the same fox at night",
    sourceImage: [
      new File([picture], "snow-field.png", { type: "image/png" }),
      new File(["no picture"], "notes.txt"),
    ],
  });
  const ignore = () => undefined;
  await client.generate("seedreamv5", { prompt: "a lighthouse in a storm [mock:task-failed]" }).catch(ignore);
  await client.submit("seedreamv5", { prompt: "an owl [mock:reset]" }).catch(ignore);
  await client.submit("seedreamv5", { prompt: "a heron [mock:insufficient-credits]" }).catch(ignore);
  const form = new FormData();
  for (const [name, value] of Object.entries({ prompt: "", batchsize: "99", resolutoin: "2K" }))
    form.append(name, value);
  const headers = { authorization: `Bearer ${apiKey}` };
  await fetch(`${server.url}/v1/images/seedreamv5`, { method: "POST", headers, body: form });
  await client.generate("seedreamv5", { prompt: "a banana", resolution: "banana" });
}
