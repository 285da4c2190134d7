import { createServer } from "node:net";
import type { AddressInfo } from "node:net";

/** The URL of a port of this machine that refuses connections: nobody listens there any more. */
export async function refusingUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}
