import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test as base } from "vitest";

export type Handler = (request: IncomingMessage, response: ServerResponse, number: number) => void;

export interface ImageServer {
  /** Without a slash at the end. */
  origin: string;
  /** Every request so far. */
  requests: IncomingMessage[];
  /** Settles once the body of the first answer went out or was given up; the value is whether it went out. */
  firstAnswerEnded: Promise<boolean>;
}

/** Starts a server of its own for a test; `number` counts the requests from 1. */
export type Serve = (handler: Handler) => Promise<ImageServer>;

/** Tests with servers on real sockets and a folder on disk, which are gone afterwards. */
export const test = base.extend<{ serve: Serve; folder: string }>({
  serve: async ({ task: _ }, use) => {
    const stops: (() => unknown)[] = [];
    await use(async (handler) => {
      const requests: IncomingMessage[] = [];
      let answerEnded = (_whole: boolean) => {};
      const firstAnswerEnded = new Promise<boolean>((resolve) => (answerEnded = resolve));
      const server = createServer((request, response) => {
        requests.push(request);
        response.once("close", () => answerEnded(response.writableFinished));
        handler(request, response, requests.length);
      });
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      stops.push(() => {
        server.closeAllConnections();
        server.close();
      });
      const { port } = server.address() as AddressInfo;
      return { origin: `http://127.0.0.1:${port}`, requests, firstAnswerEnded };
    });
    for (const stop of stops) stop();
  },
  folder: async ({ task: _ }, use) => {
    const folder = await mkdtemp(join(tmpdir(), "tensorslab-images-"));
    await use(folder);
    await rm(folder, { recursive: true });
  },
});

/** Bytes that begin like a PNG; the seed tells one image from another. */
export function png(length = 1000, seed = 1): Buffer<ArrayBuffer> {
  const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
  return Buffer.from(Uint8Array.from({ length }, (_, index) => signature[index] ?? seed));
}

/** Announces the whole image and sends the first half of it. */
export function sendHalf(response: ServerResponse, image: Buffer): void {
  response.writeHead(200, { "content-length": image.length });
  response.write(image.subarray(0, image.length / 2), () => response.destroy());
}
