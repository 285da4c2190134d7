import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmod, copyFile, mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { makeFolder } from "../../support/generate.js";
import { asRoot } from "../support/debian.js";
import { run } from "../support/run.js";
import { buildWorker } from "./workers.js";

const rounds = 200;

test(`two processes that find one stale lock, ${rounds} times: one of them holds it`, async () => {
  const program = await buildWorker("lock-holder");
  const folder = await makeFolder();
  const start = (): ChildProcess => {
    const child = fork(program, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    return child;
  };
  const reply = async (child: ChildProcess) => (await once(child, "message"))[0] as string;

  // What a process leaves that is killed while it holds the lock.
  const killed = start();
  const left = join(folder, "left");
  killed.send({ folder: left });
  expect(await reply(killed)).toBe("held");
  const [entry] = await readdir(join(left, ".lock"));
  killed.kill("SIGKILL");
  await once(killed, "close");

  const both = [start(), start()];
  const winners = [0, 0];
  for (let round = 0; round < rounds; round++) {
    const path = join(folder, `round-${round}`);
    await mkdir(join(path, ".lock"), { recursive: true });
    await writeFile(join(path, ".lock", entry!), "");
    const replies = both.map(reply);
    for (const child of both) child.send({ folder: path, at: Date.now() + 3 });
    const found = await Promise.all(replies);
    expect(found.toSorted(), `round ${round}`).toEqual(["busy", "held"]);
    const winner = found.indexOf("held");
    winners[winner]!++;
    const released = reply(both[winner]!);
    both[winner]!.send({});
    expect(await released).toBe("released");
    expect(await readdir(path)).toEqual([]);
  }
  console.log(`${rounds} stale locks: ${winners.join(" and ")} were taken, none by both processes`);
});

test("a lock of another user's process stays its own where users see no processes of others", async () => {
  const folder = await makeFolder();
  await chmod(folder, 0o777);
  const program = join(folder, "lock-holder.mjs");
  await copyFile(await buildWorker("lock-holder"), program);
  const holder = fork(program, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  onTestFinished(() => void holder.kill("SIGKILL"));
  const shared = join(folder, "shared");
  await mkdir(shared);
  await chmod(shared, 0o777);
  const [held] = (await Promise.all([once(holder, "message"), holder.send({ folder: shared })]))[0] as [
    string,
  ];
  expect(held).toBe("held");
  const asNobody = "setpriv --reuid 65534 --regid 65534 --clear-groups";
  const script = `mount -t proc -o hidepid=2 proc /proc && exec ${asNobody} "$0" "$@"`;
  const words = asRoot("unshare", "--mount", "sh", "-c", script, process.execPath, program, shared);
  const { stdout } = await run(words[0]!, words.slice(1));
  expect(stdout).toBe("busy");
});
