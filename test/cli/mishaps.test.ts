import { rmSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { MockRequest } from "../../src/mock-server/index.js";
import { makeFolder } from "../support/generate.js";
import { command, readRecords, startServer } from "./support/command.js";
import { pngBytes } from "./support/images.js";

const small = ["--resolution", "16x16"];

/** A server, and a folder that something happens to when the first request of that role arrives. */
async function startMishap(role: MockRequest["role"], mishap: (out: string) => void) {
  const out = join(await makeFolder(), "out");
  const server = await startServer({
    fail: (request) => {
      if (request.role === role && request.ordinalOfRole === 1) mishap(out);
      return undefined;
    },
  });
  return { server, out, where: ["--out", out, "--base-url", server.url] };
}

describe("mishaps", () => {
  it("a folder that the system does not create is refused before anything is paid", async () => {
    const server = await startServer();
    const where = ["--out", "/proc/none", "--base-url", server.url];
    const jobs = join(await makeFolder(), "jobs.txt");
    writeFileSync(jobs, "a fox\n");
    for (const words of [
      ["a fox", ...small],
      ["a fox", "--dry-run"],
      ["submit", "a fox"],
      ["batch", jobs],
      ["mcp"],
    ]) {
      const { exitCode, errors } = await command([...words, ...where]);
      expect([exitCode, errors]).toEqual([2, expect.stringContaining("The folder /proc/none cannot be ")]);
    }
    expect(server.requests).toHaveLength(0);
  });

  it("an accepted task whose record cannot be written is named", async () => {
    const { server, where } = await startMishap("submit", (out) => {
      rmSync(out, { recursive: true });
      writeFileSync(out, "");
    });
    const { exitCode, json, errors } = await command(["a fox", ...small, ...where, "--json"]);
    const { taskid } = server.ledger[0]!;
    expect(json).toMatchObject({ ok: false, exitCode: 1, taskid, error: { code: "RECORD" } });
    expect(exitCode).toBe(1);
    expect(errors).toContain(`To get the images: tensorslab-images download ${taskid}`);
  });

  it("a task id that JavaScript cannot hold is shown as it came, and kept", async () => {
    const body = '{"code":1000,"msg":"success","data":{"taskid":12345678901234567890}}';
    const server = await startServer({
      fail: () => ({ kind: "response", status: 200, body, charged: true }),
    });
    const out = join(await makeFolder(), "out");
    const { exitCode, errors } = await command(["a fox", ...small, "--out", out, "--base-url", server.url]);
    expect([exitCode, errors]).toEqual([8, expect.stringContaining(`The response began: ${body}\n`)]);
    const [record] = Object.values(await readRecords(out));
    expect(JSON.stringify(record?.error)).toContain("12345678901234567890");
    expect(server.ledger).toHaveLength(1);
  });

  it("a batch stops when its folder is gone, and leaves the rest unpaid", async () => {
    const { server, out, where } = await startMishap("status", (folder) =>
      rmSync(folder, { recursive: true }),
    );
    const list = join(out, "../jobs.jsonl");
    const rows = [1, 2, 3, 4].map((number) =>
      JSON.stringify({ prompt: `fox ${number}`, resolution: "16x16" }),
    );
    await writeFile(list, rows.join("\n"));
    const { exitCode, json } = await command(["batch", list, ...where, "--concurrency", "1", "--json"]);
    expect([exitCode, json.counts]).toEqual([1, expect.objectContaining({ stillRunning: 1, left: 3 })]);
    const { taskid } = server.ledger[0]!;
    expect([json.problems, server.ledger.length]).toEqual([[expect.objectContaining({ taskid })], 1]);
  });

  it("the way on is one that works where nothing is installed", async () => {
    const server = await startServer({
      fail: ({ role }) => (role === "status" ? { kind: "response", status: 401, body: "" } : undefined),
    });
    const out = await makeFolder();
    const words = ["a fox", ...small, "--out", out, "--base-url", server.url];
    const { errors } = await command(words, { environment: { npm_lifecycle_event: "npx" } });
    expect(errors).toContain(`To resume: npx tensorslab-images resume ${out}`);
  });

  it("an odd answer that names its task is accepted", async () => {
    const server = await startServer({
      fail: ({ role }) =>
        role === "submit"
          ? { kind: "alter", alter: (body) => body.toString().replace("1000", "1234") }
          : undefined,
    });
    const out = await makeFolder();
    const { exitCode, errors } = await command(["a fox", ...small, "--out", out, "--base-url", server.url]);
    expect([exitCode, errors]).toEqual([
      1,
      expect.stringContaining(`To resume: tensorslab-images resume ${out}`),
    ]);
    expect(Object.values(await readRecords(out))).toMatchObject([
      { state: "accepted", taskid: server.ledger[0]!.taskid },
    ]);
    expect((await command(["resume", out, "--base-url", server.url])).exitCode).toBe(0);
  });

  it("a file that is gone when its row's turn comes costs nothing", async () => {
    const folder = await makeFolder();
    const photo = join(folder, "photo.png");
    const server = await startServer({
      fail: ({ role, ordinalOfRole }) => {
        if (role === "submit" && ordinalOfRole === 1) rmSync(photo);
        return undefined;
      },
    });
    await writeFile(photo, pngBytes);
    const list = join(folder, "jobs.jsonl");
    const rows = [{ prompt: "one" }, { prompt: "two", sourceImage: "photo.png" }];
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
    ];
    const { json } = await command([...words, "--json"]);
    expect(json).toMatchObject({ exitCode: 1, counts: { saved: 1, other: 1 } });
    expect(server.ledger).toHaveLength(1);
    await writeFile(photo, pngBytes);
    expect((await command(words)).exitCode).toBe(0);
    expect(server.ledger).toHaveLength(2);
  });

  it("several faults of one prompt are all named", async () => {
    const flags = ["--batchsize", "99", "--sourceImage", "no.png", "none.png", "--imageUrl", "http://a/b"];
    const { exitCode, errors } = await command(["generate", "", ...flags, "--dry-run"]);
    expect(exitCode).toBe(2);
    expect(errors).toMatch(/Invalid input:\n {2}sourceImage .*no\.png .*\n {2}sourceImage .*none\.png /);
    const fields = await command(["generate", "", "--batchsize", "99", "--dry-run"]);
    expect(fields.errors).toMatch(/Invalid input:\n {2}prompt .*\n {2}batchsize /);
  });
});
