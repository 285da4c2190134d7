import { PNG } from "pngjs";
import { createClient, downloadImage } from "../../src/index.js";
import { startMockServer } from "../../src/mock-server/index.js";

const prompts = ["mountains in autumn", "a valley before rain", "the first day of spring", "a forest in fog"];
const width = 256;
const height = 160;
const gap = 12;

/** Makes images on the mock server, and puts them in a row in one PNG file. */
export async function drawRow(): Promise<Buffer> {
  const server = await startMockServer({ taskDurationMs: 0 });
  const client = createClient({ apiKey: "any", baseUrl: server.url });
  try {
    const row = new PNG({ width: prompts.length * (width + gap) - gap, height, fill: true });
    for (const [index, prompt] of prompts.entries()) {
      const { urls } = await client.generate("seedreamv5", { prompt, resolution: `${width}x${height}` });
      const image = await downloadImage(urls[0]!);
      const picture = PNG.sync.read(Buffer.from(await image.arrayBuffer()));
      PNG.bitblt(picture, row, 0, 0, width, height, index * (width + gap), 0);
    }
    return PNG.sync.write(row, { deflateLevel: 9 });
  } finally {
    await server.close();
  }
}
