import { operations } from "../document.js";
import { readInput } from "../input/index.js";
import { refusal } from "../response.js";
import { fingerprintOf, readSession } from "./session.js";
import type { RecordedExchange, RecordedImage } from "./session.js";
import { createSessionSites, respondAs } from "./sites.js";
import type { SessionSites } from "./sites.js";

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
  return createSessionSites({
    reset: () => used.clear(),
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
    findImage(index) {
      const image = images.get(index);
      return image && { ...image, body: Buffer.from(image.base64, "base64") };
    },
  });
}
