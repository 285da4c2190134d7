import { recogniseOperation } from "../api.js";
import { operations } from "../document.js";
import { isSuccessful, plainResponse } from "../response.js";
import type { PlannedResponse } from "../response.js";
import { pathOf } from "../site.js";
import type { Handled, Site } from "../site.js";
import { resultsPlaceholder } from "./session.js";
import type { RecordedExchange } from "./session.js";

/** The two servers of a session that is recorded or replayed. */
export interface SessionSites {
  readonly api: Site;
  readonly results: Site;
  /** Begins a replay again. */
  reset(): void;
}

/** An image as it is served. */
export interface SessionImage {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
}

/** Creates the servers of a session from the parts in which recording and replay differ. */
export function createSessionSites({
  read,
  carryOut,
  findImage,
  reset = () => undefined,
}: Pick<Site, "read" | "carryOut"> & {
  /** Finds the image of the path `/recorded/<index>`. */
  findImage(index: number): SessionImage | undefined | Promise<SessionImage | undefined>;
  reset?: () => void;
}): SessionSites {
  return {
    reset,
    api: {
      server: "api",
      methods: Object.values(operations).map(({ method }) => method),
      recognise: recogniseOperation,
      read,
      carryOut,
    },
    results: {
      server: "results",
      methods: ["GET", "HEAD"],
      recognise: (method) => ({
        operation: undefined,
        role: method === "GET" || method === "HEAD" ? "result" : "other",
      }),
      async read(body) {
        await body.read();
        return [];
      },
      async carryOut({ path }) {
        const [, index = "-1"] = /^\/recorded\/(\d+)$/.exec(pathOf(path)) ?? [];
        const image = await findImage(Number(index));
        if (!image) return { response: plainResponse(404, "There is no such image\n") };
        const { status, contentType, body } = image;
        return { response: { status, headers: { "content-type": contentType }, body } };
      },
    },
  };
}

/** A response of a session as it is sent; a reset if there was none. */
export function respondAs(response: RecordedExchange["response"], resultsUrl: string): Handled {
  if (!response) return { response: plainResponse(204, ""), failure: { kind: "reset" } };
  const planned: PlannedResponse = {
    status: response.status,
    headers: response.headers,
    body: Buffer.from(response.body.replaceAll(resultsPlaceholder, resultsUrl)),
  };
  return { response: planned, isSuccess: isSuccessful(planned) };
}
