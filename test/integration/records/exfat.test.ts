import { spawn } from "node:child_process";
import { link, mkdir, readdir, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { createClient, generateOnce } from "../../../src/index.js";
import { createFolderStore } from "../../../src/node/index.js";
import { startMockServer } from "../../../src/mock-server/index.js";
import { recordStoreChecks } from "../../../src/records/conformance.js";
import { command, listImages, readRecords, startServer } from "../../cli/support/command.js";
import { makeFolder } from "../../support/generate.js";
import { findProgram } from "../support/debian.js";
import { run } from "../support/run.js";

// A file system without hard links, permissions and the rest, in a file.

let disk: string;
beforeAll(async () => {
  const [format, mount] = [await findProgram("mkfs.exfat"), await findProgram("mount.exfat-fuse")];
  const folder = await makeFolder(afterAll);
  const image = join(folder, "image");
  await writeFile(image, "");
  await truncate(image, 64 * 1024 * 1024);
  await run(format, [image]);
  const { stdout } = await run("losetup", ["--find", "--show", image]);
  const device = stdout.trim();
  disk = join(folder, "disk");
  await mkdir(disk);
  const server = spawn(mount, ["-d", device, disk], { stdio: "ignore" });
  const ended = new Promise((resolve) => server.on("close", resolve));
  await vi.waitFor(async () => expect(await readFile("/proc/mounts", "utf8")).toContain(disk), {
    timeout: 30_000,
  });
  afterAll(async () => {
    await run("umount", [disk]);
    await ended;
    await run("losetup", ["--detach", device]);
  });
});

const makeFolderOnDisk = async (name: string): Promise<string> => {
  const folder = join(disk, name);
  await mkdir(folder);
  return folder;
};

test("the disk has no hard links", async () => {
  await writeFile(join(disk, "a"), "");
  await expect(link(join(disk, "a"), join(disk, "b"))).rejects.toThrow("EPERM");
});

describe("the folder store", () => {
  const names = recordStoreChecks(() => createFolderStore("unused")).map(({ name }) => name);
  test.each(names)("%s", async (name) => {
    const folder = await makeFolderOnDisk(`conformance-${names.indexOf(name)}`);
    const check = recordStoreChecks(() => createFolderStore(folder)).find((each) => each.name === name)!;
    await check.run();
  });

  test("lets one of many callers pay", async () => {
    const server = await startMockServer({ taskDurationMs: 0 });
    onTestFinished(() => server.close());
    const client = createClient({ apiKey: "any-key", baseUrl: server.url });
    const folder = await makeFolderOnDisk("at-once");
    for (let round = 0; round < 10; round++) {
      const calls = Array.from({ length: 6 }, () =>
        generateOnce(
          client,
          "seedreamv5",
          { prompt: "a fox", resolution: "16x16" },
          { records: createFolderStore(folder), idempotencyKey: `order-${round}`, waitIfBusy: true },
        ),
      );
      const tasks = await Promise.all(calls);
      expect(new Set(tasks.map(({ taskid }) => taskid)).size).toBe(1);
    }
    expect(server.ledger).toHaveLength(10);
    expect((await readdir(folder)).filter((name) => !name.endsWith(".record.json"))).toEqual([]);
  });
});

describe("the command", () => {
  test("generates, submits, resumes and runs a batch", async () => {
    const server = await startServer();
    const folder = await makeFolderOnDisk("command");
    const out = join(folder, "out");
    const where = ["--out", out, "--base-url", server.url];
    const generated = await command(["a fox", "--resolution", "16x16", ...where]);
    expect([generated.exitCode, generated.errors]).toEqual([0, expect.not.stringContaining("EPERM")]);
    await command(["submit", "a dog", "--resolution", "16x16", ...where]);
    expect((await command(["resume", out, "--base-url", server.url])).exitCode).toBe(0);
    const list = join(folder, "jobs.jsonl");
    await writeFile(
      list,
      '{"id": "Con", "prompt": "a", "resolution": "16x16"}\n{"prompt": "b", "resolution": "16x16"}',
    );
    for (let round = 0; round < 2; round++)
      expect((await command(["batch", list, ...where])).exitCode).toBe(0);
    expect([server.ledger.length, (await listImages(out)).length]).toEqual([4, 4]);
    expect(Object.values(await readRecords(out)).map(({ state }) => state)).toEqual(Array(4).fill("saved"));
  });
});
