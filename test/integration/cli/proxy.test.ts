import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { connect } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { startMockServer } from "../../../src/mock-server/index.js";

const main = resolve(import.meta.dirname, "../../../src/cli/main.ts");

test("the command works behind the proxy of the environment, downloads included", async () => {
  const service = await startMockServer({ taskDurationMs: 0 });
  onTestFinished(() => service.close());
  const targets = new Set<string>();
  const proxy = createServer().on("connect", ({ url = "" }: { url?: string }, socket: Socket) => {
    targets.add(url.split(":")[1]!);
    const onward = connect(Number(url.split(":")[1]), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      onward.pipe(socket).pipe(onward);
    });
    onward.on("error", () => socket.destroy());
    socket.on("error", () => onward.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void proxy.close());
  const folder = await mkdtemp(join(tmpdir(), "tensorslab-images-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const { port } = proxy.address() as AddressInfo;
  await promisify(execFile)(
    process.execPath,
    ["--import", "tsx", main, "generate", "a red fox", "--out", folder],
    {
      env: {
        PATH: process.env.PATH,
        TENSORSLAB_API_KEY: "sk-0123456789",
        TENSORSLAB_BASE_URL: service.url,
        HTTP_PROXY: `http://127.0.0.1:${port}`,
      },
    },
  );
  expect((await readdir(folder)).some((name) => name.endsWith(".png"))).toBe(true);
  expect(targets).toContain(new URL(service.url).port);
  expect(targets.size).toBe(2); // and the port of the images
});
