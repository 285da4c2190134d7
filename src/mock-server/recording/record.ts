import { appendFileSync, openSync } from "node:fs";
import { fields as names, keyHeader, operations, server as documented } from "../document.js";
import { readInput } from "../input/index.js";
import type { MockRequest } from "../request.js";
import { plainResponse } from "../response.js";
import { fingerprintOf, resultsPlaceholder } from "./session.js";
import type { Line, RecordedExchange } from "./session.js";
import { createSessionSites, respondAs } from "./sites.js";
import type { SessionSites } from "./sites.js";

/** Headers of the service that matter to a client; others may hold cookies and the like. */
const keptHeaders = ["content-type", "retry-after"];

/**
 * Passes every operation of the document on to the real service, with the client's own key, and records what it responds.
 *
 * The key goes to the service and is never written. Images are fetched from where the service says they are, without the
 * key, when the client downloads them.
 */
export function createRecording(
  { file, baseUrl }: { file: string; baseUrl?: string | undefined },
  resultsUrl: () => string,
  stop: AbortSignal,
): SessionSites {
  const service = new URL(baseUrl ?? documented ?? "");
  const descriptor = openSync(file, "wx"); // it overwrites no other file
  const keys = new Set<string>();
  const bodies = new WeakMap<MockRequest, Buffer[]>();
  const images: { path: string; url: string; isRecorded: boolean }[] = [];
  const write = (line: Line): void => appendFileSync(descriptor, `${JSON.stringify(redact(line, keys))}\n`);
  write({ kind: "session", version: 1, service: service.origin });

  /** Puts the address of an image here in the place of that of the service. */
  function placeholderOf(url: string): string {
    // A service that is reached by https names no image that is not.
    if (!URL.canParse(url) || !["https:", service.protocol].includes(new URL(url).protocol)) return url;
    const path = url.split("?", 1)[0]!; // a fresh signature stands for the same image
    const known = images.findIndex((image) => image.path === path);
    const index = known < 0 ? images.push({ path, url, isRecorded: false }) - 1 : known;
    images[index]!.url = url;
    return `${resultsPlaceholder}/recorded/${index}`;
  }

  async function passOn(request: MockRequest): Promise<RecordedExchange["response"]> {
    const url = new URL(`${service.origin}${service.pathname.replace(/\/$/, "")}${request.path}`);
    const sent = [keyHeader, "content-type", "accept"].flatMap((name) => {
      const value = name === undefined ? undefined : request.headers[name];
      return value === undefined ? [] : [[name!, String(value)] as [string, string]];
    });
    const { method } = request;
    const body = Buffer.concat(bodies.get(request) ?? []);
    const reply = await fetch(url, {
      method,
      headers: sent,
      redirect: "manual",
      signal: stop,
      ...(method === "GET" || method === "HEAD" ? {} : { body }),
    });
    const headers = Object.fromEntries(
      keptHeaders.flatMap((name) => (reply.headers.has(name) ? [[name, reply.headers.get(name)!]] : [])),
    );
    return { status: reply.status, headers, body: replaceUrls(await reply.text(), placeholderOf) };
  }

  return createSessionSites({
    read(body, request) {
      const chunks: Buffer[] = [];
      bodies.set(request, chunks);
      const copied = {
        ...body,
        read: (take?: (chunk: Buffer) => void | Promise<void>) =>
          body.read((chunk) => {
            chunks.push(chunk);
            return take?.(chunk);
          }),
      };
      return readInput(copied, request, operations[request.operation ?? ""]);
    },
    async carryOut(request) {
      // Only what the document has is passed on, and only as a path: nothing else can be named by a client.
      if (request.operation === undefined || !request.path.startsWith("/")) {
        return { response: plainResponse(404, "There is no such operation\n") };
      }
      for (const word of String(request.headers[keyHeader ?? ""] ?? "").split(/\s+/)) {
        if (!/^(bearer|basic|)$/i.test(word)) keys.add(word);
      }
      const response = await passOn(request).catch(() => undefined);
      const { operation, fields } = request;
      const line = { kind: "exchange", operation, fingerprint: fingerprintOf(request), fields } as const;
      write(response ? { ...line, response } : line);
      return respondAs(response, resultsUrl());
    },
    async findImage(index) {
      const image = images[index];
      if (!image) return undefined;
      const reply = await fetch(image.url, { signal: stop });
      const body = Buffer.from(await reply.arrayBuffer());
      const contentType = reply.headers.get("content-type") ?? "application/octet-stream";
      if (!image.isRecorded && reply.ok) {
        image.isRecorded = true;
        write({ kind: "image", index, status: reply.status, contentType, base64: body.toString("base64") });
      }
      return { status: reply.status, contentType, body };
    },
  });
}

/** Replaces the URLs of images in a response. */
function replaceUrls(text: string, replace: (url: string) => string): string {
  const change = (value: unknown, isUrl: boolean): unknown => {
    if (typeof value === "string") return isUrl ? replace(value) : value;
    if (Array.isArray(value)) return value.map((item) => change(item, isUrl));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, change(item, name === names.url)]),
    );
  };
  try {
    return JSON.stringify(change(JSON.parse(text), false));
  } catch {
    return text; // a page of a gateway, for example
  }
}

/** A line without the keys, in every form that a text may have them in. */
function redact<Value>(value: Value, keys: ReadonlySet<string>): Value {
  if (typeof value === "string") {
    let text: string = value;
    for (const key of keys) {
      const forms = [key, encodeURIComponent(key), Buffer.from(key).toString("base64")];
      for (const form of forms) text = text.replaceAll(form, "[redacted]");
    }
    return text as Value;
  }
  if (Array.isArray(value)) return value.map((item: unknown) => redact(item, keys)) as Value;
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, item]) => [redact(name, keys), redact(item, keys)]);
  return Object.fromEntries(entries) as Value;
}
