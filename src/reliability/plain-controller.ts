import { tellsNeverSent } from "../fetch-agreement.js";

/**
 * A controller that is its own signal, for a fetch of `createFetch`, which listens to one once.
 *
 * On Node 20, the platform's signal costs as much as everything else that the client does for a small request.
 */
class PlainController {
  aborted = false;
  reason: unknown;
  #listener: EventListenerObject | undefined;

  get signal(): this {
    return this;
  }

  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    this.#listener?.handleEvent(undefined as never);
  }

  addEventListener(_: "abort", listener: EventListenerObject): void {
    this.#listener = listener;
  }

  removeEventListener(): void {
    this.#listener = undefined;
  }
}

/** Whether a fetch is one of `createFetch`, with nothing around it. */
export const isCreateFetch = (fetch: unknown): boolean =>
  typeof fetch === "function" && (fetch as { [tellsNeverSent]?: unknown })[tellsNeverSent] === fetch;

/** Creates the controller of an attempt for a fetch of `createFetch`; undefined for any other, which needs the platform's. */
export const createPlainController = (fetch: unknown): AbortController | undefined =>
  isCreateFetch(fetch) ? (new PlainController() as unknown as AbortController) : undefined;
