import type { Fetch } from "../../index.js";
import { createFetch } from "../../node/index.js";

/**
 * Opens the fetch of the command: it goes through the proxies of the environment, and costs a fraction of the built-in one.
 *
 * @param isLocal Whether it is for a mock server of this process, which no proxy can reach.
 */
export function openTransport(isLocal: boolean): Fetch {
  // The concurrency of a batch bounds what is sent at the same time. A submit that waits in a queue for a connection when
  // it is stopped would be of unknown outcome, although nothing was sent.
  const connections = 10_000;
  return createFetch({ connections, loadUndici: () => import("undici"), ...(isLocal && { proxy: null }) });
}
