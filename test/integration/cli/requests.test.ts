import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { makeFolder } from "../../support/generate.js";
import { apiKey, command, startServer } from "../../cli/support/command.js";

/** An address where nobody listens. */
async function findClosedPort(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return `http://127.0.0.1:${port}`;
}

describe("a task that cannot be read", () => {
  it.each([[[]], [["--quiet"]]])("is said to be while there is still time, and why, %j", async (flags) => {
    const url = await findClosedPort();
    const { exitCode, errors } = await command(["wait", "t1", "--timeout", "3", "--base-url", url, ...flags]);
    expect(exitCode).toBe(7);
    const said = errors.indexOf("The task cannot be read: connection refused (ECONNREFUSED); trying again");
    expect(said).toBeGreaterThanOrEqual(0);
    expect(said).toBeLessThan(errors.indexOf("error: "));
    expect(errors.match(/cannot be read/g)).toHaveLength(1); // not at every attempt
  });

  it("by resume is said to be as well, for each reason", async () => {
    let reads = 0;
    const server = await startServer({
      fail: ({ role }) => {
        if (role !== "status") return undefined;
        reads++;
        return reads <= 2
          ? { kind: "response", status: 502, body: "" }
          : reads === 3
            ? { kind: "reset" }
            : undefined;
      },
    });
    const out = await makeFolder();
    const where = ["--base-url", server.url];
    await command(["submit", "a fox", "--resolution", "16x16", "--out", out, ...where]);
    const { exitCode, errors } = await command(["resume", out, ...where]);
    expect([exitCode, reads]).toEqual([0, 4]);
    expect(errors.match(/The task cannot be read: .*/g)).toEqual([
      "The task cannot be read: HTTP 502; trying again",
      expect.stringContaining("the connection was closed"),
    ]);
  });
});

describe("--verbose", () => {
  it("shows each submit, read and download, and never the key or the prompt", async () => {
    const server = await startServer();
    const out = await makeFolder();
    const words = ["a fox", "--resolution", "16x16", "-v", "--out", out, "--base-url", server.url];
    const { exitCode, errors, output } = await command(words);
    expect(exitCode).toBe(0);
    const { taskid } = server.ledger[0]!;
    expect(errors.match(/^.*\d ms$/gm)).toEqual([
      expect.stringMatching(`^submit seedreamv5: HTTP 200, accepted, task ${taskid}, \\d+ ms$`),
      expect.stringMatching(`^poll: HTTP 200, task ${taskid}, \\d+ ms$`),
      expect.stringMatching(/^download: \d+ kB, \d+ ms$/),
    ]);
    expect(server.requests).toHaveLength(3);
    expect(errors + output).not.toContain(apiKey);
    expect(errors).not.toContain("a fox");
    const both = await command([...words, "-q"]);
    expect([both.exitCode, both.errors]).toEqual([2, expect.stringContaining("cannot be used with")]);
  });

  it("shows how each ended that failed", async () => {
    const url = await findClosedPort();
    const { exitCode, errors } = await command(["submit", "a fox", "-v", "--base-url", url]);
    expect(exitCode).toBe(1);
    expect(errors).toMatch(/^submit seedreamv5: CONNECTION, not-sent, .*\d+ ms$/m);
  });
});
