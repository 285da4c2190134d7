import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeFolder } from "../support/generate.js";
import { command, readRecords, startServer } from "./support/command.js";
import { largestBatch } from "../support/document.js";

const closedPort = "http://127.0.0.1:9";

describe("exit status and JSON", () => {
  it.each([
    ["refuse", 5, "SERVICE", "rejected", "rejected"],
    ["insufficient-credits", 4, "INSUFFICIENT_CREDITS", "rejected", "rejected"],
    ["unauthorized", 3, "AUTHENTICATION", "rejected", "rejected"],
    ["task-failed", 6, "TASK_FAILED", "accepted", "failed"],
    ["stuck", 7, "WAIT_TIMEOUT", "accepted", "accepted"],
    ["empty", 8, "OUTCOME_UNKNOWN", "unknown", "unknown"],
    ["reset", 8, "OUTCOME_UNKNOWN", "unknown", "unknown"],
    ["missing-image", 9, "DOWNLOAD", "accepted", "completed"],
  ])("of [mock:%s] is %i", async (marker, exitCode, code, outcome, state) => {
    const server = await startServer();
    const out = await makeFolder();
    const prompt = `a fox [mock:${marker}]`;
    const words = ["generate", prompt, "--timeout", "0.2", "--json", "--base-url", server.url, "--out", out];
    const { exitCode: actual, json, errors } = await command(words);
    const [[id, record]] = Object.entries(await readRecords(out)) as [[string, Record<string, unknown>]];
    expect({ ...json, actual }).toMatchObject({
      ok: false,
      command: "generate",
      actual: exitCode,
      exitCode,
      error: { code, outcome, message: expect.any(String) as string },
      record: join(out, `${id}.record.json`),
      state,
    });
    expect(record).toMatchObject({ state, error: { code } });
    expect(record.taskid).toBe(json.taskid);
    const resumeCommand = `tensorslab-images resume ${out} --base-url ${server.url}`;
    const isOver = outcome !== "accepted" || state === "failed";
    expect(json.resumeCommand).toBe(isOver ? undefined : resumeCommand);
    expect(errors).toContain("error: ");
    expect(errors.includes(`To resume: ${resumeCommand}\n`)).toBe(!isOver);
    expect(errors.includes("may have been paid for")).toBe(outcome === "unknown");
    expect(errors.includes("Nothing was paid")).toBe(outcome === "rejected");
  });

  it("is 3 without a key, and 1 if the service cannot be reached", async () => {
    const out = join(await makeFolder(), "out");
    const words = ["generate", "a fox", "--json", "--out", out, "--base-url", closedPort];
    const without = await command(words, { environment: { TENSORSLAB_API_KEY: undefined } });
    expect([without.exitCode, without.json.error.message]).toEqual([
      3,
      expect.stringContaining("--api-key-file"),
    ]);
    const bad = await command(["a fox", "--base-url", "nonsense"]);
    expect([bad.exitCode, bad.errors]).toEqual([3, expect.stringContaining("must be a valid URL")]);
    await expect(readdir(out)).rejects.toThrow();
    const { exitCode, json } = await command(["status", "t", "--json", "--base-url", closedPort]);
    expect([exitCode, json.error.code]).toEqual([1, "CONNECTION"]);
  });

  it.each([
    [["generate", "a fox", "--batchsize", "99"], `batchsize must be <= ${largestBatch}`],
    [["generate", "a fox", "--batchsize", "two"], "batchsize must be integer"],
    [["generate", ""], "prompt"],
    [["generate", "a fox", "--source", "nowhere.png"], "nowhere.png does not exist"],
    [["generate", "a fox", "--source", "."], "is a folder"],
    [["generate", "a fox", "--source", "http://a/1", "http://a/2"], "one URL"],
    [["generate", "a fox", "--source", "http://a/1", "--imageUrl", "http://a/2"], "exclude each other"],
    [
      ["generate", "a fox", "--resolutoin", "2K"],
      "error: Unknown option `--resolutoin`. Did you mean `--resolution`?\n",
    ],
    [
      ["batch", "jobs.csv", "--concurency=2"],
      "Unknown option `--concurency`. Did you mean `--concurrency`?\n",
    ],
    [["resume", "images", "--nonsense"], "Unknown option `--nonsense`.\n"],
    [
      ["generate", "a fox", "--model", "nonsense"],
      "`--model` cannot be `nonsense`. Allowed choices are seedreamv5",
    ],
    [
      ["generate", "a fox", "--timeout", "soon"],
      "`--timeout` cannot be `soon`. It must be a number of seconds",
    ],
    [["completion", "csh"], "`shell` cannot be `csh`. Allowed choices are bash"],
    [["generate", "a fox", "--mock", "--base-url", closedPort], "exclude each other"],
    [["batch", "jobs.csv", "--concurrency", "0"], "whole number above 0"],
    [["batch", "-"], "save it as a file"],
    [["mock", "--port", "-1"], "number of 0 or more"],
    [["a", "red", "fox"], "in quotes"],
    [["- a red fox"], "If it is a prompt, put it last, after --"],
    [["generate", "--a red\nfox"], "If it is a prompt, put it last, after --"],
    [["generat"], "Did you mean `generate`?"],
    [["resum", "images", "--concurrency", "2"], "Did you mean `resume`?"],
    [["status", "one", "two"], "Expected 1 argument but got 2.\n"],
    [["status"], "Missing argument `taskid`\n"],
    [[], "No prompt"],
  ])("is 2 for %j", async (words, message) => {
    const { exitCode, errors } = await command(words);
    expect([exitCode, errors]).toEqual([2, expect.stringContaining(message)]);
    const { json } = await command([...words, "--json"].filter((word) => word !== undefined));
    if (words[0] !== "mock")
      expect(json).toMatchObject({ ok: false, exitCode: 2, error: { code: expect.any(String) as string } });
  });

  it.each([
    ["mock --image-size=0", "`--image-size` cannot be `0`. It must be a whole number of 1 or more."],
    ["mock --port=1e9", "`--port` cannot be `1e9`. It must be a whole number of 0 or more, at most 65535."],
    ["mock --credits=1.5", "`--credits` cannot be `1.5`. It must be a whole number of 0 or more."],
    ["mock --task-seconds=", "`--task-seconds` cannot be ``. It must be a number of seconds, 0 or more."],
    ["mock --host=", "`--host` cannot be ``. It must be a host name or an IP address."],
    ["mock --host=no-such-host.invalid", "cannot listen on no-such-host.invalid (`--host`): "],
    ["mock --public-url=text", "`--public-url` cannot be `text`. It must be a URL of http or https"],
    [
      "mock --service=http://a:b@c",
      "`--service` cannot be `http://a:b@c`. It must be a URL of http or https",
    ],
    ["generate fox --out=", "`--out` cannot be ``. It must be a folder, such as . for this one."],
    ["mcp --mock --root photos --root=", "`--root` cannot be ``. It must be a folder"],
    ["resume ", "`folder` cannot be ``. It must be a folder"],
    ["records ", "`folder` cannot be ``. It must be a folder"],
    ["status ", "`taskid` cannot be ``. It must be the id of a task."],
    ["generate fox --source=none.png", "Invalid input: --source "],
    [
      `generate fox --timeout=${"x".repeat(3000)}`,
      `\`--timeout\` cannot be \`${"x".repeat(100)}…\`. It must be`,
    ],
  ])("is 2 for an invalid value, and the flag is named with what it takes (%#)", async (words, said) => {
    const { exitCode, errors } = await command(words.split(" "));
    expect([exitCode, errors]).toEqual([2, expect.stringContaining(said)]);
  });

  it("is 2 for a flag without its value", async () => {
    const { exitCode, errors } = await command(["generate", "a fox", "-o"]);
    expect([exitCode, errors]).toEqual([2, "error: `--out` needs a value\n"]);
  });

  it("is 2 for a flag that would take the next one for its value, and nothing is sent", async () => {
    const server = await startServer();
    for (const flags of [["--resolution"], ["--source"], ["-o"]]) {
      const words = ["generate", "a fox", "--base-url", server.url, ...flags, "--dry-run"];
      const { exitCode, errors } = await command(words);
      const long = flags[0] === "-o" ? "--out" : flags[0];
      const said = `error: \`${long}\` needs a value. For one that is the name of an option: ${long}=--dry-run\n`;
      expect([exitCode, errors]).toEqual([2, said]);
    }
    const written = ["--resolution", "--batchsize=2"]; // one that has its own value is a flag as well
    const { exitCode: status } = await command(["generate", "a fox", "--base-url", server.url, ...written]);
    expect(status).toBe(2);
    const short = [
      [["--resolution", "-oimages"], "`--resolution` needs a value."],
      [["-qo", "--dry-run"], "`--out` needs a value."],
      [["--source", "-qv"], "`--source` needs a value."],
      [["-o=images"], "Unknown option `-o=images`. Did you mean `--out=images`?\n"],
      [["-q=yes"], "Unknown option `-q=yes`. Did you mean `--quiet`?\n"],
    ] as const;
    for (const [flags, said] of short) {
      const { exitCode, errors } = await command(["generate", "a fox", "--base-url", server.url, ...flags]);
      expect([exitCode, errors]).toEqual([2, expect.stringContaining(said)]);
    }
    const dry = await command(["-qo", await makeFolder(), "a fox", "--base-url", server.url, "--dry-run"]);
    expect([dry.exitCode, dry.output]).toEqual([0, expect.stringContaining("a fox")]);
    expect(server.requests).toHaveLength(0);
    const { exitCode } = await command([
      "generate",
      "a fox",
      "--base-url",
      server.url,
      "--resolution=--dry-run",
      "-q",
    ]);
    expect([exitCode, server.requests.length > 0]).toEqual([0, true]);
  });

  it("is 2 if the folder for the images is a file, and nothing is sent", async () => {
    const server = await startServer();
    const folder = await makeFolder();
    await writeFile(join(folder, "file"), "");
    const words = ["generate", "a fox", "--base-url", server.url, "--out"];
    for (const out of ["file", "file/below"]) {
      const { exitCode, errors } = await command([...words, join(folder, out)]);
      expect([exitCode, errors]).toEqual([2, expect.stringContaining("cannot be read (ENOTDIR)")]);
    }
    expect(server.requests).toHaveLength(0);
  });

  it("is 9 if an image cannot be put where it belongs", async () => {
    const server = await startServer();
    const out = await makeFolder();
    const words = ["a fox", "--resolution", "16x16", "--base-url", server.url, "--out", out];
    await command(words);
    const taskid = server.ledger[0]!.taskid;
    const elsewhere = await makeFolder();
    await mkdir(join(elsewhere, `${taskid}-1.png`));
    const { exitCode } = await command(["download", taskid, "--base-url", server.url, "--out", elsewhere]);
    expect(exitCode).toBe(9);
  });
});
