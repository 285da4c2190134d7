import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import type { Answer } from "./answer.js";
import type { MockFailure } from "./failure.js";
import type { OpenRequest } from "./request.js";

const dripsPerSecond = 20;
const junk = Buffer.alloc(16 * 1024, "junk ");

/** Sends an answer the way that `failure` says, or the failure in its place; ends early when `stop` is aborted. */
export async function deliver(
  response: ServerResponse,
  failure: MockFailure | undefined,
  answer: Answer,
  stop: AbortSignal,
): Promise<void> {
  if (!failure) return send(response, answer);
  if ("delayMs" in failure) await setTimeout(failure.delayMs, undefined, { signal: stop });
  const socket = response.socket;
  switch (failure.kind) {
    case "delay":
      return send(response, answer);
    case "answer": {
      const { status = 200, headers, gzip, body = "" } = failure;
      const content = gzip ? gzipSync(body) : Buffer.from(body);
      const encoding: Record<string, string> = gzip ? { "content-encoding": "gzip" } : {};
      return send(response, {
        status,
        headers: { "content-type": "application/json", ...encoding, ...headers },
        body: content,
      });
    }
    case "redirect":
      return send(response, {
        status: failure.status ?? 307,
        headers: { location: failure.location },
        body: Buffer.alloc(0),
      });
    case "alter":
      return send(response, { ...answer, body: Buffer.from(failure.alter(answer.body)) });
    case "junk":
      response.writeHead(failure.status ?? 200, {
        "content-type": failure.contentType ?? "application/json",
      });
      return pipeline(Readable.from(makeJunk(failure.bytes)), response, { signal: stop });
    case "drip":
      return drip(response, answer, failure.bytesPerSecond, stop);
    case "cut": {
      const sent = answer.body.subarray(0, failure.afterBytes ?? answer.body.length / 2);
      writeHead(response, answer, Math.max(answer.body.length, sent.length + 1));
      response.write(sent);
      socket?.destroySoon();
      return;
    }
    case "close":
      response.on("finish", () => socket?.destroySoon());
      return send(response, answer);
    case "reset":
    case "reset-upload":
      socket?.resetAndDestroy();
      return;
    case "hang":
      return;
    default:
      throw new Error(`there is no failure of the kind "${String((failure as { kind?: unknown }).kind)}"`);
  }
}

/** Reads a body up to the byte at which its upload is to be reset, or to its end. */
export async function readUntilReset(
  message: IncomingMessage,
  request: OpenRequest,
  { afterBytes = 0 }: { afterBytes?: number },
): Promise<void> {
  if (afterBytes === 0) return;
  // Not `for await`: leaving that early would close the connection in its own way.
  await new Promise<void>((resolve, reject) => {
    message.on("data", (chunk: Buffer) => {
      request.bodyBytes += chunk.length;
      if (request.bodyBytes >= afterBytes) resolve();
    });
    message.on("end", resolve);
    message.on("error", reject);
  });
  message.pause();
}

function send(response: ServerResponse, answer: Answer): void {
  writeHead(response, answer, answer.body.length);
  response.end(answer.body);
}

function writeHead(response: ServerResponse, { status, headers }: Answer, length: number): void {
  const stated = status === 204 || status === 304 ? {} : { "content-length": String(length) };
  response.writeHead(status, { ...stated, ...headers });
}

async function drip(
  response: ServerResponse,
  answer: Answer,
  bytesPerSecond: number,
  stop: AbortSignal,
): Promise<void> {
  if (!(bytesPerSecond > 0)) throw new Error(`bytesPerSecond must be more than 0; it is ${bytesPerSecond}`);
  const perDrip = Math.ceil(bytesPerSecond / dripsPerSecond);
  const pauseMs = (1000 * perDrip) / bytesPerSecond;
  writeHead(response, answer, answer.body.length);
  response.flushHeaders();
  for (let at = 0; at < answer.body.length && !response.destroyed; at += perDrip) {
    await setTimeout(pauseMs, undefined, { signal: stop });
    response.write(answer.body.subarray(at, at + perDrip));
  }
  response.end();
}

function* makeJunk(bytes: number): Generator<Buffer> {
  for (let left = bytes; left > 0; left -= junk.length) yield junk.subarray(0, left);
}
