import { createReadStream } from "node:fs";
import OpenAI from "openai";

export function createPeer(baseUrl, apiKey) {
  const client = new OpenAI({ apiKey, baseURL: `${baseUrl}/openai` });
  return {
    submit: ({ prompt, category, batchsize, resolution }, image) =>
      client.images.edit({
        prompt,
        model: category,
        n: batchsize,
        size: resolution,
        ...(image && { image }),
      }),
    fileFromPath: (path) => createReadStream(path),
  };
}
