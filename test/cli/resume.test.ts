import { randomUUID } from "node:crypto";
import { readdir, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeFolder } from "../support/generate.js";
import { command, listImages, readRecords, startServer } from "./support/command.js";

const small = ["--resolution", "16x16"];

describe("resume", () => {
  it("reports every record that it cannot finish, and submits nothing", async () => {
    const server = await startServer();
    const out = await makeFolder();
    const connection = ["--base-url", server.url];
    for (const marker of ["refuse", "empty", "task-failed", "missing-image", "instant"]) {
      await command([`fox [mock:${marker}]`, ...small, ...connection, "--out", out]);
    }
    const charged = server.ledger.length;
    const { exitCode, json, errors } = await command(["resume", out, ...connection, "--json"]);
    expect(exitCode).toBe(8);
    expect(json).toMatchObject({
      counts: { refusedBefore: 1, unknown: 1, taskFailed: 1, incomplete: 1, savedBefore: 1, saved: 0 },
      files: [],
    });
    expect(json.problems).toHaveLength(4);
    expect(errors).toContain("outcome unknown");
    expect(server.ledger).toHaveLength(charged);
  });

  it("downloads an image that is gone", async () => {
    const server = await startServer();
    const out = await makeFolder();
    await command(["a fox", ...small, "--base-url", server.url, "--out", out]);
    const [image] = await listImages(out);
    await rm(join(out, image!));
    const { exitCode, output } = await command(["resume", out, "--base-url", server.url]);
    expect([exitCode, output]).toEqual([0, `${join(out, image!)}\n`]);
  });

  it("asks no other service than the one that has the task", async () => {
    const server = await startServer();
    const other = await startServer();
    const out = await makeFolder();
    await command(["submit", "a fox", "--base-url", server.url, "--out", out]);
    const { exitCode, errors } = await command(["resume", out, "--base-url", other.url]);
    expect([exitCode, errors]).toEqual([1, expect.stringContaining(`submitted to ${server.url}/`)]);
    expect(other.requests).toHaveLength(0);
    expect(Object.values(await readRecords(out))).toMatchObject([{ state: "accepted" }]);
  });

  it("stops at a key that is not accepted", async () => {
    const server = await startServer();
    const out = await makeFolder();
    const connection = ["--base-url", server.url];
    for (const prompt of ["one", "two"]) await command(["submit", prompt, ...connection, "--out", out]);
    const environment = { TENSORSLAB_API_KEY: "another" };
    const words = ["resume", out, ...connection, "--concurrency", "1"];
    const { exitCode, errors } = await command(words, { environment });
    expect([exitCode, errors]).toEqual([3, expect.stringContaining("not accepted")]);
    expect(server.requests.filter(({ role }) => role === "status")).toHaveLength(1);
  });

  it("reports files that are no records, and goes on with the others", async () => {
    const server = await startServer();
    const out = await makeFolder();
    await command(["submit", "a fox", ...small, "--base-url", server.url, "--out", out]);
    await writeFile(join(out, "a.record.json"), "{");
    await writeFile(join(out, "b.record.json"), '{"version": 2, "id": "b"}');
    const { exitCode, json } = await command(["resume", out, "--base-url", server.url, "--json"]);
    expect([exitCode, json.counts]).toEqual([1, expect.objectContaining({ saved: 1, other: 2 })]);
  });

  it("clears away what a killed process left half-written, and nothing else", async () => {
    const server = await startServer();
    const out = await makeFolder();
    await command(["submit", "a fox", ...small, "--base-url", server.url, "--out", out]);
    const old = new Date(Date.now() - 120_000);
    const names = [`.${randomUUID()}.part`, `.${randomUUID()}.tmp`, ".mine.tmp", `.${randomUUID()}.part`];
    for (const name of names) await writeFile(join(out, name), "");
    for (const name of names.slice(0, 3)) await utimes(join(out, name), old, old);
    expect((await command(["resume", out, "--base-url", server.url])).exitCode).toBe(0);
    const hidden = (await readdir(out)).filter((name) => name.startsWith("."));
    expect(hidden.sort()).toEqual(names.slice(2).sort());
  });

  it("has nothing to do in an empty folder, and needs one that is there", async () => {
    const out = await makeFolder();
    const { exitCode, errors } = await command(["resume", out]);
    expect([exitCode, errors]).toEqual([0, expect.stringContaining("There are no records")]);
    expect((await command(["resume", join(out, "nowhere")])).exitCode).toBe(2);
  });
});

it("a URL of the service with a password or a token in it is repeated by no command", async () => {
  const out = await makeFolder();
  const list = join(out, "jobs.txt");
  await writeFile(list, "a red fox\n");
  const calls = [
    ["generate", "a red fox", "--out", out],
    ["submit", "a red fox", "--out", out],
    ["batch", list, "--out", out],
    ["resume", out],
    ["wait", "t1"],
    ["status", "t1"],
    ["download", "t1", "--out", out],
    ["generate", "a red fox", "--dry-run"],
  ];
  for (const url of [
    "https://visitor:s3cr3t@images.test",
    "https://images.test/?s3cr3t",
    "http://visitor:s3cr3t@127.0.0.1:9/v1#s3cr3t",
    "visitor:s3cr3t@[images.test",
  ]) {
    for (const words of calls) {
      for (const flags of [["--json", "--base-url", url], ["--base-url", url], []]) {
        const environment = { TENSORSLAB_BASE_URL: url };
        const { exitCode, output, errors } = await command([...words, ...flags], { environment });
        expect(exitCode).toBe(3);
        expect(output + errors).not.toContain("s3cr3t");
      }
    }
  }
});
