import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";

/** A server on a real socket that speaks no protocol of its own. */
export interface RawServer {
  port: number;
  /** The bytes that arrived over each connection, in the order they were opened. */
  connections: string[];
  close(): Promise<void>;
}

/** Listens with `server`, or with one that calls `onData` with all that has arrived over a connection so far. */
export async function startRawServer(
  onData: (socket: Socket, received: string) => void,
  server: Server = createServer(),
  event: "connection" | "secureConnection" = "connection",
): Promise<RawServer> {
  const connections: string[] = [];
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
  });
  server.on("tlsClientError", () => undefined);
  server.on(event, (socket: Socket) => {
    const index = connections.push("") - 1;
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      connections[index] += chunk.toString("latin1");
      onData(socket, connections[index]!);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    connections,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Number of requests over all connections. */
export const countRequests = ({ connections }: RawServer): number =>
  connections.join("").split("POST /").length - 1;

/** Whether a request of a known length has arrived whole. */
export function isWhole(received: string): boolean {
  const [head = "", body] = received.split("\r\n\r\n", 2);
  const length = /content-length: (\d+)/i.exec(head)?.[1];
  return body !== undefined && received.length - head.length - 4 >= Number(length);
}

/** An answer with a JSON body, as it goes over the wire. */
export function httpAnswer(content: unknown, status = 200, headers: readonly string[] = []): string {
  const body = JSON.stringify(content);
  const lines = [`HTTP/1.1 ${status} Status`, "Content-Type: application/json", ...headers];
  return [...lines, `Content-Length: ${Buffer.byteLength(body)}`, "", body].join("\r\n");
}
