import type { Fetch } from "../../index.js";
import { createFetch } from "../../node/index.js";

/**
 * Opens the fetch of the command: it goes through the proxies of the environment, and costs a fraction of the built-in one.
 *
 * @param isLocal Whether it is for a mock server of this process, which no proxy can reach.
 */
export function openTransport(isLocal: boolean): Fetch {
  return createFetch({ loadUndici: () => import("undici"), ...(isLocal && { proxy: null }) });
}
