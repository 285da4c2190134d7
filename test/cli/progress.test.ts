import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { cutToWidth, widthOf } from "../../src/cli/terminal/printable.js";
import { createProgress } from "../../src/cli/terminal/progress.js";
import type { Progress } from "../../src/cli/terminal/progress.js";
import { makeFolder } from "../support/generate.js";
import { buildCommand } from "./support/child.js";
import { apiKey, command, startServer } from "./support/command.js";
import { pngBytes } from "./support/images.js";

describe("progress", () => {
  it("is redrawn in a terminal, with bars, and leaves nothing behind", async () => {
    const server = await startServer();
    const folder = await makeFolder();
    const photo = join(folder, "photo.png");
    await writeFile(photo, Buffer.concat([pngBytes, Buffer.alloc(2_000_000)]));
    const words = [
      "a fox",
      "--source",
      photo,
      "--resolution",
      "16x16",
      "--base-url",
      server.url,
      "--out",
      folder,
    ];
    const { exitCode, errors } = await command(words, { terminal: true });
    expect(exitCode).toBe(0);
    expect(server.requests[0]!.files).toMatchObject([{ size: pngBytes.length + 2_000_000 }]);
    expect(server.requests[0]!.headers).toMatchObject({ "content-length": expect.any(String) as string });
    expect(errors).toContain("\r\x1b[J"); // a line is erased before it is drawn again
    expect(stripVTControlCharacters(errors)).toContain("submitting 0 s");
    const failed = await command(["a fox", "--batchsize", "99"], { terminal: true });
    expect(failed.errors).toContain("\x1b[31merror:\x1b[39m");
    const colourless = await command(["a fox", "--batchsize", "99"], {
      terminal: true,
      environment: { NO_COLOR: "1" },
    });
    expect(colourless.errors).toMatch(/^error: /m);
  });

  it("shows how much of what is done, and keeps notes above it", async () => {
    const drawn: string[] = [];
    const { stderr } = process;
    const write = stderr.write.bind(stderr);
    vi.stubEnv("CI", undefined);
    vi.stubEnv("TERM", "xterm");
    Object.assign(stderr, { isTTY: true, hasColors: () => false });
    stderr.write = ((text: string) => drawn.push(text) > 0) as typeof stderr.write;
    try {
      for (const show of [
        ({ transfer }) => transfer("uploading", 1_500_000, 3_000_000),
        ({ transfer }) => transfer("uploading", 1000, undefined),
        ({ count }) => count(3, 4, 0),
        ({ note }) => note("a note"),
      ] satisfies ((progress: Progress) => void)[]) {
        const progress = createProgress(false);
        show(progress);
        progress.stop();
        progress.state("too late");
      }
    } finally {
      stderr.write = write;
      vi.unstubAllEnvs();
      Object.assign(stderr, { isTTY: false });
    }
    const text = stripVTControlCharacters(drawn.join(""));
    expect(text).toContain(`⠋ ${"█".repeat(12)}${"░".repeat(12)} uploading 1.5 MB 0 s`);
    expect(text).toContain("⠋ uploading 1 kB 0 s");
    expect(text).toContain(`${"█".repeat(18)}${"░".repeat(6)} 3 of 4 done`);
    expect(text).toContain("a note\n");
    expect(text).not.toContain("too late");
  });

  it.each([
    ["TERM=dumb", { TERM: "dumb" }],
    ["CI=true", { CI: "true" }],
  ])("is plain lines with %s, also in a terminal", async (_, environment) => {
    const server = await startServer();
    const words = ["a fox", "--resolution", "16x16", "--base-url", server.url, "--out", await makeFolder()];
    const { exitCode, errors } = await command(words, { terminal: true, environment });
    expect(exitCode).toBe(0);
    expect(errors).toContain("submitting\n");
    expect(errors).not.toMatch(/\r|\x1b\[[^m]*[A-Za-ln-z]/);
  });

  it("tells a rate and the time that is left, in a terminal and in a log", () => {
    const written: string[] = [];
    const spy = vi
      .spyOn(process.stderr, "write")
      .mockImplementation((text) => written.push(String(text)) > 0);
    const now = vi.spyOn(performance, "now").mockReturnValue(0);
    try {
      const progress = createProgress(false);
      now.mockReturnValue(10_000);
      progress.count(50, 1000, 40); // ten were saved before
      progress.count(100, 1000, 2);
      progress.count(1000, 1000, 90);
    } finally {
      spy.mockRestore();
      now.mockRestore();
    }
    expect(written).toEqual([
      "50 of 1000 done, 4.0/s, 4 min left\n",
      "100 of 1000 done, 12.0/min, 75 min left\n",
      "1000 of 1000 done\n",
    ]);
  });

  it("never wraps, and clears what a narrower window has wrapped", async () => {
    const { stderr } = process;
    const written: string[] = [];
    const spy = vi.spyOn(stderr, "write").mockImplementation((text) => written.push(String(text)) > 0);
    vi.stubEnv("CI", undefined);
    vi.stubEnv("TERM", "xterm");
    Object.assign(stderr, { isTTY: true, columns: 60, hasColors: () => false });
    try {
      const progress = createProgress(false);
      progress.state(`${"validating a list ".repeat(10)}狐`);
      Object.assign(stderr, { columns: 20 });
      await vi.waitFor(() => expect(written.length).toBeGreaterThan(2));
      progress.stop();
    } finally {
      spy.mockRestore();
      vi.unstubAllEnvs();
      Object.assign(stderr, { isTTY: false, columns: undefined });
    }
    const [first, second] = written as [string, string];
    expect(first.length).toBeLessThan(60);
    expect(second).toMatch(/^\x1b\[2A\r\x1b\[J/); // three rows of 20
    expect(stripVTControlCharacters(second).trim().length).toBeLessThan(20);
    expect(written.join("")).not.toContain("\x1b[?25l"); // the cursor is never hidden
  });

  it.each(["狐", "여", "𠮷", "𛀁", "︐", "〈", "🈂", "🦊"])("counts two columns for %s", (character) => {
    expect(widthOf(character)).toBe(2);
    expect(cutToWidth(character.repeat(40), 21)).toBe(character.repeat(10));
  });

  it("is taken down for Ctrl-Z, and drawn again by fg", async () => {
    const server = await startServer({
      fail: ({ role }) => (role === "status" ? { kind: "hang" } : undefined),
    });
    const program = await buildCommand();
    const words = ["wait", "t1", "--base-url", server.url].join(" ");
    const environment = { PATH: process.env.PATH, TERM: "xterm", TENSORSLAB_API_KEY: apiKey };
    const line = `exec ${process.execPath} ${program} ${words}`;
    const terminal = spawn("script", ["-qefc", line, "/dev/null"], { env: environment });
    onTestFinished(() => void terminal.kill("SIGKILL"));
    let shown = "";
    terminal.stdout.on("data", (text) => (shown += String(text)));
    await vi.waitFor(() => expect(shown).toContain("waiting for task t1"), { timeout: 20_000 });
    const children = await readFile(`/proc/${terminal.pid}/task/${terminal.pid}/children`, "utf8");
    const pid = Number(children.trim().split(" ")[0]);
    const stateOf = (id: number) => /\) (\w)/.exec(readFileSync(`/proc/${id}/stat`, "utf8"))![1];
    process.kill(pid, "SIGTSTP");
    // `script` stops a moment after its child, and continues it.
    for (const id of [pid, terminal.pid!]) {
      await vi.waitFor(() => expect(stateOf(id)).toBe("T"), { timeout: 20_000 });
    }
    const before = shown.length;
    process.kill(terminal.pid!, "SIGCONT");
    process.kill(pid, "SIGCONT");
    await vi.waitFor(() => expect(shown.slice(before)).toContain("waiting for task t1"), { timeout: 20_000 });
    expect(shown).not.toContain("\x1b[?25l"); // the cursor was there all the time
    process.kill(pid, "SIGINT");
    const [exitCode] = (await once(terminal, "close")) as [number];
    expect(exitCode).toBe(130);
    expect(stripVTControlCharacters(shown.split("\x1b[J").at(-1)!)).toContain("stopped: Interrupted");
  });
});
