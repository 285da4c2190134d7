import { spawn } from "node:child_process";
import { once } from "node:events";
import { symlink, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startMockServer } from "../../src/mock-server/index.js";
import type { MockServerOptions } from "../../src/mock-server/index.js";
import { makeFolder, root } from "../support/generate.js";
import { bundleProgram } from "../support/load.js";
import { start, submit } from "./wire.js";

describe("options", () => {
  it.each([
    ["port", -1],
    ["port", 65536],
    ["port", 80.5],
    ["port", Infinity],
    ["port", "8080"],
    ["resultsPort", NaN],
    ["credits", -1],
    ["credits", 1.5],
    ["taskDurationMs", -1],
    ["urlLifetimeMs", "1"],
    ["apiKeys", "key"],
    ["apiKeys", [1]],
    ["apiKeys", [""]],
    ["apiKeys", ["Bearer key"]],
    ["host", ""],
    ["host", "a b"],
    ["publicUrl", "mock:8080"],
    ["publicUrl", "javascript:alert(1)"],
    ["publicUrl", "http://user:secret@mock"],
    ["imageSize", 0],
    ["imageSize", 1.5],
    ["seed", "1"],
    ["keep", 5],
    ["keep.requests", { requests: 0 }],
    ["keep.megabytes", { megabytes: "1" }],
    ["now", 5],
    ["fail", {}],
  ])("are refused by name: %s = %o", async (name, value) => {
    const options = { [name.split(".")[0]!]: value } as MockServerOptions;
    await expect(startMockServer(options)).rejects.toThrow(new RegExp(`\`${name}\` must be `));
  });

  it("are refused if there is no such option, with the names of those there are", async () => {
    const options = { taskDurationMS: 0 } as MockServerOptions;
    await expect(startMockServer(options)).rejects.toThrow(
      /unknown option `taskDurationMS`; the options are .*\btaskDurationMs\b/,
    );
  });

  it("never shows a key", async () => {
    const options = { apiKeys: ["good", "a secret"] };
    await expect(startMockServer(options)).rejects.toThrow(/^((?!secret).)*$/);
  });

  it("may be undefined", async () => {
    const server = await start({ port: undefined, credits: undefined, apiKeys: undefined, fail: undefined });
    expect(await submit(server, { prompt: "a fox" })).toMatchObject({ code: 1000 });
  });

  it("may name the ports", async () => {
    const first = await start();
    const [port, resultsPort] = [first.url, first.resultsUrl].map((url) => Number(new URL(url).port));
    await first.close();
    const second = await start({ port, resultsPort });
    expect([second.url, second.resultsUrl]).toEqual([first.url, first.resultsUrl]);
  });

  it("say which port is in use, and leave the other one free", async () => {
    const [first, second] = [await start(), await start()];
    const [taken, free] = [first.url, second.resultsUrl].map((url) => Number(new URL(url).port));
    await second.close();
    await expect(startMockServer({ resultsPort: taken })).rejects.toThrow(
      `cannot open port ${taken} (option "resultsPort"): it is in use`,
    );
    await expect(startMockServer({ port: taken, resultsPort: free })).rejects.toThrow(
      `cannot open port ${taken} (option "port"): it is in use`,
    );
    expect(await start({ resultsPort: free })).toMatchObject({ resultsUrl: second.resultsUrl });
  });
});

describe("close", () => {
  it("closes both ports and every connection, and may be called again", async () => {
    const server = await start();
    const ports = [server.url, server.resultsUrl].map((url) => Number(new URL(url).port));
    const idle = ports.map((port) => connect(port, "127.0.0.1"));
    const ended = idle.map((socket) => once(socket, "close"));
    for (const socket of idle) {
      socket.on("error", () => undefined);
      await once(socket, "connect");
    }
    await Promise.all([server.close(), server.close()]);
    await Promise.all(ended);
    await server.close();
    for (const port of ports) {
      const socket = connect(port, "127.0.0.1");
      const [error] = (await once(socket, "error")) as [NodeJS.ErrnoException];
      expect(error.code).toBe("ECONNREFUSED");
    }
  });

  it("leaves nothing that keeps a process alive", async () => {
    const script = `
      import { startMockServer } from ${JSON.stringify(join(root, "src/mock-server/index.ts"))};
      const failures = [{ kind: "hang" }, { kind: "delay", delayMs: 600000 }, { kind: "drip", bytesPerSecond: 1 }, undefined];
      const server = await startMockServer({ fail: ({ ordinal }) => failures[ordinal - 1] });
      const sent = failures.map(() => fetch(server.url, { method: "POST" }).then((response) => response.text()));
      await sent.at(-1);
      await server.close();
      const results = await Promise.allSettled(sent);
      console.log(results.map(({ status }) => status).join());
    `;
    const folder = await makeFolder();
    await symlink(join(root, "node_modules"), join(folder, "node_modules"), "junction");
    await writeFile(join(folder, "program.ts"), script);
    const child = spawn(process.execPath, [await bundleProgram(join(folder, "program.ts"))]);
    let output = "";
    child.stdout.on("data", (chunk) => (output += String(chunk)));
    child.stderr.on("data", (chunk) => (output += String(chunk)));
    const [code] = (await once(child, "close")) as [number];
    expect([code, output.trim()]).toEqual([0, "rejected,rejected,rejected,fulfilled"]);
  });
});
