import { neverSent, tellsNeverSent } from "../fetch-agreement.js";

/**
 * A controller that is its own signal, for a fetch of `createFetch`, which listens to one once.
 *
 * On Node 20, the platform's signal costs as much as everything else that the client does for a small request.
 */
class PlainController {
  aborted = false;
  reason: unknown;
  /** Whether the fetch said of the abort that the request was given to no connection, and never will be. */
  provesNotSent = false;
  #listener: { handleEvent(): unknown } | undefined;

  get signal(): this {
    return this;
  }

  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    this.provesNotSent = this.#listener?.handleEvent() === neverSent;
  }

  addEventListener(_: "abort", listener: { handleEvent(): unknown }): void {
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
export const createPlainController = (
  fetch: unknown,
): (AbortController & { provesNotSent: boolean }) | undefined =>
  isCreateFetch(fetch) ? (new PlainController() as never) : undefined;
