// Takes the place of `on-servers.ts` in bundles for browsers.
import type { JoinPieces } from "../api/multipart.js";
import type { Watch } from "./evidence.js";

/** Browsers do not say why a request failed. */
export const createWatch = (): Watch => () => ({ provesNotSent: () => false, stop() {} });

/** There is no `createFetch` in browsers. */
export const createPlainController = (): AbortController | undefined => undefined;

/** Browsers read a Blob by themselves, whatever stream it is given, and end a request whose file has changed. */
export const streamPieces: JoinPieces | undefined = undefined;
