import type { RequestListener } from "node:http";
import { loadPage } from "../page/bundle.js";
import { createChanges } from "./changes.js";
import { createEvents } from "./events.js";
import { createFaults } from "./faults.js";
import { findForeignOrigin } from "./guard.js";
import { createHistory } from "./history.js";
import type { History } from "./history.js";
import { packPage, securityHeaders, sendPage } from "./page-response.js";
import type { PackedPage } from "./page-response.js";
import { json } from "./replies.js";
import { ControlError } from "./request-values.js";
import { createRoutes, findReply } from "./routes.js";
import type { Controlled } from "./routes.js";
import { tryRequest } from "./try.js";
import type { Limits } from "../retention.js";
import type { Faults } from "./faults.js";
import type { StateView } from "./views.js";

export type { Faults, History };

/** The parts of the mock server that the control API needs. */
export interface ControlledServer extends Pick<Controlled, "tasks" | "statusOf" | "results" | "urls"> {
  readonly names: ReadonlySet<string>;
  readonly limits: Limits;
  readonly stop: AbortSignal;
  state(): Omit<StateView, "faults" | "kept" | "dropped">;
  setCredits(credits: number): void;
  forward(milliseconds: number): void;
  reset(): void;
}

/** The page, its control API, and what they keep. */
export interface Control {
  readonly onRequest: RequestListener;
  readonly history: History;
  readonly faults: Faults;
  close(): void;
}

/** Creates the page and its control API, which observe requests and change nothing unless a person asks for it. */
export function createControl(server: ControlledServer): Control {
  const { limits, urls } = server;
  const history = createHistory(limits, (exchange) => {
    changes.note(exchange);
    events.changed();
  });
  const changes = createChanges(history, server.statusOf);
  const faults = createFaults(() => events.changed());
  const events = createEvents({
    read: () => ({ ...changes.read(), state: controlled.state() }),
    isBusy: changes.isBusy,
  });
  const controlled: Controlled = {
    ...server,
    history,
    faults,
    state: () => ({
      ...server.state(),
      faults: faults.all,
      dropped: history.dropped,
      kept: {
        requests: history.exchanges.size,
        bytes: history.bytes,
        maxRequests: limits.items,
        maxBytes: limits.bytes,
      },
    }),
    setCredits(credits) {
      server.setCredits(credits);
      events.changed();
    },
    forward(milliseconds) {
      server.forward(milliseconds);
      events.changed();
    },
    reset() {
      server.reset();
      history.reset();
      changes.reset();
      faults.remove();
      events.reset();
    },
  };
  const routes = createRoutes(controlled);
  let page: Promise<PackedPage> | undefined; // built at the first request for it

  return {
    history,
    faults,
    onRequest(message, response) {
      response.on("error", () => undefined); // the browser may leave in the middle of a response
      for (const [name, value] of securityHeaders) response.setHeader(name, value);
      const { url = "", method } = message;
      const refused = findForeignOrigin(message, server.names);
      if (refused !== undefined) return fail(new ControlError(403, refused));
      if (url === "/api/events" && method === "GET") return events.subscribe(response);
      if (url.startsWith("/try/")) return tryRequest(message, response, urls.api, url.slice(4), server.stop);
      if (url === "/") {
        page ??= loadPage().then(packPage);
        return void page.then((packed) => sendPage(message, response, packed)).catch(fail);
      }
      findReply(routes, message)
        .then((reply) => reply(response))
        .catch(fail);

      function fail(error: Error): void {
        if (response.headersSent) return void response.destroy();
        json({ error: error.message }, error instanceof ControlError ? error.status : 500)(response);
      }
    },
    close: events.close,
  };
}
