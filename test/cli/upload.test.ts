import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { countUploads } from "../../src/cli/service/upload.js";

/** A body that never ends, and knows when nobody wants more of it. */
class Endless extends Blob {
  override readonly size = Number.MAX_SAFE_INTEGER;
  letGo!: () => void;
  readonly isLetGo = new Promise<void>((resolve) => (this.letGo = resolve));

  override stream(): ReturnType<Blob["stream"]> {
    const pull = async (controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>) => {
      await setImmediate(); // as a disk does, this leaves room for other work
      controller.enqueue(new Uint8Array(64 * 1024));
    };
    return new ReadableStream({ pull, cancel: () => this.letGo() }, { highWaterMark: 0 });
  }
}

it("an upload that is aborted lets go of its files at once", async () => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket)).listen(0, "127.0.0.1"); // reads nothing
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const controller = new AbortController();
  const body = new Endless();
  let sent = 0;
  const upload = countUploads(fetch, (bytes) => {
    sent = bytes;
    controller.abort(new Error("enough"));
  })(`http://127.0.0.1:${port}`, { method: "POST", body, signal: controller.signal, redirect: "error" });
  await expect(upload).rejects.toThrow("enough");
  await body.isLetGo;
  expect(sent).toBeGreaterThan(0);
});
