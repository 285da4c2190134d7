import type { IncomingMessage } from "node:http";
import type { OpenRequest } from "./request.js";

/** Reads a body to its end, whether it is wanted or not: an answer before that would look like a broken connection. */
export async function readBody(
  message: IncomingMessage,
  request: OpenRequest,
  take: (chunk: Buffer) => void | Promise<void> = () => undefined,
): Promise<void> {
  for await (const chunk of message as AsyncIterable<Buffer>) {
    request.bodyBytes += chunk.length;
    await take(chunk);
  }
}
