import { readdir } from "node:fs/promises";
import { beforeAll, describe, expect, it, vi } from "vitest";
import type { MockFailure, MockRequest } from "../../../src/mock-server/index.js";
import { makeFolder } from "../../support/generate.js";
import { buildCommand, startCommand } from "../../cli/support/child.js";
import type { Child } from "../../cli/support/child.js";
import { command, listImages, readRecords } from "../../cli/support/command.js";
import { startWatchedServer } from "./watched-server.js";

let program: string;
beforeAll(async () => {
  program = await buildCommand();
});

const resume = (out: string, url: string) => command(["resume", out, "--base-url", url, "--json"]);

describe("generate, killed", () => {
  async function start() {
    const { server, watch } = await startWatchedServer();
    const out = await makeFolder();
    const words = ["a fox", "--resolution", "512x512", "--out", out, "--base-url", server.url];
    let child: Child | undefined;
    return {
      server,
      out,
      /** Starts the command, and kills it as soon as a request of that role arrives. */
      async killAt(role: MockRequest["role"], failure?: MockFailure) {
        watch.onRequest = (request) => {
          if (request.role !== role) return undefined;
          child?.process.kill("SIGKILL");
          return failure;
        };
        child = startCommand(program, words);
        expect(await child.ended).toBe(null);
        watch.onRequest = () => undefined;
      },
      /** Starts the command, and kills it once `condition` holds. */
      async killOnce(
        failure: (request: MockRequest) => MockFailure | undefined,
        condition: () => Promise<void>,
      ) {
        watch.onRequest = failure;
        child = startCommand(program, words);
        await vi.waitFor(condition, { timeout: 10_000, interval: 5 });
        child.process.kill("SIGKILL");
        await child.ended;
        watch.onRequest = () => undefined;
      },
    };
  }

  it("before the service took the submit: the outcome is unknown, and nothing is submitted", async () => {
    const { server, out, killAt } = await start();
    await killAt("submit", { kind: "hang" });
    expect(Object.values(await readRecords(out))).toMatchObject([{ state: "intent" }]);
    const { exitCode, json } = await resume(out, server.url);
    expect([exitCode, json.counts]).toEqual([8, expect.objectContaining({ unknown: 1 })]);
    expect(server.requests.filter(({ role }) => role === "submit")).toHaveLength(1);
  });

  it("after the service took the submit, before it answered: the outcome is unknown", async () => {
    const { server, out, killOnce } = await start();
    await killOnce(
      ({ role }) => (role === "submit" ? { kind: "hang", charged: true } : undefined),
      async () => expect(server.ledger).toHaveLength(1),
    );
    const { exitCode, errors } = await resume(out, server.url);
    expect([exitCode, errors]).toEqual([8, expect.stringContaining("look in your account")]);
    expect(server.ledger).toHaveLength(1);
  });

  it.each(["status", "result"] as const)("at the first %s request: it is finished", async (role) => {
    const { server, out, killAt } = await start();
    await killAt(role, { kind: "hang" });
    expect(Object.values(await readRecords(out))).toMatchObject([{ taskid: server.ledger[0]!.taskid }]);
    const { exitCode, json } = await resume(out, server.url);
    expect([exitCode, json.counts]).toEqual([0, expect.objectContaining({ saved: 1 })]);
    expect([server.ledger.length, await listImages(out)]).toEqual([1, [expect.any(String)]]);
  });

  it("in the middle of a download: no half image stands for a whole one", async () => {
    const { server, out, killOnce } = await start();
    await killOnce(
      ({ role }) => (role === "result" ? { kind: "drip", bytesPerSecond: 2000 } : undefined),
      async () => {
        expect((await readdir(out)).filter((name) => name.endsWith(".part"))).toHaveLength(1);
      },
    );
    expect(await listImages(out)).toEqual([]);
    expect((await resume(out, server.url)).exitCode).toBe(0);
    expect(await listImages(out)).toHaveLength(1);
    expect(server.ledger).toHaveLength(1);
    // A third time there is nothing left to do.
    const requests = server.requests.length;
    const { json } = await resume(out, server.url);
    expect([json.counts, server.requests.length]).toEqual([
      expect.objectContaining({ savedBefore: 1 }),
      requests,
    ]);
  });
});
