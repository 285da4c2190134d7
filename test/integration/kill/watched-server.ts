import type { MockFailure, MockRequest } from "../../../src/mock-server/index.js";
import { startServer } from "../../cli/support/command.js";

/** A server that hands each request to `onRequest`, which may be changed at any time. */
export async function startWatchedServer() {
  const watch: { onRequest: (request: MockRequest) => MockFailure | undefined } = {
    onRequest: () => undefined,
  };
  const server = await startServer({ fail: (request) => watch.onRequest(request) });
  return { server, watch };
}
