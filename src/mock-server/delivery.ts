import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import type { PlannedResponse } from "./response.js";
import type { MockFailure } from "./failure.js";

const dripsPerSecond = 20;
const junk = Buffer.alloc(16 * 1024, "junk ");

/** Sends a response the way that `failure` asks, or the failure in its place; ends early when `stop` is aborted. */
export async function deliver(
  response: ServerResponse,
  failure: MockFailure | undefined,
  planned: PlannedResponse,
  stop: AbortSignal,
): Promise<void> {
  if (!failure) return send(response, planned);
  if ("delayMs" in failure) await setTimeout(failure.delayMs, undefined, { signal: stop });
  const socket = response.socket;
  switch (failure.kind) {
    case "delay":
      return send(response, planned);
    case "response": {
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
      return send(response, { ...planned, body: Buffer.from(failure.alter(planned.body)) });
    case "junk":
      response.writeHead(failure.status ?? 200, {
        "content-type": failure.contentType ?? "application/json",
      });
      return pipeline(Readable.from(makeJunk(failure.bytes)), response, { signal: stop });
    case "drip":
      return drip(response, planned, failure.bytesPerSecond, stop);
    case "cut": {
      const sent = planned.body.subarray(0, failure.afterBytes ?? planned.body.length / 2);
      writeHead(response, planned, Math.max(planned.body.length, sent.length + 1));
      response.write(sent);
      socket?.destroySoon();
      return;
    }
    case "close":
      response.on("finish", () => socket?.destroySoon());
      return send(response, planned);
    case "reset":
    case "reset-upload":
      socket?.resetAndDestroy();
      return;
    case "hang":
      return;
    default:
      throw new Error(`unknown kind of failure "${String((failure as { kind?: unknown }).kind)}"`);
  }
}

function send(response: ServerResponse, planned: PlannedResponse): void {
  writeHead(response, planned, planned.body.length);
  response.end(planned.body);
}

function writeHead(response: ServerResponse, { status, headers }: PlannedResponse, length: number): void {
  const stated = status === 204 || status === 304 ? {} : { "content-length": String(length) };
  response.writeHead(status, { ...stated, ...headers });
}

async function drip(
  response: ServerResponse,
  planned: PlannedResponse,
  bytesPerSecond: number,
  stop: AbortSignal,
): Promise<void> {
  if (!(bytesPerSecond > 0)) throw new Error(`bytesPerSecond must be more than 0; it is ${bytesPerSecond}`);
  const perDrip = Math.ceil(bytesPerSecond / dripsPerSecond);
  const pauseMs = (1000 * perDrip) / bytesPerSecond;
  writeHead(response, planned, planned.body.length);
  response.flushHeaders();
  for (let at = 0; at < planned.body.length && !response.destroyed; at += perDrip) {
    await setTimeout(pauseMs, undefined, { signal: stop });
    response.write(planned.body.subarray(at, at + perDrip));
  }
  response.end();
}

function* makeJunk(bytes: number): Generator<Buffer> {
  for (let left = bytes; left > 0; left -= junk.length) yield junk.subarray(0, left);
}
