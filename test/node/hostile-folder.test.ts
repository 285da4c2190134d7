import { execFileSync } from "node:child_process";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { generateOnce, readRecord } from "../../src/index.js";
import type { RecordError } from "../../src/index.js";
import { withLock } from "../../src/node/lock.js";
import { createFolderStore } from "../../src/node/index.js";
import { makeRecord, startService } from "../records/support.js";
import { makeFolder } from "../support/generate.js";

// Somebody else who may write to a folder of records plants what is not a file: nothing waits for it, and nothing that it
// leads to is read, changed or removed.

const input = { prompt: "a fox", resolution: "16x16" };

/** The kinds of file that can be planted at a path. */
const kinds: Record<string, (path: string) => Promise<unknown> | void> = {
  "a pipe": (path) => void execFileSync("mkfifo", [path]),
  "a link to a device without an end": (path) => symlink("/dev/zero", path),
  "a link to a pipe": async (path) => {
    execFileSync("mkfifo", [`${path}.pipe`]);
    await symlink(`${path}.pipe`, path);
  },
  "a link to a record of another folder": async (path) => {
    const elsewhere = join(await makeFolder(), "a.record.json");
    await writeFile(elsewhere, JSON.stringify(makeRecord({ id: "a" })));
    await symlink(elsewhere, path);
  },
  "a link to itself": (path) => symlink(path, path),
  "a socket": async (path) => {
    const server = createServer().listen(path);
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once("listening", resolve));
  },
  "a folder": (path) => mkdir(path),
};

describe.each(Object.entries(kinds))("%s", (_, plant) => {
  test("in place of a record is an error that names it, and nothing is paid", async () => {
    const records = createFolderStore(await makeFolder());
    const { client, submits } = await startService();
    const path = records.pathOf("a");
    await plant(path);
    const failures = [
      readRecord(records, "a"),
      generateOnce(client, "seedreamv5", input, { records, idempotencyKey: "a" }),
    ].map((failure) => failure.then(String, (error: RecordError) => error.message));
    for (const message of await Promise.all(failures)) expect(message).toContain(`${path} cannot be read (`);
    expect(submits()).toBe(0);
    expect(await records.list()).toContain("a"); // so that a person sees it
  });

  test("with the name of a record of no id is left out of the list", async () => {
    const records = createFolderStore(await makeFolder());
    await plant(join(records.folder, "%x.record.json"));
    await records.claim(makeRecord({ id: "b", state: "intent", taskid: undefined }), undefined);
    expect(await records.list()).toEqual(["b"]);
  });

  test("in place of the day's number of images is an error, and nothing is paid", async () => {
    const records = createFolderStore(await makeFolder(), { maxImages: { day: 5 } });
    const { client, submits } = await startService();
    const day = new Date().toISOString().slice(0, 10);
    await plant(join(records.folder, `.images-${day}`));
    const once = generateOnce(client, "seedreamv5", input, { records, idempotencyKey: "a" });
    await expect(once).rejects.toThrow(`.images-${day} must hold the number`);
    expect(submits()).toBe(0);
  });
});

describe("a lock that is no lock", () => {
  const { "a folder": _, ...others } = kinds; // a folder is a lock
  test.each(Object.entries(others))("but %s is taken only if it is broken", async (__, plant) => {
    const path = join(await makeFolder(), "a.lock");
    await plant(path);
    await expect(withLock(path, {}, async () => undefined)).rejects.toThrow("An unknown process holds");
    expect(await withLock(path, { breakLock: true, waitMs: 1000 }, async () => "broken")).toBe("broken");
  });

  test("but a link: what it leads to stays as it is, also when it is broken", async () => {
    const elsewhere = await makeFolder();
    await writeFile(join(elsewhere, "a.txt"), "precious");
    const records = createFolderStore(await makeFolder());
    for (const name of [".lock", ".a.lock"]) await symlink(elsewhere, join(records.folder, name));
    await expect(records.runAlone(async () => undefined)).rejects.toThrow("break its lock");
    expect(await records.runAlone(async () => "alone", { breakLock: true })).toBe("alone");
    expect(await readdir(elsewhere)).toEqual(["a.txt"]);
    expect(await readFile(join(elsewhere, "a.txt"), "utf8")).toBe("precious");
    expect(await readdir(records.folder)).toEqual([]);
  });
});
