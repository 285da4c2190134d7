import { execFileSync } from "node:child_process";
import { appendFileSync, writeFileSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createClient, generateOnce } from "../../src/index.js";
import type { MockServer } from "../../src/mock-server/index.js";
import { createFolderStore } from "../../src/node/index.js";
import { makeFolder } from "../support/generate.js";
import { apiKey, command, listImages, readRecords, startServer } from "./support/command.js";

const resolution = "16x16";
const small = ["--resolution", resolution];

/** Writes a list and gives what runs it. */
async function prepare(rows: object[], server: MockServer) {
  const folder = await makeFolder();
  const list = join(folder, "jobs.jsonl");
  await writeFile(list, rows.map((row) => JSON.stringify({ resolution, ...row })).join("\n"));
  const out = join(folder, "out");
  const words = ["batch", list, "--out", out, "--base-url", server.url, "--timeout", "1"];
  return { folder, list, out, run: (...more: string[]) => command([...words, ...more]) };
}

describe("images that were asked for", () => {
  it("are all saved, also if the submit's response has the first already", async () => {
    const server = await startServer();
    const out = await makeFolder();
    const words = [
      "fox [mock:instant]",
      ...small,
      "--batchsize",
      "3",
      "--base-url",
      server.url,
      "--out",
      out,
    ];
    const { exitCode, json } = await command([...words, "--json"]);
    expect([exitCode, json]).toEqual([0, expect.objectContaining({ requested: 3, received: 3 })]);
    expect(await listImages(out)).toHaveLength(3);
    expect(Object.values(await readRecords(out))).toMatchObject([{ state: "saved", images: 3 }]);
  });

  it("and are fewer in the end are said, counted, and have an exit status of their own", async () => {
    const lost = (body: Buffer) => {
      const response = JSON.parse(body.toString()) as { data: { url: string[] } };
      response.data.url.pop();
      return JSON.stringify(response);
    };
    const server = await startServer({
      fail: ({ role }) => (role === "status" ? { kind: "alter", alter: lost } : undefined),
    });
    const out = await makeFolder();
    const words = ["a fox", ...small, "--batchsize", "3", "--base-url", server.url, "--out", out, "--json"];
    const { exitCode, json, errors } = await command(words);
    expect([exitCode, errors]).toEqual([10, expect.stringContaining("2 of 3 images")]);
    expect(json).toMatchObject({ ok: false, exitCode: 10, requested: 3, received: 2 });
    expect(json.files).toHaveLength(2);

    const { run } = await prepare([{ id: "a", prompt: "fox", batchsize: 3 }], server);
    for (let time = 1; time <= 2; time++) {
      const batch = await run("--json");
      expect(batch.json).toMatchObject({ exitCode: 10, counts: { fewer: 1, saved: 0 }, images: 2 });
      expect(batch.errors).toContain("a (line 1): fewer images: 2 of 3 images");
    }
    expect(server.ledger).toHaveLength(2);
  });
});

describe("Ctrl-C in a batch", () => {
  it("counts every row by its record: what may be paid for is never called not submitted", async () => {
    let submits = 0;
    const server = await startServer({
      fail: ({ role }) => {
        if (role !== "submit" || ++submits !== 3) return undefined;
        // The third is taken and charged, and is not answered any more.
        setImmediate(() => process.emit("SIGINT", "SIGINT"));
        return { kind: "hang", charged: true };
      },
    });
    const rows = Array.from({ length: 6 }, (_, index) => ({ id: `r${index}`, prompt: `fox ${index}` }));
    const { out, run } = await prepare(rows, server);
    const { exitCode, json, errors } = await run("--json", "--concurrency", "1");
    expect(exitCode).toBe(130);
    expect(json).toMatchObject({
      ok: false,
      error: { code: "INTERRUPTED" },
      counts: { saved: 2, unknown: 1, left: 3 },
    });
    expect(errors).toMatch(/saved +2\noutcome unknown +1\nnot submitted +3\n/);
    expect(errors).toContain("r2 (line 3): outcome unknown");
    const unsure = Object.values(await readRecords(out)).filter(({ state }) => state === "unknown");
    expect(unsure).toMatchObject([{ id: "r2" }]);
    const resumed = await run("--json");
    expect(resumed.json.counts).toMatchObject({ saved: 3, savedBefore: 2, unknown: 1 });
    expect(server.ledger).toHaveLength(6);
  });
});

describe("what would help", () => {
  it("is said by what is left, and refused rows alone have an exit status of their own", async () => {
    const server = await startServer();
    const { out, list, run } = await prepare([{ id: "a", prompt: "[mock:refuse]" }], server);
    const refused = await run();
    expect(refused.exitCode).toBe(5);
    expect(refused.errors).toContain("one that you change needs another id: tensorslab-images batch");
    expect(refused.errors).not.toContain("To resume: ");
    const resumed = await command(["resume", out, "--base-url", server.url]);
    expect([resumed.exitCode, resumed.errors]).toEqual([
      11,
      expect.stringContaining("`batch` submits it again"),
    ]);

    const failed = await prepare(
      [
        { id: "a", prompt: "[mock:task-failed]" },
        { id: "b", prompt: "[mock:empty]" },
      ],
      server,
    );
    const { errors, exitCode } = await failed.run();
    expect(exitCode).toBe(8);
    expect(errors).not.toContain("To resume: ");
    expect(errors).toMatch(/failed rows again: tensorslab-images batch .* --resubmit-failed/);
    expect(errors).toMatch(/outcome is unknown, once .*: tensorslab-images batch .* --resubmit-unknown/);
    expect(list).toContain("jobs.jsonl");
  });

  it("never is to delete a record without its state and its task", async () => {
    const server = await startServer();
    const { out, list, run } = await prepare([{ id: "a", prompt: "fox [mock:stuck]" }], server);
    await run();
    await writeFile(list, JSON.stringify({ id: "a", prompt: "another fox" }));
    const { errors, exitCode } = await run();
    const [{ taskid }] = Object.values(await readRecords(out)) as [{ taskid: string }];
    expect([exitCode, errors]).toEqual([2, expect.stringContaining(`(accepted, task ${taskid})`)]);
  });

  it("is said with --quiet as well: why a row failed", async () => {
    const server = await startServer();
    const { run } = await prepare([{ id: "a", prompt: "[mock:refuse]", resolution: "2K" }], server);
    const { errors } = await run("--quiet");
    expect(errors).toMatch(/^a \(line 1\): refused: /);
  });
});

describe("--dry-run", () => {
  it("counts what would be submitted, and for how many images", async () => {
    const server = await startServer();
    const rows = [
      { id: "a", prompt: "one" },
      { id: "b", prompt: "two", batchsize: 4 },
      { prompt: "[mock:refuse]" },
    ];
    const { run } = await prepare(rows, server);
    expect((await run("--json", "--dry-run")).json).toMatchObject({ rows: 3, submits: 3, images: 6 });
    await run();
    expect((await run("--json", "--dry-run")).json).toMatchObject({ rows: 3, submits: 1, images: 1 });
    expect(server.ledger).toHaveLength(2);
  });

  it("counts within the limits", async () => {
    const server = await startServer();
    const rows = [{ prompt: "one" }, { prompt: "two", batchsize: 4 }, { prompt: "three" }];
    const { run } = await prepare(rows, server);
    const limited = await run("--dry-run", "--limit", "1");
    expect(limited.output).toBe(
      "3 rows are valid; 1 would be submitted, for 1 image, and 2 left for a later run by a limit. Nothing was sent.\n",
    );
    expect((await run("--json", "--dry-run", "--limit", "2")).json).toMatchObject({ submits: 2, images: 5 });
    const { json } = await run("--json", "--dry-run", "--max-images", "4");
    expect(json).toMatchObject({ rows: 3, submits: 1, images: 1, left: 2 });
    await run("--limit", "1");
    expect(server.ledger).toHaveLength(1);
  });

  it("counts within what is left of the day", async () => {
    const server = await startServer();
    const { list, run } = await prepare([{ prompt: "one" }, { prompt: "two", batchsize: 2 }], server);
    const day = ["--max-images-per-day", "4"];
    expect((await run("--json", "--dry-run", ...day)).json).toMatchObject({ submits: 2, images: 3, left: 0 });
    await run(...day);
    const rows = [{ prompt: "three" }, { prompt: "four" }, { prompt: "five" }];
    await writeFile(list, rows.map((row) => JSON.stringify(row)).join("\n"));
    expect((await run("--json", "--dry-run", ...day)).json).toMatchObject({ submits: 1, images: 1, left: 2 });
    // Dry runs have counted nothing: the real one submits as much.
    expect((await run("--json", ...day)).json).toMatchObject({ exitCode: 4, counts: { saved: 1, left: 2 } });
    expect((await run("--json", "--dry-run", ...day)).json).toMatchObject({ submits: 0, images: 0, left: 2 });
    expect(server.ledger).toHaveLength(3);
  });

  it("says 1 row and 1 image", async () => {
    const { run } = await prepare([{ prompt: "one" }], await startServer());
    const { output } = await run("--dry-run");
    expect(output).toBe("1 row is valid; 1 would be submitted, for 1 image. Nothing was sent.\n");
  });

  it("finds a folder that cannot be written to, and one where another run is at work", async () => {
    const server = await startServer();
    const { folder, run } = await prepare([{ prompt: "one" }], server);
    await writeFile(join(folder, "file"), "");
    for (const out of [join(folder, "file"), join(folder, "file", "below")]) {
      for (const { exitCode, errors } of [
        await run("--dry-run", "--out", out),
        await command(["a fox", "--dry-run", "--out", out]),
        await command(["submit", "a fox", "--dry-run", "--out", out]),
      ]) {
        expect([exitCode, errors]).toEqual([
          2,
          expect.stringMatching(/is not a folder, so it cannot be written|cannot be written to \(ENOTDIR\)/),
        ]);
      }
    }
    const out = join(folder, "busy");
    await mkdir(join(out, ".lock"), { recursive: true });
    await writeFile(join(out, ".lock", "unknown"), "");
    const busy = await run("--dry-run", "--out", out);
    expect([busy.exitCode, busy.errors]).toEqual([2, expect.stringContaining("--break-lock")]);
    const isRoot = process.geteuid!() === 0; // who may write everywhere
    const closed = join(folder, "closed");
    await mkdir(closed);
    await chmod(folder, 0o755);
    await chmod(closed, 0o555);
    if (isRoot) process.seteuid!(65534);
    try {
      const { exitCode } = await command(["a fox", "--dry-run", "--out", join(closed, "new")]);
      expect(exitCode).toBe(2);
    } finally {
      if (isRoot) process.seteuid!(0);
    }
    expect(await readdir(closed)).toEqual([]);
  });
});

describe("--limit", () => {
  it("submits so many rows and leaves the others for later", async () => {
    const server = await startServer();
    const { run } = await prepare([{ prompt: "one" }, { prompt: "two" }, { prompt: "three" }], server);
    const first = await run("--json", "--limit", "2");
    expect(first.json).toMatchObject({ ok: true, exitCode: 0, counts: { saved: 2, left: 1 } });
    const second = await run("--json", "--limit", "2");
    expect(second.json).toMatchObject({ ok: true, counts: { saved: 1, savedBefore: 2, left: 0 } });
    expect(server.ledger).toHaveLength(3);
  });
});

describe("results", () => {
  it("are named by the row, and listed with what was asked for and what came", async () => {
    const server = await startServer();
    const rows = [
      { id: "snow", prompt: "snow", batchsize: 2 },
      { id: "v1.2-Fox", prompt: "fox" },
      { id: "taken", prompt: "taken" },
      { id: "no", prompt: "[mock:refuse]" },
    ];
    const { out, run } = await prepare(rows, server);
    await mkdir(out);
    await writeFile(join(out, "taken-1.png"), "another task's image");
    await run("--concurrency", "1");
    const tasks = Object.fromEntries(
      Object.values(await readRecords(out)).map(({ id, taskid }) => [String(id), String(taskid)]),
    );
    const taken = `taken-${tasks.taken}-1.png`;
    expect(await listImages(out)).toEqual(
      ["snow-1.png", "snow-2.png", "v1%2e2-%46ox-1.png", "taken-1.png", taken].sort(),
    );
    const list = async () =>
      (await readFile(join(out, "results.jsonl"), "utf8"))
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    const whole = { state: "saved", width: 16, height: 16, requested: 1, received: 1 };
    const expected = [
      {
        ...whole,
        line: 1,
        row: "snow",
        taskid: tasks.snow,
        files: ["snow-1.png", "snow-2.png"],
        requested: 2,
        received: 2,
      },
      { ...whole, line: 2, row: "v1.2-Fox", files: ["v1%2e2-%46ox-1.png"] },
      { ...whole, line: 3, row: "taken", files: [taken] },
      { line: 4, row: "no", state: "rejected", files: [], requested: 1, received: 0 },
    ];
    expect(await list()).toMatchObject(expected);
    const table = await readFile(join(out, "results.csv"), "utf8");
    expect(table.split("\r\n").slice(0, 2)).toEqual([
      "line,row,state,taskid,files,width,height,requested,received",
      `1,snow,saved,${tasks.snow},snow-1.png;snow-2.png,16,16,2,2`.replace(/,(snow-1[^,]*)/, ',"$1"'),
    ]);
    // A second run reads no task, and knows the sizes still.
    await run();
    expect(await list()).toMatchObject(expected);
  });

  it("take the place of a pipe or a link that somebody put there", async () => {
    const server = await startServer();
    const { out, run } = await prepare([{ id: "snow", prompt: "snow" }], server);
    await mkdir(out);
    const precious = join(out, "precious");
    await writeFile(precious, "precious");
    execFileSync("mkfifo", [join(out, "results.jsonl")]);
    await symlink(precious, join(out, "results.csv"));
    await run();
    expect(await readFile(join(out, "results.jsonl"), "utf8")).toContain("snow-1.png");
    expect(await readFile(join(out, "results.csv"), "utf8")).toContain("snow-1.png");
    expect(await readFile(precious, "utf8")).toBe("precious");
  });
});

describe("images that were saved and are gone", () => {
  it("are missing if they cannot be fetched again, and are saved once they can be", async () => {
    let isGone = false;
    const server = await startServer({
      fail: ({ role }) =>
        isGone && role === "result" ? { kind: "response", status: 404, body: "gone" } : undefined,
    });
    const { out, run } = await prepare([{ id: "one", prompt: "fox", batchsize: 2 }], server);
    expect((await run()).exitCode).toBe(0);
    const images = await listImages(out);
    await rm(join(out, images[0]!));
    isGone = true;
    for (let time = 1; time <= 2; time++) {
      const { exitCode, json } = await run("--json");
      expect([exitCode, json.counts]).toEqual([9, expect.objectContaining({ saved: 0, incomplete: 1 })]);
      const resumed = await command(["resume", out, "--base-url", server.url, "--json"]);
      expect([resumed.exitCode, resumed.json.counts]).toEqual([
        9,
        expect.objectContaining({ saved: 0, incomplete: 1 }),
      ]);
    }
    isGone = false;
    expect((await run()).exitCode).toBe(0);
    expect(await listImages(out)).toEqual(images);
    expect(server.ledger).toHaveLength(1);
  });

  it("are missing if the task cannot be read", async () => {
    let isGone = false;
    const server = await startServer({
      fail: ({ role }) => (isGone && role === "status" ? { kind: "reset" } : undefined),
    });
    const { out, run } = await prepare([{ id: "one", prompt: "fox" }], server);
    expect((await run()).exitCode).toBe(0);
    await rm(join(out, (await listImages(out))[0]!));
    isGone = true;
    expect((await run()).exitCode).toBe(9);
  });
});

describe("a row whose record is of another task by the time that its images are made", () => {
  it("leaves that record alone, and names the task that has the images", async () => {
    // The first task is seen as running, then by another program as failed, and then as completed.
    const statuses = [2, 4, 3];
    let askAgain = (): Promise<unknown> => Promise.resolve();
    let other: Promise<unknown> | undefined;
    const server = await startServer({
      fail: ({ role }) => {
        const status = role === "status" ? statuses.shift() : undefined;
        if (status === undefined) return undefined;
        if (status === 2) setImmediate(() => (other = askAgain()));
        const alter = (body: Buffer) => {
          const response = JSON.parse(body.toString()) as { data: object };
          Object.assign(response.data, { image_status: status });
          return JSON.stringify(response);
        };
        return { kind: "alter", alter };
      },
    });
    const { out, run } = await prepare([{ id: "one", prompt: "fox" }], server);
    const client = createClient({ apiKey, baseUrl: server.url });
    const options = {
      records: createFolderStore(out),
      idempotencyKey: "one",
      resubmitFailed: true,
      pollIntervalMs: 1,
    };
    const again = () => generateOnce(client, "seedreamv5", { prompt: "fox", resolution }, options);
    askAgain = () => again().catch(again);
    const { exitCode, errors } = await run("--timeout", "60");
    await other;
    const [first, second] = server.ledger.map(({ taskid }) => taskid);
    expect(exitCode).not.toBe(0);
    expect(errors).toContain(first);
    expect(await readRecords(out)).toMatchObject({ one: { state: "completed", taskid: second, files: [] } });
  });
});

describe("a list that is changed while it is processed", () => {
  const prompt = `a fox ${"and a fox ".repeat(800)}`; // the list is longer than what is read at once
  const rows = Array.from({ length: 40 }, (_, index) => ({ id: `r${index}`, prompt }));

  /** Runs a batch whose list is changed in place, as some editors do, when the first row is submitted. */
  async function runAndChange(change: (list: string) => void) {
    let list = "";
    const server = await startServer({
      fail: ({ role, ordinalOfRole }) => {
        if (role === "submit" && ordinalOfRole === 1) change(list);
        return undefined;
      },
    });
    const prepared = await prepare(rows, server);
    list = prepared.list;
    const { exitCode, errors } = await prepared.run("--concurrency", "1");
    expect([exitCode, errors]).toEqual([1, expect.stringMatching(/Line \d+ was changed or added/)]);
    const records = Object.values(await readRecords(prepared.out));
    return { prompts: records.map(({ input }) => (input as { prompt: string }).prompt), server };
  }

  it("has no row submitted that was not validated", async () => {
    const { prompts, server } = await runAndChange((list) => {
      const others = rows.map(({ id }) => ({ id, resolution, prompt: prompt.replaceAll("fox", "cow") }));
      writeFileSync(list, others.map((row) => JSON.stringify(row)).join("\n"));
    });
    expect(new Set(prompts)).toEqual(new Set([prompt]));
    expect(server.ledger).toHaveLength(prompts.length);
  });

  it("has no row submitted that was added since", async () => {
    const { prompts, server } = await runAndChange((list) =>
      appendFileSync(list, `\n${JSON.stringify({ id: "new", prompt: "a cow", resolution })}`),
    );
    expect(prompts).toEqual(rows.map(() => prompt));
    expect(server.ledger).toHaveLength(rows.length);
  });
});

describe("a submit whose response names the task of another row", () => {
  it("has an unknown outcome: that task's images are not taken for its own", async () => {
    let first: string | undefined;
    let isRepeating = true;
    const server = await startServer({
      fail: ({ role }) => {
        if (role !== "submit" || !isRepeating) return undefined;
        // As of a gateway that keeps the response to the first.
        const alter = (body: Buffer) => {
          const response = JSON.parse(body.toString()) as { data: { taskid: string } };
          first ??= response.data.taskid;
          response.data.taskid = first;
          return JSON.stringify(response);
        };
        return { kind: "alter", alter };
      },
    });
    const rows = [
      { id: "cow", prompt: "a cow" },
      { id: "fox", prompt: "a fox" },
    ];
    const { list, out, run } = await prepare(rows.slice(1), server);
    expect((await run()).exitCode).toBe(0);
    await writeFile(list, rows.map((row) => JSON.stringify({ resolution, ...row })).join("\n"));
    for (let time = 1; time <= 2; time++) {
      const { exitCode, json } = await run("--json");
      expect([exitCode, json.counts]).toEqual([8, expect.objectContaining({ unknown: 1, savedBefore: 1 })]);
    }
    expect(await readRecords(out)).toMatchObject({
      cow: {
        state: "unknown",
        error: { message: expect.stringContaining(`task ${first}, which is that of fox`) },
      },
      fox: { state: "saved", taskid: first },
    });
    isRepeating = false;
    expect((await run("--resubmit-unknown")).exitCode).toBe(0);
    expect((await listImages(out)).map((name) => name.split("-")[0])).toEqual(["cow", "fox"]);
  });
});
