import { execFile } from "node:child_process";
import { chmod, chown, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { generateOnce, readRecord } from "../../src/index.js";
import { createFolderStore } from "../../src/node/index.js";
import { makeRecord, startService } from "../records/support.js";
import { makeFolder } from "../support/generate.js";

const input = { prompt: "a fox", resolution: "16x16" };

// Permissions, and errors as POSIX systems name them; the rest is in folder-store.test.ts.
describe("a folder of records", () => {
  test("has files that their owner alone can read, unless told otherwise", async () => {
    const folder = await makeFolder();
    const { client } = await startService();
    for (const [idempotencyKey, mode] of [
      ["a", undefined],
      ["b", 0o644],
      ["c", 0o666], // which no usual umask lets through
    ] as const) {
      const records = createFolderStore(folder, { mode });
      await generateOnce(client, "seedreamv5", input, { records, idempotencyKey });
      expect((await stat(records.pathOf(idempotencyKey))).mode & 0o777).toBe(mode ?? 0o600);
    }
  });

  test("finds what it wrote as it was replaced since, by a file of the same length and time", async () => {
    const folder = await makeFolder();
    const records = createFolderStore(folder);
    const path = records.pathOf("a");
    await records.write(makeRecord({ id: "a" }), { durable: false });
    await writeFile(join(folder, "new"), (await readFile(path, "utf8")).replaceAll("task-1", "task-2"));
    await promisify(execFile)("touch", ["-r", path, join(folder, "new")]);
    await chmod(join(folder, "new"), 0o600);
    await rename(join(folder, "new"), path);
    expect(await readRecord(records, "a")).toMatchObject({ taskid: "task-2" });
  });

  test("writes a record anew where no line can be appended to its file", async () => {
    const folder = await makeFolder();
    const records = createFolderStore(folder);
    const record = makeRecord({ id: "a" });
    await records.claim(makeRecord({ id: "a", state: "intent", taskid: undefined }), undefined);
    await chmod(records.pathOf("a"), 0o400);
    const isRoot = process.geteuid!() === 0; // who may write to every file
    if (isRoot) for (const path of [folder, records.pathOf("a")]) await chown(path, 65534, 65534);
    if (isRoot) process.seteuid!(65534);
    try {
      await records.write(record, { durable: true });
    } finally {
      if (isRoot) process.seteuid!(0);
    }
    expect(await readFile(records.pathOf("a"), "utf8")).toBe(`${JSON.stringify(record)}\n`);
  });

  test("refuses a folder in place of a record", async () => {
    const records = createFolderStore(await makeFolder());
    await mkdir(records.pathOf("folder"));
    await expect(readRecord(records, "folder")).rejects.toThrow("cannot be read (EISDIR)");
  });

  test("says where and why nothing can be written, and leaves nothing behind", async () => {
    const folder = await makeFolder();
    const { client, submits } = await startService();
    await writeFile(join(folder, "file"), "");
    const inFile = createFolderStore(join(folder, "file"));
    const once = (records: ReturnType<typeof createFolderStore>) =>
      generateOnce(client, "seedreamv5", input, { records, idempotencyKey: "a" });
    await expect(once(inFile)).rejects.toThrow("cannot be read (ENOTDIR)");
    const records = createFolderStore(folder);
    await mkdir(records.pathOf("b"));
    await expect(records.write(makeRecord({ id: "b" }), { durable: true })).rejects.toThrow(
      "b.record.json cannot be read",
    );
    await rm(folder, { recursive: true });
    await expect(records.write(makeRecord({ id: "b" }), { durable: true })).rejects.toThrow(
      "b.record.json cannot be written: ENOENT",
    );
    await expect(records.list()).rejects.toThrow("cannot be read (ENOENT)");
    expect(submits()).toBe(0);
  });

  test("ends where the system creates no folder, and says so", async () => {
    const { client, submits } = await startService();
    const records = createFolderStore("/proc/none/below");
    const once = generateOnce(client, "seedreamv5", input, { records, idempotencyKey: "a" });
    await expect(once).rejects.toThrow(/^The folder \/proc\/none\/below cannot be used: .*nothing was sent$/);
    await expect(records.runAlone(async () => undefined)).rejects.toThrow("cannot be used: ");
    expect(submits()).toBe(0);
  });

  test("names the owner of a record that may not be read, and who asks", async () => {
    const folder = await makeFolder();
    await chmod(folder, 0o755);
    const records = createFolderStore(folder);
    await records.claim(makeRecord({ id: "a", state: "intent", taskid: undefined }), undefined);
    const [owner, isRoot] = [process.geteuid!(), process.geteuid!() === 0];
    if (isRoot) process.seteuid!(65534);
    else await chmod(records.pathOf("a"), 0);
    try {
      // As another process, which has not written it.
      await expect(readRecord(createFolderStore(folder), "a")).rejects.toThrow(
        `a.record.json cannot be read (EACCES): ${records.pathOf("a")} belongs to user ${owner}, and this process runs ` +
          `as user ${isRoot ? 65534 : owner}`,
      );
    } finally {
      if (isRoot) process.seteuid!(0);
    }
  });

  test("that may not be written to is a failure before anything is sent, and its owner is named", async () => {
    const folder = await makeFolder();
    const { client, submits } = await startService();
    await chmod(folder, 0o555);
    const isRoot = process.geteuid!() === 0; // who may write everywhere
    if (isRoot) process.seteuid!(65534);
    try {
      const records = createFolderStore(folder);
      const once = generateOnce(client, "seedreamv5", input, { records, idempotencyKey: "a" });
      await expect(once).rejects.toThrow(/cannot be (written|used|read).*EACCES.* belongs to user \d+/);
    } finally {
      if (isRoot) process.seteuid!(0);
    }
    expect(submits()).toBe(0);
  });
});
