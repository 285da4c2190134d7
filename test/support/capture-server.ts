import { createServer } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as its bytes arrived. */
export interface CapturedRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer<ArrayBuffer>;
}

/** The response; JSON, unless the body is text already. */
export interface CannedAnswer {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
}

export interface CaptureServer {
  url: string;
  requests: CapturedRequest[];
  /** Number of connections that were opened, whether or not a request came over them. */
  connections(): number;
  close(): Promise<void>;
}

/** An answer as the service gives it to a submit that it takes. */
export const accepted = { code: 1000, msg: "success", data: { taskid: "task-1" } };

/** A server on a real socket that keeps every byte of every request and knows nothing of the API. */
export async function startCaptureServer(
  answer: (request: CapturedRequest, ordinal: number) => CannedAnswer = () => ({ body: accepted }),
): Promise<CaptureServer> {
  const requests: CapturedRequest[] = [];
  let connections = 0;
  const server = createServer((message, response) => {
    const chunks: Buffer[] = [];
    message.on("data", (chunk: Buffer) => chunks.push(chunk));
    message.on("end", () => {
      const { method = "", url: path = "", headers } = message;
      const request = { method, path, headers, body: Buffer.concat(chunks) };
      const { status = 200, headers: extra, body = "" } = answer(request, requests.push(request));
      response.writeHead(status, { "content-type": "application/json", ...extra });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    });
  });
  server.on("connection", () => connections++);
  server.keepAliveTimeout = 0; // on a busy machine a connection is idle for long, and closing it would meet a request
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    connections: () => connections,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
