import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { LockHeld, withLock } from "../../src/node/lock.js";
import { hasEnded, ownIdentity } from "../../src/node/process-identity.js";
import { makeFolder } from "../support/generate.js";

const entryOf = ({ pid, started, machine, boot, namespace, host }: ReturnType<typeof ownIdentity>) =>
  [pid, started, machine, boot, namespace, host, "00000000"].join(".");

/** A lock that another process left. */
async function leaveLock(entry: string): Promise<string> {
  const path = join(await makeFolder(), "a.lock");
  await mkdir(path);
  await writeFile(join(path, entry), "");
  return path;
}

async function startProcess() {
  const child = spawn(process.execPath, ["-e", "process.stdin.resume(); console.log('up')"]);
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  return child;
}

/** The start time of a process, as the system tells it. */
async function startedOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8");
  return text.slice(text.lastIndexOf(")") + 2).split(" ")[19]!;
}

describe("a lock", () => {
  test("is held by one at a time, in order to wait for", async () => {
    const path = join(await makeFolder(), "a.lock");
    let holders = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++holders);
      await new Promise((resolve) => setTimeout(resolve, 2));
      holders--;
    };
    await Promise.all(Array.from({ length: 20 }, () => withLock(path, { waitMs: 60_000 }, work)));
    expect([most, holders]).toEqual([1, 0]);
    await expect(readdir(path)).rejects.toThrow("ENOENT");
  });

  test("of a process that runs is not taken, and of one that has ended is", async () => {
    const child = await startProcess();
    const identity = { ...ownIdentity(), pid: child.pid!, started: await startedOf(child.pid!) };
    const path = await leaveLock(entryOf(identity));
    await expect(withLock(path, {}, async () => undefined)).rejects.toThrow(`Process ${child.pid} on `);
    child.kill("SIGSTOP"); // frozen is not ended
    await expect(withLock(path, {}, async () => undefined)).rejects.toThrow(LockHeld);
    child.kill("SIGKILL");
    await once(child, "close");
    expect(await withLock(path, {}, async () => "taken")).toBe("taken");
  });

  test("is told by boot and start time, not by the pid alone", async () => {
    const own = ownIdentity();
    const running = { ...own, pid: process.ppid, started: await startedOf(process.ppid) };
    expect(hasEnded(running)).toBe(false);
    expect(hasEnded({ ...running, started: "1" })).toBe(true); // the pid came round again
    expect(hasEnded({ ...running, boot: "another" })).toBe(true); // the machine was started again
    expect(hasEnded({ ...running, host: "another", boot: "another" })).toBe(false); // nobody can tell
    expect(hasEnded({ ...running, machine: "another", boot: "another" })).toBe(false); // of the same name
    expect(hasEnded({ ...running, namespace: "another", pid: 2 ** 22 + 1 })).toBe(false); // another container
    // Where the system tells neither.
    const plain = { machine: "0", boot: "0", namespace: "0", started: "0", host: own.host };
    expect(hasEnded({ ...plain, pid: process.ppid }, { ...plain, pid: 1 })).toBe(false);
    expect(hasEnded({ ...plain, pid: 2 ** 22 + 1 }, { ...plain, pid: 1 })).toBe(true);
  });

  test("that is stale has one heir, however many find it", async () => {
    for (let round = 0; round < 20; round++) {
      const path = await leaveLock(entryOf({ ...ownIdentity(), boot: "another" }));
      let holders = 0;
      let most = 0;
      const work = async () => {
        most = Math.max(most, ++holders);
        await new Promise((resolve) => setTimeout(resolve, 1));
        holders--;
      };
      await Promise.all(Array.from({ length: 8 }, () => withLock(path, { waitMs: 60_000 }, work)));
      expect(most).toBe(1);
    }
  });

  test("of an unknown form is left to its owner, until it is broken", async () => {
    for (const entry of ["unknown", "1.2.3", "x.1.2.3.4.host.00000000"]) {
      const path = await leaveLock(entry);
      await expect(withLock(path, {}, async () => undefined)).rejects.toThrow("An unknown process holds");
      expect(await withLock(path, { breakLock: true }, async () => "broken")).toBe("broken");
    }
  });

  test("that cannot be released does not undo the work", async () => {
    const path = join(await makeFolder(), "a.lock");
    const work = async () => {
      await rm(path, { recursive: true });
      await writeFile(path, ""); // nothing can be removed from it
      return "done";
    };
    expect(await withLock(path, {}, work)).toBe("done");
  });

  test("that has no holder any more is free", async () => {
    const path = join(await makeFolder(), "a.lock");
    await mkdir(path);
    expect(await withLock(path, {}, async () => "free")).toBe("free");
  });

  test("of the first version, a file, counts until its process has ended", async () => {
    const path = join(await makeFolder(), "a.lock");
    const write = (process: number, host: string) => writeFile(path, JSON.stringify({ process, host }));
    await write(process.ppid, hostname());
    await expect(withLock(path, {}, async () => undefined)).rejects.toThrow(`Process ${process.ppid} on `);
    await write(process.ppid, "another");
    await expect(withLock(path, {}, async () => undefined)).rejects.toThrow("on another");
    expect(await withLock(path, { breakLock: true, waitMs: 1000 }, async () => "broken")).toBe("broken");
    await write(2 ** 22 + 1, hostname());
    expect(await withLock(path, { waitMs: 1000 }, async () => "taken")).toBe("taken");
  });
});
