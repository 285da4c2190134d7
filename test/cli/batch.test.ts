import { chmod, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { openList } from "../../src/cli/lists/read-list.js";
import type { MockRequest, MockServer } from "../../src/mock-server/index.js";
import { makeFolder } from "../support/generate.js";
import { command, listImages, readRecords, startServer } from "./support/command.js";
import { pngBytes } from "./support/images.js";
import { largestBatch } from "../support/document.js";

const resolution = "16x16";

/** Writes a list and gives what runs it. */
async function prepare(rows: object[] | string, server: Pick<MockServer, "url">, name = "jobs.jsonl") {
  const folder = await makeFolder();
  const list = join(folder, name);
  const text =
    typeof rows === "string" ? rows : rows.map((row) => JSON.stringify({ resolution, ...row })).join("\n");
  await writeFile(list, text);
  const out = join(folder, "out");
  const words = ["batch", list, "--out", out, "--base-url", server.url, "--timeout", "1"];
  return { folder, list, out, run: (...more: string[]) => command([...words, ...more]) };
}

const promptsOf = ({ requests }: MockServer): unknown[] =>
  requests
    .filter(({ role }) => role === "submit")
    .map(({ fields }) => (fields as { prompt: unknown }).prompt);

describe("batch", () => {
  it("makes every row's images, each with a record of its own, and prints a table", async () => {
    const server = await startServer();
    const rows = [{ id: "snow", prompt: "snow" }, { prompt: "night", batchsize: 2 }, { prompt: "day" }];
    const { out, run } = await prepare(rows, server);
    const { exitCode, output } = await run("--concurrency", "1e12");
    expect(exitCode).toBe(0);
    expect(output).toMatch(/^saved +3\nimages +4\n$/);
    expect(await listImages(out)).toHaveLength(4);
    const records = await readRecords(out);
    expect(Object.values(records).map(({ state }) => state)).toEqual(["saved", "saved", "saved"]);
    expect(records.snow).toMatchObject({ input: { prompt: "snow", resolution } });
    expect(await readdir(out)).toHaveLength(9); // and the results, but no lock, nothing temporary
  });

  it("does only what is not done in a second run, even if rows were added, moved and removed", async () => {
    const server = await startServer();
    const [one, two, three] = [{ prompt: "one" }, { prompt: "two" }, { prompt: "three" }];
    const { list, out, run } = await prepare([one, two, two], server);
    await run();
    expect((await run("--json")).json).toMatchObject({
      ok: true,
      counts: { saved: 0, savedBefore: 3 },
      images: 3,
    });
    expect(promptsOf(server).sort()).toEqual(["one", "two", "two"]);
    const moved = [three, two, one].map((row) => JSON.stringify({ resolution, ...row }));
    await writeFile(list, moved.join("\r\n"));
    await run();
    expect(promptsOf(server).slice(3)).toEqual(["three"]);

    const images = await listImages(out);
    // Not just any image: one of the equal rows was removed, so its image is no longer this list's business.
    const record = Object.values(await readRecords(out)).find(
      ({ input }) => (input as typeof one).prompt === one.prompt,
    );
    const [image] = record!.files as [string];
    await rm(join(out, image));
    expect((await run("--json")).json).toMatchObject({ counts: { saved: 1, savedBefore: 2 } });
    expect([await listImages(out), server.ledger.length]).toEqual([images, 4]);
  });

  it("reads tables, with quotes, line breaks and several values in a cell", async () => {
    const server = await startServer();
    const table = `\ufeffid,prompt,batchsize,resolution,sourceImage\r\n1,"a ""red""\nfox",2,${resolution},a.png; b.png\r\n\r\nb,day,,${resolution},\r\n`;
    const { folder, out, run } = await prepare(table, server, "jobs.csv");
    for (const name of ["a.png", "b.png"]) await writeFile(join(folder, name), pngBytes);
    expect((await run()).exitCode).toBe(0);
    const records = await readRecords(out);
    expect(records["1"]!.input).toEqual({
      prompt: 'a "red"\nfox',
      batchsize: 2,
      resolution,
      sourceImage: ["a.png", "b.png"].map((name) => ({
        path: join(folder, name),
        bytes: pngBytes.length,
        modifiedAt: expect.any(String) as string,
      })),
    });
    expect(records.b!.input).toEqual({ prompt: "day", resolution });
    const [request] = server.requests.filter(({ fields }) => "batchsize" in fields) as [MockRequest];
    expect(request.files).toHaveLength(2);
  });

  it("lists every fault of every row with its line, and sends nothing", async () => {
    const server = await startServer();
    const rows = [
      '{"prompt": "fine"}',
      '{"id": "a", "batchsize": 16}',
      "",
      '{"id": "A", "prompt": "x", "colour": "red"}',
      "[3]",
      "{",
      '{"id": "../x", "prompt": "y", "sourceImage": ["no.png", "none.png"]}',
    ];
    const { out, run } = await prepare(rows.join("\n"), server);
    const { exitCode, errors } = await run();
    expect(exitCode).toBe(2);
    const faults = errors.split("\n").filter((line) => line.includes("jobs.jsonl:"));
    expect(faults.map((line) => line.replace(/.*jobs\.jsonl:/, ""))).toEqual([
      "2: prompt is required",
      `2: batchsize must be <= ${largestBatch}`,
      "4: id A is the id of line 2 already",
      expect.stringMatching(/^4: colour /),
      expect.stringMatching(/^5: must be a JSON object/),
      expect.stringMatching(/^6: must be valid JSON/),
      expect.stringMatching(/^7: id must be/),
      expect.stringMatching(/^7: sourceImage .*no\.png does not exist/),
      expect.stringMatching(/^7: sourceImage .*none\.png does not exist/),
    ]);
    const { json } = await run("--json");
    expect(json.error.issues).toHaveLength(9);
    expect(json.error.issues).toContainEqual({ line: 2, path: "prompt", message: "is required" });
    expect(server.requests).toHaveLength(0);
    await expect(readdir(out)).rejects.toThrow();
  });

  it("refuses lists that it cannot read", async () => {
    const server = await startServer();
    for (const [name, text, message] of [
      ["empty.jsonl", "\n", "has no rows"],
      ["jobs.xlsx", "{}", "must end in .jsonl"],
    ] as const) {
      const { exitCode, errors } = await (await prepare(text, server, name)).run();
      expect([exitCode, errors]).toEqual([2, expect.stringContaining(message)]);
    }
    const folder = await makeFolder();
    await mkdir(join(folder, "folder.csv"));
    for (const [name, message] of [
      ["folder.csv", "is not a regular file"],
      ["missing.csv", "cannot be read"],
    ] as const) {
      const { exitCode, errors } = await command(["batch", join(folder, name)]);
      expect([exitCode, errors]).toEqual([2, expect.stringContaining(message)]);
    }
  });

  it("refuses a list that it may not read", async () => {
    const { folder, list } = await prepare([{ prompt: "one" }], await startServer());
    await chmod(folder, 0o755);
    await chmod(list, 0);
    const isRoot = process.geteuid!() === 0; // who may read everything
    if (isRoot) process.seteuid!(65534);
    try {
      await expect(openList(list)).rejects.toThrow("jobs.jsonl cannot be read (EACCES)");
    } finally {
      if (isRoot) process.seteuid!(0);
    }
  });

  it("stops at Ctrl-C while the list is checked", async () => {
    const server = await startServer();
    const { list, out } = await prepare([{ prompt: "one" }], server);
    const { exitCode } = await command(["batch", list, "--out", out, "--base-url", server.url], {
      onError: (text) => void (text.includes("validating") && process.emit("SIGINT", "SIGINT")),
    });
    expect(exitCode).toBe(130);
    await expect(readdir(out)).rejects.toThrow();
  });

  it("checks with --dry-run, without a key", async () => {
    const server = await startServer();
    const { list } = await prepare([{ prompt: "one" }, { prompt: "two" }], server);
    const environment = { TENSORSLAB_API_KEY: undefined };
    const { exitCode, output } = await command(["batch", list, "--dry-run"], { environment });
    expect([exitCode, output]).toEqual([
      0,
      "2 rows are valid; 2 would be submitted, for 2 images. Nothing was sent.\n",
    ]);
  });

  it("refuses an id that stands for something else now, and another service", async () => {
    const server = await startServer();
    const { list, run } = await prepare([{ id: "fox", prompt: "one" }], server);
    await run();
    const elsewhere = await command(["batch", list, "--out", join(list, "../out"), "--mock"]);
    expect([elsewhere.exitCode, elsewhere.errors]).toEqual([
      2,
      expect.stringContaining(`submitted to ${server.url}`),
    ]);
    await writeFile(list, JSON.stringify({ id: "fox", prompt: "two" }));
    const changed = await run();
    expect([changed.exitCode, changed.errors]).toEqual([
      2,
      expect.stringContaining("is not what fox was before"),
    ]);
    expect(server.ledger).toHaveLength(1);
  });

  it("counts each ending, and does not pay again for what may have been paid", async () => {
    const server = await startServer();
    const markers = ["task-failed", "stuck", "empty", "refuse", "missing-image"];
    const { run } = await prepare(
      markers.map((id) => ({ id, prompt: `[mock:${id}]` })),
      server,
    );
    const first = await run("--json");
    expect(first.json).toMatchObject({
      exitCode: 8,
      counts: { taskFailed: 1, stillRunning: 1, unknown: 1, refused: 1, incomplete: 1, saved: 0 },
    });
    expect(first.json.problems).toContainEqual({
      id: "task-failed",
      line: 1,
      taskid: expect.any(String) as string,
      message: expect.stringContaining("failed") as string,
    });
    const charged = server.ledger.length;
    const again = await run("--json");
    expect(again.json.counts).toEqual(first.json.counts);
    expect(server.ledger).toHaveLength(charged);
    expect(promptsOf(server).slice(markers.length)).toEqual(["[mock:refuse]"]);

    await run("--resubmit-unknown");
    expect(promptsOf(server).slice(-2).sort()).toEqual(["[mock:empty]", "[mock:refuse]"]);
    await run("--resubmit-failed");
    expect(promptsOf(server).slice(-2).sort()).toEqual(["[mock:refuse]", "[mock:task-failed]"]);
  });

  it("stops submitting when credits are used up, finishes the rest, and goes on later", async () => {
    const rows = Array.from({ length: 6 }, (_, index) => ({ id: `r${index}`, prompt: `fox ${index}` }));
    let mayPay = false;
    const server = await startServer({
      fail: ({ role, ordinalOfRole }) =>
        role === "submit" && ordinalOfRole > 3 && !mayPay
          ? { kind: "response", body: '{"code":9000,"msg":"insufficient credits"}' }
          : undefined,
    });
    const { run } = await prepare(rows, server);
    const { json, errors } = await run("--json", "--concurrency", "2");
    expect(json).toMatchObject({ ok: false, exitCode: 4, counts: { saved: 3, left: 3 } });
    expect(promptsOf(server).length).toBeLessThanOrEqual(5);
    expect(errors).toContain("Stopped submitting");
    mayPay = true;
    expect((await run("--json")).json).toMatchObject({ exitCode: 0, counts: { saved: 3, savedBefore: 3 } });
    expect(server.ledger).toHaveLength(6);
  });

  it("stops at once on a key that is not accepted", async () => {
    const server = await startServer({ apiKeys: ["another"] });
    const rows = Array.from({ length: 10 }, (_, index) => ({ prompt: `fox ${index}` }));
    const { run } = await prepare(rows, server);
    expect((await run("--json", "--concurrency", "1")).json).toMatchObject({
      exitCode: 3,
      counts: { left: 10 },
    });
    expect(server.requests).toHaveLength(1);
  });

  it("submits nothing more once a task is kept from the key", async () => {
    const server = await startServer({
      fail: ({ role }) => (role === "status" ? { kind: "response", status: 401 } : undefined),
    });
    const { run } = await prepare([{ prompt: "one" }, { prompt: "two" }], server);
    expect((await run("--json", "--concurrency", "1")).json).toMatchObject({
      exitCode: 3,
      counts: { stillRunning: 1, left: 1 },
    });
    expect(server.ledger).toHaveLength(1);
  });

  it("backs off on 429 until the service takes rows again, and pays for each once", async () => {
    const server = await startServer({
      fail: ({ role, ordinalOfRole }) =>
        role === "submit" && ordinalOfRole <= 4
          ? { kind: "response", status: 429, headers: { "retry-after": "0" } }
          : undefined,
    });
    const rows = Array.from({ length: 8 }, (_, index) => ({ prompt: `fox ${index}` }));
    const { run } = await prepare(rows, server);
    const { exitCode, errors } = await run("--concurrency", "4");
    expect([exitCode, server.ledger.length]).toEqual([0, 8]);
    expect(errors).toContain("too many requests");
  });

  it("has no more rows at work than --concurrency says", async () => {
    let atWork = 0;
    let most = 0;
    const server = await startServer({
      fail: ({ role }) => {
        if (role === "submit") most = Math.max(most, ++atWork);
        if (role === "result") atWork--;
        return undefined;
      },
    });
    const rows = Array.from({ length: 20 }, (_, index) => ({ prompt: `fox ${index}` }));
    const { run } = await prepare(rows, server);
    expect((await run("--concurrency", "3")).exitCode).toBe(0);
    expect(most).toBe(3);
  });

  it("lets no row wait for a connection that --concurrency allows", async () => {
    const waiting: ServerResponse[] = [];
    const server = createServer((request, response) => {
      request.resume().on("end", () => {
        if (waiting.push(response) < 66) return;
        for (const each of waiting) each.end(JSON.stringify({ code: 9000, msg: "no credits" }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const rows = Array.from({ length: 66 }, (_, index) => ({ prompt: `fox ${index}` }));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { run } = await prepare(rows, { url });
    const { json } = await run("--json", "--concurrency", "66");
    expect(json).toMatchObject({ exitCode: 4, rows: 66 });
    expect(waiting).toHaveLength(66);
  });

  it("lets no second run into a folder where one is at work, and takes over from a dead one", async () => {
    const server = await startServer();
    const { out, run } = await prepare([{ prompt: "one" }], server);
    await mkdir(out);
    await writeFile(join(out, ".lock"), JSON.stringify({ process: process.ppid, host: hostname() }));
    const refused = await run();
    expect([refused.exitCode, refused.errors]).toEqual([
      2,
      expect.stringContaining(`Process ${process.ppid}`),
    ]);
    await writeFile(join(out, ".lock"), JSON.stringify({ process: process.ppid, host: "another" }));
    expect((await run()).exitCode).toBe(2);
    await writeFile(join(out, ".lock"), JSON.stringify({ process: 2 ** 22 + 1, host: hostname() }));
    expect((await run()).exitCode).toBe(0);
  });
});
