import { readdir, readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { makeFolder } from "../support/generate.js";
import { command, startServer } from "./support/command.js";

describe("a single word", () => {
  it.each([
    ["hepl", "Did you mean `help`?"],
    ["version", "Did you mean `--version`?"],
    ["list", "tensorslab-images generate list"],
    ["login", "tensorslab-images generate login"],
    ["fox", "tensorslab-images generate fox"],
    ["Status", "Did you mean `status`?"],
    [" fox ", "Unknown command"],
  ])("%j is no prompt: nothing is bought", async (word, message) => {
    const server = await startServer();
    const out = await makeFolder();
    for (const words of [[word], ["--json", word], [word, "--json"], ["--out", out, word, "images"]]) {
      const { exitCode, errors } = await command([...words, "--base-url", server.url]);
      expect([exitCode, errors]).toEqual([2, expect.stringContaining(message)]);
    }
    expect([server.requests, await readdir(out)]).toEqual([[], []]);
  });

  it("is a prompt for generate and submit", async () => {
    const server = await startServer();
    const where = ["--resolution", "16x16", "--base-url", server.url, "--out", await makeFolder()];
    expect((await command(["generate", "fox", ...where])).exitCode).toBe(0);
    expect((await command(["submit", "status", ...where])).exitCode).toBe(0);
    expect(server.ledger).toHaveLength(2);
  });
});

describe("flags", () => {
  it("may stand before a command", async () => {
    const server = await startServer();
    const out = await makeFolder();
    const service = ["--base-url", server.url];
    const { output } = await command(["-q", ...service, "--out", out, "submit", "a fox", "--json"]);
    const { taskid } = JSON.parse(output) as { taskid: string };
    const status = await command(["--json", ...service, "status", taskid]);
    expect([status.exitCode, status.json.taskid]).toEqual([0, taskid]);
    const resumed = await command(["-q", `--base-url=${server.url}`, "resume", out]);
    expect([resumed.exitCode, resumed.errors]).toEqual([0, ""]);
    expect(server.ledger).toHaveLength(1);
  });

  it.each([
    ["--json", "--version"],
    ["-q", "-V"],
    ["--out", "foxes", "--version"],
  ])("may stand before a question for the version: %j", async (...words) => {
    const { version } = JSON.parse(await readFile("package.json", "utf8")) as { version: string };
    expect(await command(words)).toMatchObject({ exitCode: 0, output: `${version}\n`, errors: "" });
  });

  it("may stand before a prompt, and take the words that follow them", async () => {
    const server = await startServer();
    const where = ["--base-url", server.url, "--out", await makeFolder()];
    expect((await command(["--resolution", "16x16", ...where, "a red fox"])).exitCode).toBe(0);
    expect(server.requests[0]!.fields).toMatchObject({ prompt: "a red fox" });
    // The value of a flag is no command, and what follows `--source` is a file.
    const dry = await command(["--category", "status", "a red fox", "--dry-run", ...where]);
    expect([dry.exitCode, dry.output]).toEqual([0, expect.stringContaining("category: status")]);
    const source = await command(["--source", "photo.jpg", "resume", ...where]);
    expect([source.exitCode, source.errors]).toEqual([2, expect.stringContaining("No prompt")]);
    const dashed = await command(["--dry-run", ...where, "--", "--a red fox--"]);
    expect([dashed.exitCode, dashed.output]).toEqual([0, expect.stringContaining("prompt: --a red fox--")]);
    expect(server.ledger).toHaveLength(1);
  });

  it("that ask for help need no command", async () => {
    expect((await command(["--json", "--help"])).output).toContain("Usage: tensorslab-images [command]");
    expect((await command(["--json", "batch", "--help"])).output).toContain("Usage: tensorslab-images batch");
    expect((await command(["help", "batch"])).output).toContain("Usage: tensorslab-images batch");
  });

  it("are no reason to show the help of everything for a command that there is not", async () => {
    for (const words of [
      ["help", "bacht"],
      ["--json", "help", "bacht"],
      ["help", "--quiet", "bacht"],
    ]) {
      const { exitCode, output, errors } = await command(words);
      expect([exitCode, errors]).toEqual([2, expect.stringContaining("Did you mean `batch`?")]);
      expect(output).not.toContain("Usage:");
    }
  });
});

describe("--no-key", () => {
  it("sends none, and needs none", async () => {
    const server = await startServer();
    const environment = { TENSORSLAB_API_KEY: undefined, TENSORSLAB_BASE_URL: server.url };
    const out = await makeFolder();
    const words = ["submit", "a fox", "--no-key", "--out", out];
    const { errors } = await command(words, { environment });
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
    expect(errors).not.toContain("No API key");
    const both = await command([...words, "--api-key-file", "key"]);
    expect([both.exitCode, both.errors]).toEqual([2, expect.stringContaining("exclude each other")]);
    const hint = await command(["status", "t", "--json"], { environment });
    expect([hint.exitCode, hint.json.error.message]).toEqual([3, expect.stringContaining("--no-key")]);
  });
});
