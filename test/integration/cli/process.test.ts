import { openSync } from "node:fs";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import type { MockFailure, MockRequest } from "../../../src/mock-server/index.js";
import { makeFolder } from "../../support/generate.js";
import { buildCommand, startCommand } from "../../cli/support/child.js";
import { apiKey, command, listImages, readRecords, startServer } from "../../cli/support/command.js";

let program: string;
beforeAll(async () => {
  program = await buildCommand();
});

describe("Ctrl-C", () => {
  const phases: [MockRequest["role"], MockFailure, string, string][] = [
    ["submit", { kind: "hang" }, "unknown", "may have been paid for"],
    ["status", { kind: "hang" }, "accepted", "To resume: tensorslab-images resume"],
    ["result", { kind: "drip", bytesPerSecond: 100 }, "completed", "To resume: tensorslab-images resume"],
  ];
  it.each(phases)(
    "while the %s request is under way stops at once and says how to go on",
    async (role, failure, state, hint) => {
      let arrived = () => {};
      const arrival = new Promise<void>((resolve) => (arrived = resolve));
      const server = await startServer({
        fail: (request) => {
          if (request.role !== role) return undefined;
          arrived();
          return failure;
        },
      });
      const out = await makeFolder();
      const words = ["a fox", "--resolution", "16x16", "--json", "--out", out, "--base-url", server.url];
      const child = startCommand(program, words);
      await arrival;
      child.process.kill("SIGINT");
      expect(await child.ended).toBe(130);
      expect(JSON.parse(child.output())).toMatchObject({
        ok: false,
        exitCode: 130,
        error: { code: "INTERRUPTED" },
      });
      expect(child.errors()).toContain(hint);
      expect(Object.values(await readRecords(out))).toMatchObject([{ state }]);
    },
  );

  it("in a batch leaves a record of everything, and a second run goes on", async () => {
    let submitted = 0;
    let arrived = () => {};
    const arrival = new Promise<void>((resolve) => (arrived = resolve));
    let isStuck = true;
    const server = await startServer({
      fail: ({ role }) => {
        if (role === "status" && isStuck) {
          if (++submitted === 3) arrived();
          return { kind: "hang" };
        }
        return undefined;
      },
    });
    const folder = await makeFolder();
    const list = join(folder, "jobs.jsonl");
    const rows = Array.from({ length: 8 }, (_, index) => ({ prompt: `fox ${index}`, resolution: "16x16" }));
    await writeFile(list, rows.map((row) => JSON.stringify(row)).join("\n"));
    const words = [
      "batch",
      list,
      "--out",
      join(folder, "out"),
      "--base-url",
      server.url,
      "--concurrency",
      "3",
    ];
    const child = startCommand(program, words);
    await arrival;
    child.process.kill("SIGINT");
    expect(await child.ended).toBe(130);
    expect(child.errors()).toContain(`To resume: tensorslab-images batch ${list}`);
    isStuck = false;
    expect((await command(words)).exitCode).toBe(0);
    expect(server.ledger).toHaveLength(8);
  });

  it("ends the mock server", async () => {
    const child = startCommand(program, ["mock", "--task-seconds", "0", "--credits", "1"]);
    await vi.waitFor(() => expect(child.output()).toMatch(/^(http:\/\/127\.0\.0\.1:\d+\n){2}$/), {
      timeout: 10_000,
    });
    const [url = "", page = ""] = child.output().split("\n");
    expect(await (await fetch(page)).text()).toContain("<title>Mock server</title>");
    const words = ["a fox", "--resolution", "16x16", "--base-url", url, "--out", await makeFolder()];
    expect((await command(words)).exitCode).toBe(0);
    expect((await command(words)).exitCode).toBe(4);
    expect(child.errors()).toContain("POST /v1/images/");
    child.process.kill("SIGINT");
    expect(await child.ended).toBe(0);
  });
});

describe("standard output", () => {
  it("may be closed early: the work is done all the same", async () => {
    const server = await startServer();
    const out = await makeFolder();
    const words = [
      "a fox",
      "--resolution",
      "16x16",
      "--batchsize",
      "3",
      "--out",
      out,
      "--base-url",
      server.url,
    ];
    const child = startCommand(program, words);
    child.process.stdout!.destroy();
    expect(await child.ended).toBe(0);
    expect(child.errors()).not.toContain("EPIPE");
    expect(await listImages(out)).toHaveLength(3);
  });

  it("that cannot be written is a failure", async () => {
    const out = await makeFolder();
    const stdio = ["ignore", openSync("/dev/full", "w"), "pipe"] as ["ignore", number, "pipe"];
    const child = spawn(process.execPath, [program, "a fox", "--dry-run", "--out", out], {
      env: { TENSORSLAB_API_KEY: apiKey },
      stdio,
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    let errors = "";
    child.stderr?.on("data", (chunk) => (errors += String(chunk)));
    expect(await once(child, "close")).toEqual([1, null]);
    expect(errors).toContain("standard output cannot be written");
  });
});

describe("a full disk", () => {
  /** Runs a batch that can write no file of more than that. */
  async function runConfined(kilobytes: number, words: string[]) {
    const script = `ulimit -f ${kilobytes}; exec "$@"`;
    const child = spawn("bash", ["-c", script, "bash", process.execPath, program, "batch", ...words], {
      env: { PATH: process.env.PATH, TENSORSLAB_API_KEY: apiKey },
      stdio: ["ignore", "pipe", "pipe"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    let output = "";
    let errors = "";
    child.stdout.on("data", (chunk) => (output += String(chunk)));
    child.stderr.on("data", (chunk) => (errors += String(chunk)));
    const [exitCode] = (await once(child, "close")) as [number];
    return { exitCode, output, errors };
  }

  it("ends a batch before more is paid for, or before anything is", async () => {
    const server = await startServer();
    const folder = await makeFolder();
    const list = join(folder, "jobs.jsonl");
    const rows = Array.from({ length: 4 }, (_, index) => ({ prompt: `fox ${index}`, resolution: "512x512" }));
    await writeFile(list, rows.map((row) => JSON.stringify(row)).join("\n"));
    const words = [
      list,
      "--out",
      join(folder, "out"),
      "--base-url",
      server.url,
      "--concurrency",
      "1",
      "--json",
    ];
    const none = await runConfined(0, words);
    expect([none.exitCode, none.errors]).toEqual([1, expect.stringContaining("cannot be written: EFBIG")]);
    const few = await runConfined(4, words);
    expect(JSON.parse(few.output)).toMatchObject({
      exitCode: 1,
      counts: { saved: 0, incomplete: 1, left: 3 },
    });
    expect(few.errors).toContain("Stopped submitting: EFBIG");
    expect(server.ledger).toHaveLength(1);
  });
});

describe("few files that may be open", () => {
  it("are enough, however many rows are asked for at the same time", async () => {
    const server = await startServer();
    const folder = await makeFolder();
    const list = join(folder, "jobs.jsonl");
    const rows = Array.from({ length: 120 }, (_, index) => ({ prompt: `fox ${index}`, resolution: "16x16" }));
    await writeFile(list, rows.map((row) => JSON.stringify(row)).join("\n"));
    const words = ["batch", list, "--out", join(folder, "out"), "--base-url", server.url, "--json"];
    const line = [process.execPath, program, ...words, "--concurrency", "250"];
    const child = spawn("bash", ["-c", 'ulimit -n 100; exec "$@"', "bash", ...line], {
      env: { PATH: process.env.PATH, TENSORSLAB_API_KEY: apiKey },
      stdio: ["ignore", "pipe", "pipe"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    let output = "";
    let errors = "";
    child.stdout.on("data", (chunk) => (output += String(chunk)));
    child.stderr.on("data", (chunk) => (errors += String(chunk)));
    const [exitCode] = (await once(child, "close")) as [number];
    expect([exitCode, errors]).toEqual([0, expect.stringContaining("this process may open 100 files")]);
    expect(JSON.parse(output)).toMatchObject({ counts: { saved: 120, other: 0, unknown: 0 } });
    expect(server.ledger).toHaveLength(120);
  });
});

describe("in this process", () => {
  it("an interruption of the mock server closes it", async () => {
    const listeners = process.listenerCount("SIGINT");
    let url = "";
    const running = command(["mock", "--task-seconds", "0", "--results-port", "0"], {
      onOutput: (text) => {
        url = text.split("\n")[0]!;
        process.emit("SIGINT", "SIGINT");
      },
    });
    expect((await running).exitCode).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
    expect(process.listenerCount("SIGINT")).toBe(listeners);
  });

  it("the mock server tells its addresses as one object", async () => {
    const addresses: Record<string, string>[] = [];
    let health: Promise<unknown> | undefined;
    const words = ["mock", "--json", "--no-page", "--image-size", "16", "--seed", "1"];
    const { exitCode, output } = await command([...words, "--public-url", "http://mock:8080"], {
      onOutput: (text) => {
        addresses.push(JSON.parse(text) as Record<string, string>);
        health = fetch(addresses[0]!.healthUrl!)
          .then((response) => response.json())
          .finally(() => process.emit("SIGINT", "SIGINT"));
      },
    });
    expect([exitCode, await health]).toEqual([0, { status: "ok" }]);
    expect(output.trim().split("\n")).toHaveLength(1);
    expect(addresses[0]).toMatchObject({
      ok: true,
      resultsUrl: expect.stringMatching(/^http:\/\/mock:\d+$/),
    });
    expect(addresses[0]).not.toHaveProperty("pageUrl");
  });

  it("a port that is taken is a failure", async () => {
    const server = await startServer();
    const { exitCode, errors } = await command(["mock", "--port", new URL(server.url).port]);
    expect([exitCode, errors]).toEqual([2, expect.stringContaining(new URL(server.url).port)]);
  });

  it.each(["SIGINT", "SIGTERM"] as const)("%s during a wait has its exit status", async (name) => {
    let isFirst = true; // the second would end the process
    const server = await startServer({
      fail: ({ role }) => {
        if (role === "status" && isFirst) {
          isFirst = false;
          process.emit(name, name);
        }
        return undefined;
      },
    });
    const out = await makeFolder();
    const { exitCode } = await command(["a fox", "--base-url", server.url, "--out", out]);
    expect(exitCode).toBe(name === "SIGINT" ? 130 : 143);
    isFirst = true;
    const list = join(out, "jobs.jsonl");
    await writeFile(list, '{"prompt": "a fox"}\n{"prompt": "a dog"}\n');
    const batch = ["batch", list, "--out", join(out, "batch"), "--base-url", server.url, "--json"];
    expect((await command(batch)).json).toMatchObject({ ok: false, error: { code: "INTERRUPTED" } });
  });
});
