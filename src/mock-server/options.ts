import type { MockFailure } from "./failure.js";
import type { MockRequest } from "./request.js";
import type { Limits } from "./retention.js";

/** The behaviour of the mock server; every option has a default that makes everything succeed. */
export interface MockServerOptions {
  /**
   * The port of the API.
   * @default 0, a free port
   */
  port?: number | undefined;
  /**
   * The port that the images are on.
   * @default 0, a free port
   */
  resultsPort?: number | undefined;
  /**
   * The address to listen on; `0.0.0.0` lets other machines and containers in.
   * @default 127.0.0.1, this machine alone
   */
  host?: string | undefined;
  /**
   * The address under which others reach the API, such as `http://mock:8080` between containers. Result URLs have its
   * scheme and host name, with the port of the images.
   * @default the address that it listens on
   */
  publicUrl?: string | undefined;
  /**
   * The keys that are accepted, bare.
   * @default every key
   */
  apiKeys?: readonly string[] | undefined;
  /**
   * Number of images that can be made before credits run out.
   * @default Infinity
   */
  credits?: number | undefined;
  /**
   * Milliseconds that a task takes; with 0 it is completed at the first read.
   * @default 3000
   */
  taskDurationMs?: number | undefined;
  /**
   * Milliseconds that an image's URL can be used; reading the task again gives fresh ones.
   * @default Infinity
   */
  urlLifetimeMs?: number | undefined;
  /**
   * The longest side that an image may have, in pixels: small images are drawn faster. Larger ones are scaled down, and
   * the task says so in its width and height.
   * @default Infinity, the size that was asked for
   */
  imageSize?: number | undefined;
  /**
   * A seed for the pictures: the same prompt gives the same picture each time.
   * @default each task gives another picture
   */
  seed?: number | undefined;
  /**
   * Limits of what is remembered, in `requests`, in the ledger and of tasks, before the oldest are forgotten.
   * @default everything, until `close`
   */
  keep?:
    | {
        /** Number of requests, of charges and of tasks. */
        requests?: number | undefined;
        /** Megabytes of them, bodies included. */
        megabytes?: number | undefined;
      }
    | undefined;
  /**
   * Passes every request on to the real service, with the client's own key, and records the responses and images in a new
   * file; the key is never in it. Nothing is drawn or charged by the mock server then, but the service charges.
   * @default the mock server responds by itself
   */
  record?:
    | {
        /** Path of the new file. */
        file: string;
        /** Base URL of the real service. @default the server that the document names */
        baseUrl?: string | undefined;
      }
    | undefined;
  /**
   * Responds as it was recorded in this file: each request gets the next response that the same request got.
   * @default the mock server responds by itself
   */
  replay?: string | undefined;
  /**
   * Whether there is a page in the browser that shows every request, and a control API; see `pageUrl`. The service
   * behaves the same with and without it.
   * @default false
   */
  page?: boolean | undefined;
  /**
   * The port of the page.
   * @default 0, a free port
   */
  pagePort?: number | undefined;
  /**
   * The clock of tasks and URLs, in milliseconds since 1970.
   * @default Date.now
   */
  now?: (() => number) | undefined;
  /**
   * Called with every request on both servers, preflights included, as soon as its head was read; returns its failure.
   *
   * @example
   * // The second read of a task meets a broken gateway.
   * const server = await startMockServer({
   *   fail: ({ role, ordinalOfRole }) =>
   *     role === "status" && ordinalOfRole === 2 ? { kind: "response", status: 502 } : undefined,
   * });
   */
  fail?: ((request: MockRequest) => MockFailure | undefined) | undefined;
}

/** The options with their defaults. */
export type Settings = {
  [
    Name in keyof Omit<MockServerOptions, "apiKeys" | "seed" | "publicUrl" | "keep" | "record" | "replay">
  ]-?: NonNullable<MockServerOptions[Name]>;
} & {
  apiKeys: ReadonlySet<string> | undefined;
  seed: number | undefined;
  publicUrl: URL | undefined;
  keep: Limits;
  record: MockServerOptions["record"];
  replay: string | undefined;
};
