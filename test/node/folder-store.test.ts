import { appendFile, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { generateOnce, readRecord, RecordError } from "../../src/index.js";
import type { GenerationRecord } from "../../src/index.js";
import { createFolderStore } from "../../src/node/index.js";
import { makeRecord, startService } from "../records/support.js";
import { makeFolder } from "../support/generate.js";

const input = { prompt: "a fox", resolution: "16x16" };
const intentOf = (id: string) =>
  makeRecord({ id, state: "intent", taskid: undefined, expiresAt: new Date().toISOString() });

describe("a folder of records", () => {
  test("is created if missing, and has a file for each record", async () => {
    const folder = join(await makeFolder(), "new", "folder");
    const records = createFolderStore(folder);
    const { client } = await startService();
    await generateOnce(client, "seedreamv5", input, { records, idempotencyKey: "order-1" });
    expect(await readdir(folder)).toEqual(["order-1.record.json"]);
    expect(await records.list()).toEqual(["order-1"]);
    expect(() => createFolderStore(folder, { mode: 0o1000 })).toThrow("`mode` must be");
  });

  test("names records safely on every system, and knows their ids", async () => {
    const folder = await makeFolder();
    const records = createFolderStore(folder);
    const ids = [
      "Fox",
      "fox",
      "con",
      "NUL",
      "nul",
      "lpt1",
      "a.",
      "a ",
      "../a",
      "a/b",
      "C:a",
      "日本",
      "x".repeat(255),
      "%",
      "%25",
    ];
    for (const id of ids) expect(await records.claim(intentOf(id), undefined), id).toBe(true);
    const names = await readdir(folder);
    expect(names).toHaveLength(ids.length);
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(ids.length);
    for (const name of names) {
      expect(name).toMatch(/^[a-z0-9%_][a-z0-9%_-]*\.record\.json$/);
      expect(name).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)\./);
    }
    expect(await records.list()).toEqual(ids.toSorted());
    for (const id of ids) expect(await readRecord(records, id)).toMatchObject({ id });
  });

  test("keeps a record of the first version where it is, also with upper case and dots", async () => {
    const folder = await makeFolder();
    const { client, server } = await startService();
    const records = createFolderStore(folder);
    const first = {
      version: 1,
      id: "Order.1",
      service: client.service,
      model: "seedreamv5",
      input,
      state: "not-sent",
      files: [],
      createdAt: "2026-01-31T12:00:00.000Z",
      updatedAt: "2026-01-31T12:00:00.000Z",
    };
    await writeFile(join(folder, "Order.1.record.json"), JSON.stringify(first));
    expect(await records.claim(intentOf("Order.1"), undefined)).toBe(false);
    expect(await readRecord(records, "Order.1")).toMatchObject({ version: 1, attempt: 1 });
    await generateOnce(client, "seedreamv5", input, { records, idempotencyKey: "Order.1" });
    expect(await readdir(folder)).toEqual(["Order.1.record.json"]);
    expect(await readRecord(records, "Order.1")).toMatchObject({
      version: 2,
      attempt: 2,
      state: "completed",
    });
    expect(server.ledger).toHaveLength(1);
    // Another id whose plain name is the same where case is ignored.
    await writeFile(join(folder, "Fox.record.json"), JSON.stringify({ ...first, id: "fOX" }));
    expect(await readRecord(records, "Fox")).toBe(undefined);
  });

  test("refuses what is not a record, and leaves it as it is", async () => {
    const folder = await makeFolder();
    const records = createFolderStore(folder);
    const { client, submits } = await startService();
    for (const text of [
      "",
      "null",
      "7",
      '{"version":2',
      "{}",
      '{"version":2,"id":"b"}',
      '{"version":3,"id":"a"}',
    ]) {
      await writeFile(records.pathOf("a"), text);
      const once = generateOnce(client, "seedreamv5", input, { records, idempotencyKey: "a" });
      await expect(once, text).rejects.toThrow(RecordError);
      expect(await readFile(records.pathOf("a"), "utf8")).toBe(text);
    }
    expect(submits()).toBe(0);
  });
});

describe("the file of a record", () => {
  const record = makeRecord({ id: "a" });
  const lineOf = (fields: Partial<GenerationRecord>) => `${JSON.stringify({ ...record, ...fields })}\n`;
  const intent = lineOf({ state: "intent", taskid: undefined, expiresAt: "2026-01-31T12:00:00.000Z" });

  async function openWith(text: string) {
    const records = createFolderStore(await makeFolder());
    await writeFile(records.pathOf("a"), text);
    return { records, text: () => readFile(records.pathOf("a"), "utf8") };
  }

  test("has a line for each state, and the last counts", async () => {
    const records = createFolderStore(await makeFolder());
    const { client } = await startService();
    await generateOnce(client, "seedreamv5", input, { records, idempotencyKey: "a" });
    const lines = (await readFile(records.pathOf("a"), "utf8")).split("\n");
    expect(lines.pop()).toBe("");
    expect(lines.map((line) => (JSON.parse(line) as GenerationRecord).state)).toEqual([
      "intent",
      "accepted",
      "completed",
    ]);
    expect(await readRecord(records, "a")).toEqual(JSON.parse(lines[2]!));
  });

  test("may end in a line that was cut short, which is gone with the next write", async () => {
    for (const cut of [1, 20, lineOf({ state: "accepted" }).length - 2]) {
      const { records, text } = await openWith(intent + lineOf({ state: "accepted" }).slice(0, cut));
      expect(await readRecord(records, "a")).toMatchObject({ state: "intent" });
      await records.write({ ...record, state: "saved" }, { durable: true });
      expect(await text()).toBe(lineOf({ state: "saved" }));
    }
  });

  test("may be edited by hand: blank lines, and no end of the last line", async () => {
    const { records } = await openWith(`${intent}\r\n\n${lineOf({ state: "accepted" }).trim()}`);
    expect(await readRecord(records, "a")).toMatchObject({ state: "accepted" });
  });

  test("is damaged if any other line is not a record's", async () => {
    for (const damage of ["{", "7", "null", "\0\0\0"]) {
      const { records } = await openWith(`${intent}${damage}\n${lineOf({ state: "accepted" })}`);
      await expect(readRecord(records, "a"), damage).rejects.toThrow("is not a JSON object");
      const { records: atTheEnd } = await openWith(`${intent}${damage}\n`);
      await expect(readRecord(atTheEnd, "a"), damage).rejects.toThrow("is not a JSON object");
    }
  });

  test("counts no late line of an earlier attempt, and every line of a newer version", async () => {
    const second = lineOf({ state: "accepted", attempt: 2, taskid: "second" });
    const late = await openWith(intent + second + lineOf({ state: "failed", taskid: "first" }));
    expect(await readRecord(late.records, "a")).toMatchObject({ attempt: 2, taskid: "second" });
    const newer = await openWith(`${intent}{"version":3,"id":"a"}\n${second}`);
    await expect(readRecord(newer.records, "a")).rejects.toThrow("it is of version 3");
  });
});

describe("a record that this store wrote last", () => {
  const record = makeRecord({ id: "a" });
  async function openWritten() {
    const folder = await makeFolder();
    const records = createFolderStore(folder);
    await records.claim(intentOf("a"), undefined);
    await records.write(record, { durable: false });
    return { records, folder, path: records.pathOf("a"), read: () => readRecord(records, "a") };
  }

  test("is found as another process has changed it since: appended, edited, replaced or removed", async () => {
    const { folder, path, read } = await openWritten();
    const other = createFolderStore(folder);
    await other.write({ ...record, state: "completed" }, { durable: false });
    expect(await read()).toMatchObject({ state: "completed" });
    await other.write({ ...record, state: "failed" }, { durable: false });
    expect(await other.claim({ ...intentOf("a"), attempt: 2 }, { attempt: 1, state: "failed" })).toBe(true);
    expect(await read()).toMatchObject({ state: "intent", attempt: 2 });
    await writeFile(path, JSON.stringify(record));
    expect(await read()).toEqual(record);
    await rm(path);
    expect(await read()).toBe(undefined);
  });

  test("is found as it was edited to the same length", async () => {
    const { path, read } = await openWritten();
    const text = await readFile(path, "utf8");
    const { mtimeMs } = await stat(path);
    const change = async (replacement: string) => {
      await writeFile(path, text.replaceAll("task-1", replacement));
      return (await stat(path)).mtimeMs;
    };
    for (let changed = 2; (await change(`task-${changed}`)) === mtimeMs; changed = 5 - changed); // within one tick
    expect((await read())?.taskid).toMatch(/^task-[23]$/);
  });

  test("is not changed by what becomes of a copy", async () => {
    const { records, read } = await openWritten();
    const written = structuredClone(record);
    const copy = (await read())!;
    copy.input.prompt = "a dog";
    copy.files.push("dog.png");
    expect(await read()).toEqual(written);
    const given = structuredClone(record);
    await records.write(given, { durable: false });
    given.input.prompt = "a dog";
    expect(await read()).toEqual(written);
  });

  test("does not hide a newer version's line, which counts", async () => {
    const { path, records, read } = await openWritten();
    await appendFile(path, '{"version":3,"id":"a"}\n');
    await records.write({ ...record, state: "completed" }, { durable: false });
    await expect(read()).rejects.toThrow("it is of version 3");
  });
});

describe("a run alone in its folder", () => {
  test("keeps others out until it has ended, unless they break its lock", async () => {
    const records = createFolderStore(await makeFolder());
    await records.runAlone(async () => {
      await expect(records.runAlone(async () => undefined)).rejects.toThrow(`Process ${process.pid} on `);
      expect(await records.runAlone(async () => "broken", { breakLock: true })).toBe("broken");
    });
    expect(await records.runAlone(async () => "free")).toBe("free");
    expect(await readdir(records.folder)).toEqual([]);
    await expect(records.runAlone(() => Promise.reject(new Error("mine")))).rejects.toThrow("mine");
    expect(await records.runAlone(async () => "free")).toBe("free");
  });

  test("leaves single generations to everybody", async () => {
    const records = createFolderStore(await makeFolder());
    const { client, server } = await startService();
    await records.runAlone(() => generateOnce(client, "seedreamv5", input, { records, idempotencyKey: "a" }));
    expect(server.ledger).toHaveLength(1);
  });
});
