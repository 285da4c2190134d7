import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeFolder } from "../support/generate.js";
import { command, listImages, readRecords, startServer } from "./support/command.js";

/** Submits a prompt; gives its task, and what runs commands on the same service. */
async function submit(prompt: string) {
  const server = await startServer();
  const out = await makeFolder();
  const run = (...words: string[]) => command([...words, "--base-url", server.url]);
  const { exitCode, output } = await run("submit", prompt, "--resolution", "16x16", "--out", out);
  expect(exitCode).toBe(0);
  return { server, out, run, taskid: output.trim() };
}

describe("submit", () => {
  it("prints the task, keeps a record, and resume finishes it", async () => {
    const { server, out, run, taskid } = await submit("a fox");
    expect(server.ledger).toMatchObject([{ taskid }]);
    expect(Object.values(await readRecords(out))).toMatchObject([{ state: "accepted", taskid }]);
    const { exitCode, output } = await run("resume", out);
    const [image] = await listImages(out);
    expect([exitCode, output]).toEqual([0, `${join(out, image!)}\n`]);
    expect(server.ledger).toHaveLength(1);
  });

  it("shows the request with --dry-run, and a failure as JSON", async () => {
    const { server, run } = await submit("a fox");
    expect((await run("submit", "a dog", "--dry-run")).output).toContain("prompt: a dog");
    expect(server.ledger).toHaveLength(1);
    const { json } = await run("submit", "[mock:refuse]", "--json", "--out", await makeFolder());
    expect(json).toMatchObject({ ok: false, command: "submit", exitCode: 5, state: "rejected" });
  });
});

describe("status", () => {
  it.each([
    ["a long list", (): string => `[${"0,".repeat(400_000)}0]`],
    [
      "lists in lists",
      (): string =>
        `[${Array<string>(4400)
          .fill("[".repeat(90) + "]".repeat(90))
          .join(",")}]`,
    ],
  ])("prints %s of a response without making it much larger", async (_, extra) => {
    const text = extra();
    const server = await startServer({
      fail: ({ role }) =>
        role === "status"
          ? { kind: "alter", alter: (body) => body.toString().replace(/\}\}\s*$/, `,"extra":${text}}}`) }
          : undefined,
    });
    const submitted = await command([
      "submit",
      "a fox",
      "--out",
      await makeFolder(),
      "--base-url",
      server.url,
    ]);
    const words = ["status", submitted.output.trim(), "--json", "--base-url", server.url];
    const { output, json } = await command(words);
    expect(json.ok).toBe(true);
    expect(
      JSON.stringify((json.raw as { extra: unknown }).extra) === text,
      "the list is printed as it came",
    ).toBe(true);
    expect(output.length).toBeLessThan(1.1 * text.length);
  });

  it("prints how far the task is, and its URLs", async () => {
    const { run, taskid } = await submit("a fox");
    const { exitCode, output } = await run("status", taskid);
    expect([exitCode, output]).toEqual([0, expect.stringMatching(/^completed\nhttp:\S+\n$/)]);
    const { json } = await run("status", taskid, "--json");
    expect(json).toMatchObject({
      ok: true,
      taskid,
      status: "completed",
      urls: [expect.any(String)],
      width: 16,
    });
  });

  it("exits with 0 for a task that failed", async () => {
    const { run, taskid } = await submit("[mock:task-failed]");
    const { exitCode, output } = await run("status", taskid);
    expect([exitCode, output]).toEqual([0, "failed\n"]);
  });
});

describe("wait", () => {
  it("ends with the task", async () => {
    const { run, taskid } = await submit("a fox");
    expect((await run("wait", taskid)).output).toMatch(/^completed\nhttp:\S+\n$/);
  });

  it("tells by its exit status that the task failed, or still runs", async () => {
    const failed = await submit("[mock:task-failed]");
    expect((await failed.run("wait", failed.taskid)).exitCode).toBe(6);
    const stuck = await submit("[mock:stuck]");
    const { exitCode, errors } = await stuck.run("wait", stuck.taskid, "--timeout", "0.1");
    expect([exitCode, errors]).toEqual([
      7,
      expect.stringContaining(`To resume: tensorslab-images wait ${stuck.taskid}`),
    ]);
  });
});

describe("download", () => {
  it("saves the images, and again without harm", async () => {
    const { run, taskid } = await submit("a fox [mock:expired-url]");
    const folder = join(await makeFolder(), "it's here");
    for (let time = 1; time <= 2; time++) {
      const { exitCode, json } = await run("download", taskid, "--json", "--out", folder);
      const [image] = await listImages(folder);
      expect([exitCode, json.files]).toEqual([0, [join(folder, image!)]]);
    }
  });

  it.each([
    ["stuck", 7],
    ["task-failed", 6],
    ["truncated-image", 9],
  ])("of a task with [mock:%s] exits with %i", async (marker, exitCode) => {
    const { run, taskid } = await submit(`[mock:${marker}]`);
    const folder = join(await makeFolder(), "it's here");
    const outcome = await run("download", taskid, "--out", folder);
    expect(outcome.exitCode).toBe(exitCode);
    // What is shown can be pasted into a shell.
    expect(outcome.errors).toContain(`download ${taskid} --out '${folder.replace("'", "'\\''")}'`);
  });
});
