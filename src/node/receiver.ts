import { setMaxListeners } from "node:events";
import type { Dispatcher } from "undici";
import { neverSent } from "../fetch-agreement.js";
import type { DispatchRequest } from "./outgoing-body.js";
import { ReceivedHeaders, ReceivedResponse } from "./received-response.js";
import type { ResponseHeaders } from "./received-response.js";

/** A connection is asked to wait when this many bytes have arrived that nobody has read. */
const mostUnreadBytes = 64 * 1024;

const statusesWithoutBody = new Set([204, 205, 304]);

/** Takes what undici tells of one request, and hands its response out. */
export class Receiver implements Dispatcher.DispatchHandler {
  readonly #url: URL;
  readonly #isHead: boolean;
  readonly #contentType: string | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #refusesRedirects: boolean;
  readonly #resolve: (response: Response) => void;
  readonly #reject: (reason: unknown) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #chunks: Uint8Array[] = [];
  #unreadBytes = 0;
  #isOver = false;
  #failure: { reason: unknown } | undefined;
  #wake: (() => void) | undefined;

  constructor(
    url: URL,
    { method, headers }: DispatchRequest, // of which nothing is kept, for it holds the body
    signal: AbortSignal | undefined,
    refusesRedirects: boolean,
    resolve: (response: Response) => void,
    reject: (reason: unknown) => void,
  ) {
    this.#url = url;
    this.#isHead = method === "HEAD";
    this.#contentType = headers["content-type"];
    this.#signal = signal;
    this.#refusesRedirects = refusesRedirects;
    this.#resolve = resolve;
    this.#reject = reject;
    if (signal instanceof AbortSignal) allowManyRequests(signal);
    signal?.addEventListener("abort", this);
  }

  /**
   * The signal was aborted. A request that waits for a connection learns of it once there is one, before it is sent: the
   * client's own controller is told so.
   */
  handleEvent(): unknown {
    this.abort(this.#signal?.reason);
    return this.#controller ? undefined : neverSent;
  }

  abort(reason: unknown): void {
    if (this.#isOver) return;
    this.#end({ reason });
    this.#controller?.abort(new Error("aborted"));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isOver) controller.abort(new Error("aborted"));
  }

  onResponseStart(
    _: Dispatcher.DispatchController,
    status: number,
    headers: ResponseHeaders,
    statusText?: string,
  ): void {
    if (status < 200 || this.#isOver) return;
    if (this.#refusesRedirects && headers.location !== undefined && status >= 300 && status <= 399) {
      return this.abort(new TypeError("fetch failed", { cause: new Error("unexpected redirect") }));
    }
    const source = this.#isHead || statusesWithoutBody.has(status) ? undefined : this;
    const received = new ReceivedHeaders(headers) as unknown as Headers;
    const response = new ReceivedResponse(source, this.#url, status, statusText ?? "", received);
    this.#resolve(response as unknown as Response);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#unreadBytes += chunk.byteLength;
    if (this.#unreadBytes > mostUnreadBytes) controller.pause();
    this.#wake?.();
  }

  onResponseEnd(): void {
    this.#end(undefined);
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    if (this.#isOver) return;
    const reason = new TypeError("fetch failed", { cause: error });
    // undici starts a request before it writes the first byte, and tells so.
    if (!this.#controller) Object.defineProperty(reason, neverSent, { value: this.#contentType });
    this.#end({ reason });
  }

  #end(failure: { reason: unknown } | undefined): void {
    this.#isOver = true;
    this.#failure = failure;
    this.#signal?.removeEventListener("abort", this);
    if (failure) this.#reject(failure.reason);
    this.#wake?.();
  }

  /** The next piece of the body, at once if it is there; undefined at its end. */
  next(): Uint8Array | undefined | Promise<Uint8Array | undefined> {
    const chunk = this.#chunks.shift();
    if (chunk) this.#unreadBytes -= chunk.byteLength;
    else if (this.#failure) throw this.#failure.reason;
    else if (!this.#isOver) return this.#wait();
    return chunk;
  }

  async #wait(): Promise<Uint8Array | undefined> {
    const woken = new Promise<void>((resolve) => (this.#wake = resolve));
    this.#controller?.resume(); // may bring the next piece at once
    await woken;
    return this.next();
  }
}

/** Keeps Node from warning of a leak where one signal ends many requests, as the built-in fetch does. */
function allowManyRequests(signal: AbortSignal): void {
  try {
    setMaxListeners(0, signal);
  } catch {
    // a signal of another realm, which has no such limit
  }
}
