import { recogniseOperation } from "../api.js";
import { operations } from "../document.js";
import { readInput } from "../input/read-input.js";
import { plainResponse, refusal } from "../response.js";
import { respondAs, indexOf, readNothing, recogniseResult } from "./record.js";
import type { SessionSites } from "./record.js";
import { fingerprintOf, readSession } from "./session.js";
import type { RecordedExchange, RecordedImage } from "./session.js";

/**
 * Responds as a recorded service did: each request gets the next response that the same request got, and the last one
 * from then on.
 */
export async function createReplay(file: string, resultsUrl: () => string): Promise<SessionSites> {
  const exchanges = new Map<string, RecordedExchange[]>();
  const images = new Map<number, RecordedImage>();
  for (const line of await readSession(file)) {
    if (line.kind === "image") images.set(line.index, line);
    if (line.kind !== "exchange") continue;
    const same = exchanges.get(line.fingerprint);
    if (same) same.push(line);
    else exchanges.set(line.fingerprint, [line]);
  }
  const used = new Map<string, number>();
  return {
    reset: () => used.clear(),
    api: {
      server: "api",
      methods: Object.values(operations).map(({ method }) => method),
      recognise: recogniseOperation,
      read: (body, request) => readInput(body, request, operations[request.operation ?? ""]),
      async carryOut(request) {
        const fingerprint = fingerprintOf(request);
        const recorded = exchanges.get(fingerprint);
        if (!recorded) {
          return { response: refusal(`${file} has no response to this request: record it again`, 404) };
        }
        const count = used.get(fingerprint) ?? 0;
        used.set(fingerprint, count + 1);
        const { response } = recorded[Math.min(count, recorded.length - 1)]!;
        return respondAs(response, resultsUrl());
      },
    },
    results: {
      server: "results",
      methods: ["GET", "HEAD"],
      recognise: recogniseResult,
      read: readNothing,
      async carryOut(request) {
        const image = images.get(indexOf(request));
        if (!image) return { response: plainResponse(404, "There is no such image\n") };
        const { status, contentType, base64 } = image;
        const headers = { "content-type": contentType };
        return { response: { status, headers, body: Buffer.from(base64, "base64") } };
      },
    },
  };
}
