import { readdirSync, writeFileSync } from "node:fs";
import { readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { warnOfExpiry } from "../../src/cli/generation/url-expiry.js";
import { createFolderStore } from "../../src/node/index.js";
import { makeRecord } from "../records/support.js";
import { makeFolder } from "../support/generate.js";
import { command, listImages, readRecords, startServer } from "./support/command.js";
import { pngBytes } from "./support/images.js";

const small = ["--resolution", "16x16"];

/** Stores a record as another process left it. */
async function leave(folder: string, changes: Parameters<typeof makeRecord>[0]): Promise<void> {
  const records = createFolderStore(folder);
  const record = makeRecord(changes);
  await records.claim({ ...makeRecord({ id: record.id }) }, undefined);
  await records.write(record, { durable: true });
}

describe("records", () => {
  it("have the permissions that `--record-mode` says, whatever the umask", async () => {
    const server = await startServer();
    const out = await makeFolder();
    const words = ["a fox", ...small, "--base-url", server.url, "--out", out];
    for (const [flags, mode] of [
      [[], 0o600],
      [["--record-mode", "666"], 0o666],
      [["--record-mode=0640"], 0o640],
    ] as const) {
      const { json } = await command([...words, ...flags, "--json"]);
      expect((await stat(String(json.record))).mode & 0o777).toBe(mode);
    }
    for (const mode of ["9", "rw", "1777", ""]) {
      expect((await command([...words, `--record-mode=${mode}`])).exitCode).toBe(2);
    }
    expect(server.ledger).toHaveLength(3);
  });

  it("that are damaged after the submit are not taken for an unpaid generation", async () => {
    const out = await makeFolder();
    const server = await startServer({
      fail: ({ role }) => {
        if (role !== "status") return undefined;
        for (const name of readdirSync(out)) writeFileSync(join(out, name), "{}");
        return undefined;
      },
    });
    const words = ["a fox", ...small, "--base-url", server.url, "--out", out];
    const { errors, json } = await command([...words, "--json"]);
    expect(errors).not.toContain("Nothing was paid");
    expect(errors).toContain(`download ${server.ledger[0]!.taskid}`);
    expect(json).toMatchObject({ taskid: server.ledger[0]!.taskid, error: { outcome: "accepted" } });
  });

  it("lists all, or those in a state; an intent that has expired is unknown", async () => {
    const folder = await makeFolder();
    const unpaid = { taskid: undefined };
    const past = new Date(Date.now() - 1).toISOString();
    const future = new Date(Date.now() + 60_000).toISOString();
    await leave(folder, { id: "a", state: "saved", files: ["a-1.png"] });
    await leave(folder, { id: "b", state: "unknown", ...unpaid, error: { message: "gone\u001b[2J" } });
    await leave(folder, { id: "c", state: "intent", expiresAt: past, ...unpaid });
    await leave(folder, { id: "d", state: "intent", expiresAt: future, ...unpaid });
    const environment = { TENSORSLAB_API_KEY: undefined };
    const all = await command(["records", folder], { environment });
    expect([all.exitCode, all.output.split("\n").map((line) => line.split("\t").slice(0, 3))]).toEqual([
      0,
      [["a", "saved", "task-1"], ["b", "unknown", "-"], ["c", "unknown", "-"], ["d", "intent", "-"], [""]],
    ]);
    const { json, output } = await command(["records", folder, "--state", "unknown", "--json"]);
    expect(json).toMatchObject({
      ok: true,
      records: [
        { id: "b", state: "unknown", input: { prompt: "a fox" }, path: join(folder, "b.record.json") },
        { id: "c", state: "unknown", expiresAt: past },
      ],
    });
    expect(output).not.toContain("\u001b");
    const intents = await command(["records", folder, "--state", "intent", "--json"]);
    expect((intents.json.records as { id: string }[]).map(({ id }) => id)).toEqual(["c", "d"]);
    expect((await command(["records", folder, "--state", "paid"])).exitCode).toBe(2);
  });

  it("names what cannot be read, and says that a record is of the first version", async () => {
    const folder = await makeFolder();
    await leave(folder, { id: "a" });
    const text = await readFile(join(folder, "a.record.json"), "utf8");
    await writeFile(join(folder, "a.record.json"), text.replaceAll('"version":2', '"version":1'));
    await writeFile(join(folder, "b.record.json"), '{"version": 3, "id": "b"}');
    const { exitCode, errors, json } = await command(["records", folder, "--json"]);
    expect([exitCode, json.problems]).toEqual([
      1,
      [{ id: "b", message: expect.stringContaining("it is of version 3") as string }],
    ]);
    expect(errors).toContain("1 of the records are of version 1");
    expect((await command(["records", join(folder, "nowhere")])).exitCode).toBe(2);
  });

  it("warns of completed images that are not saved before their URLs expire", async () => {
    const folder = await makeFolder();
    const ago = (hours: number) => new Date(Date.now() - hours * 60 * 60 * 1000).toISOString();
    await leave(folder, { id: "a", state: "completed", completedAt: ago(20.5) });
    await leave(folder, { id: "b", state: "completed", completedAt: ago(1) });
    const { errors, json } = await command(["records", folder, "--json"]);
    expect(errors).toContain("2 tasks are completed with images that are not saved");
    expect(errors).toContain("expire in about 3 hours");
    expect((json.records as { urlsExpireAt: string }[])[0]!.urlsExpireAt).toMatch(/Z$/);
    const record = (hours: number) => makeRecord({ state: "completed", completedAt: ago(hours) });
    expect(warnOfExpiry([])).toBe(undefined);
    expect(warnOfExpiry([makeRecord()])).toBe(undefined);
    expect(warnOfExpiry([record(23.5)])).toContain("an hour or less");
    expect(warnOfExpiry([record(1), record(30)])).toContain("may have expired");
  });

  it("a run that leaves completed images unsaved warns of it", async () => {
    const server = await startServer();
    const folder = await makeFolder();
    await writeFile(
      join(folder, "jobs.jsonl"),
      '{"prompt": "a fox [mock:missing-image]", "resolution": "16x16"}',
    );
    const out = join(folder, "out");
    const words = ["batch", join(folder, "jobs.jsonl"), "--out", out, "--base-url", server.url];
    const { exitCode, errors } = await command(words);
    expect([exitCode, errors]).toEqual([
      9,
      expect.stringContaining("1 task is completed with images that are not saved"),
    ]);
    const resumed = await command(["resume", out, "--base-url", server.url]);
    expect(resumed.errors).toContain("1 task is completed with images that are not saved");
  });
});

describe("a folder of the first version", () => {
  it("is finished by this one: what was accepted, unpaid and saved", async () => {
    const server = await startServer();
    const folder = await makeFolder();
    const out = join(folder, "out");
    const rows = ["one", "two", "three"].map((id) => ({
      id: `Row.${id}`,
      prompt: id,
      resolution: "16x16",
      ...(id === "two" && { sourceImage: "photo.png" }),
    }));
    await writeFile(join(folder, "photo.png"), pngBytes);
    await writeFile(join(folder, "jobs.jsonl"), rows.map((row) => JSON.stringify(row)).join("\n"));
    const words = ["batch", join(folder, "jobs.jsonl"), "--out", out, "--base-url", server.url];
    expect((await command(words)).exitCode).toBe(0);
    const tasks = Object.fromEntries(
      Object.values(await readRecords(out)).map(({ id, taskid, files }) => [String(id), { taskid, files }]),
    );
    await rm(out, { recursive: true });
    // As the first version wrote them.
    const write = async ({ id, ...input }: (typeof rows)[number], fields: object) => {
      const times = { createdAt: "2026-01-31T12:00:00.000Z", updatedAt: "2026-01-31T12:00:00.000Z" };
      const known = {
        version: 1,
        id,
        service: `${server.url}/`,
        model: "seedreamv5",
        input,
        files: [],
        ...times,
      };
      await writeFile(join(out, `${id}.record.json`), JSON.stringify({ ...known, ...fields }));
    };
    await createFolderStore(out).runAlone(async () => undefined);
    await write(rows[0]!, { state: "accepted", taskid: tasks["Row.one"]!.taskid });
    await write(rows[1]!, { state: "saved", ...tasks["Row.two"] });
    await write(rows[2]!, { state: "rejected", error: { code: "RATE_LIMIT", message: "429" } });
    const { exitCode, json } = await command([...words, "--json"]);
    expect([exitCode, json.counts]).toEqual([0, expect.objectContaining({ saved: 3 })]);
    expect(server.ledger).toHaveLength(4); // the third row alone was submitted again
    expect(await readdir(out)).toEqual(
      expect.arrayContaining(["Row.one.record.json", "Row.two.record.json", "Row.three.record.json"]),
    );
    expect(await listImages(out)).toHaveLength(3);
    for (const record of Object.values(await readRecords(out)))
      expect(record).toMatchObject({ version: 2, state: "saved" });
  });
});

describe("money", () => {
  async function start(rows: object[]) {
    const server = await startServer();
    const folder = await makeFolder();
    const list = join(folder, "jobs.jsonl");
    await writeFile(list, rows.map((row) => JSON.stringify({ resolution: "16x16", ...row })).join("\n"));
    const words = [
      "batch",
      list,
      "--out",
      join(folder, "out"),
      "--base-url",
      server.url,
      "--concurrency",
      "1",
      "--json",
    ];
    return { server, run: (...more: string[]) => command([...words, ...more]) };
  }
  const rows = [{ prompt: "a", batchsize: 2 }, { prompt: "b" }, { prompt: "c" }, { prompt: "d" }];

  it("is not spent beyond --max-images in a run", async () => {
    const { server, run } = await start(rows);
    const first = await run("--max-images", "3");
    expect(first.errors).toContain(
      "would exceed the limit of 3 for this run (`--max-images`); nothing was sent",
    );
    expect(first.json).toMatchObject({ exitCode: 4, images: 3, counts: { saved: 2, left: 2 } });
    expect(first.errors).toContain("the limit of 3 for this run");
    expect((await run("--max-images", "3")).json).toMatchObject({
      exitCode: 0,
      counts: { saved: 2, savedBefore: 2 },
    });
    expect(server.ledger).toHaveLength(4);
  });

  it("is not spent beyond --max-images-per-day, all runs together", async () => {
    const { server, run } = await start(rows);
    for (let round = 0; round < 3; round++) {
      expect((await run("--max-images-per-day", "3")).json).toMatchObject({
        exitCode: 4,
        counts: { left: 2 },
      });
    }
    expect(server.ledger).toHaveLength(2);
    expect((await run("--max-images", "0")).exitCode).toBe(2);
  });
});

describe("--break-lock", () => {
  it("works in a folder that another run has locked", async () => {
    const server = await startServer();
    const out = await makeFolder();
    const words = ["resume", out, "--base-url", server.url];
    await command(["submit", "a fox", ...small, "--out", out, "--base-url", server.url]);
    await createFolderStore(out).runAlone(async () => {
      const refused = await command(words);
      expect([refused.exitCode, refused.errors]).toEqual([2, expect.stringContaining("`--break-lock`")]);
      expect((await command([...words, "--break-lock"])).exitCode).toBe(0);
    });
    expect(await listImages(out)).toHaveLength(1);
    expect((await command(words)).exitCode).toBe(0);
  });
});
