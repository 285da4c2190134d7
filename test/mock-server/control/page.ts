import { request } from "node:http";
import { start } from "../wire.js";
import type { MockServer, MockServerOptions } from "../../../src/mock-server/index.js";

/** A server with a page, and a way to ask its control API. */
export async function startWithPage(options: MockServerOptions = {}) {
  const server = await start({ imageSize: 32, page: true, ...options });
  return { server, ask: askOf(server) };
}

export interface Reply {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
  json: any;
}

/** Asks with any method, headers and body, also those that fetch does not send. */
const askOf =
  ({ pageUrl }: MockServer) =>
  (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const type: Record<string, string> = body === undefined ? {} : { "content-type": "application/json" };
      const url = new URL(pageUrl!);
      const sent = request(
        { host: url.hostname, port: url.port, path, method, headers: { ...type, ...headers } },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("end", () => {
            const content = Buffer.concat(chunks);
            const isJson = response.headers["content-type"] === "application/json";
            resolve({
              status: response.statusCode!,
              headers: response.headers as Record<string, string>,
              body: content,
              json: isJson && content.length > 0 ? JSON.parse(content.toString()) : undefined,
            });
          });
          response.on("error", reject);
        },
      );
      sent.on("error", reject);
      sent.end(body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body));
    });
