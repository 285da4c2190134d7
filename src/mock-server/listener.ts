import { createServer } from "node:http";
import type { RequestListener } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** A server on a port. */
export interface Listener {
  /** Its address on this machine. */
  readonly url: string;
  readonly port: number;
  /** Closes the port and destroys every connection. */
  close(): Promise<void>;
}

/** Opens `port`, or a free one if it is 0; `option` is the caller's name for the port. */
export async function listen(
  host: string,
  port: number,
  option: string,
  onRequest: RequestListener,
): Promise<Listener> {
  // No time limits: an upload may be slow, and a kept-alive connection stays open until `close`.
  const server = createServer({ requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0 }, onRequest);
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const reason = error.code === "EADDRINUSE" ? "it is in use" : error.message;
      const isHost = error.syscall === "getaddrinfo" || error.code === "EADDRNOTAVAIL";
      const what = isHost ? `listen on ${host} (option "host")` : `open port ${port} (option "${option}")`;
      reject(new Error(`Mock server: cannot ${what}: ${reason}`, { cause: error }));
    });
    server.listen(port, host, resolve);
  });
  const { port: opened } = server.address() as AddressInfo;
  return {
    url: `http://${reachableHost(host)}:${opened}`,
    port: opened,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** An address of this machine for a host that a server listens on, which may stand for all addresses. */
function reachableHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}
