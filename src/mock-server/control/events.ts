import type { ServerResponse } from "node:http";

/** Sends changes to every page that is open, as server-sent events. */
export interface Events {
  /** Keeps a response open and sends events to it until it is closed. */
  subscribe(response: ServerResponse): void;
  /** Announces a change; changes are sent together a moment later. */
  changed(): void;
  /** Makes every page read everything again. */
  reset(): void;
  close(): void;
}

/** Where events come from. */
export interface EventSource {
  /** The changes since they were last read. */
  read(): object;
  /** Whether something changes by itself as time passes. */
  isBusy(): boolean;
}

/** Milliseconds that changes are collected before they are sent. */
const collectMs = 100;
/** A page that reads so slowly is told to read everything again, rather than all that it has missed. */
const maxWaitingBytes = 4 * 1024 * 1024;
const resetEvent = "event: reset\ndata: {}\n\n";

/** Collects changes and sends them to the pages that are open. */
export function createEvents(source: EventSource): Events {
  const clients = new Set<ServerResponse>();
  const behind = new Set<ServerResponse>();
  let timer: NodeJS.Timeout | undefined;

  function send(): void {
    timer = undefined;
    const text = `data: ${JSON.stringify(source.read())}\n\n`;
    for (const client of clients) {
      if (client.writableLength > maxWaitingBytes) behind.add(client);
      else client.write(behind.delete(client) ? resetEvent : text);
    }
    if (behind.size > 0 || source.isBusy()) schedule();
  }
  function schedule(): void {
    if (clients.size === 0) return;
    timer ??= setTimeout(send, collectMs);
    timer.unref();
  }

  return {
    subscribe(response) {
      response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
      response.write(`retry: 1000\n${resetEvent}`);
      clients.add(response);
      response.on("close", () => {
        clients.delete(response);
        behind.delete(response);
      });
      schedule();
    },
    changed: schedule,
    reset() {
      for (const client of clients) client.write(resetEvent);
    },
    close() {
      clearTimeout(timer);
      for (const client of clients) client.destroy();
    },
  };
}
