import { request as send } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { keyHeader } from "../document.js";

/** Headers that are passed on; a browser adds many that no program would send. */
const passedOn = ["content-type", "content-length", ...(keyHeader === undefined ? [] : [keyHeader])];

/**
 * Sends a request from the page to the API, as a program would: over its port, with its own headers alone.
 *
 * The page cannot always reach the API itself, such as from outside of a container. The response is shown as text and
 * never as a page: it has the origin of the page that can control the server.
 */
export function tryRequest(
  message: IncomingMessage,
  response: ServerResponse,
  apiUrl: string,
  path: string,
  signal: AbortSignal,
): void {
  const headers = Object.fromEntries(
    passedOn.flatMap((name) => (message.headers[name] === undefined ? [] : [[name, message.headers[name]]])),
  );
  const upstream = send(
    new URL(apiUrl),
    { method: message.method, path, headers, signal, agent: false },
    (reply) => {
      response.writeHead(200, {
        "content-type": "text/plain; charset=utf-8",
        "x-response-status": String(reply.statusCode),
        "x-response-type": String(reply.headers["content-type"] ?? ""),
      });
      reply.on("error", () => response.destroy());
      reply.pipe(response);
    },
  );
  upstream.on("error", () => {
    if (response.headersSent) response.destroy();
    else
      response
        .writeHead(502, { "content-type": "text/plain" })
        .end("The connection ended without a response.");
  });
  response.on("close", () => upstream.destroy());
  message.pipe(upstream);
}
