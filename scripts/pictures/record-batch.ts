import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startMockServer } from "../../src/mock-server/index.js";

/** The output to a terminal of a known size, with its times. */
export interface Recording {
  columns: number;
  rows: number;
  output: { atMs: number; data: string }[];
}

const root = resolve(import.meta.dirname, "../..");
const columns = 100;
const rows = 24;
const rowCount = 12;

/** Runs a batch in a terminal, interrupts it in the middle, and runs it again. */
export async function recordBatch(): Promise<Recording> {
  const folder = await mkdtemp(join(tmpdir(), "recording-"));
  const server = await startMockServer({ taskDurationMs: 1500 });
  try {
    const jobs = Array.from({ length: rowCount }, (_, index) =>
      JSON.stringify({
        id: `fox-${index + 1}`,
        prompt: `a red fox in fresh snow, ${index + 1}`,
        resolution: "64x64",
      }),
    );
    await writeFile(join(folder, "foxes.jsonl"), `${jobs.join("\n")}\n`);
    await writeFile(join(folder, "session.sh"), session);
    const terminal = spawn(
      "script",
      ["--quiet", "--flush", "--log-out", "output", "--log-timing", "timing", "--command", "bash session.sh"],
      {
        cwd: folder,
        env: {
          PATH: process.env.PATH,
          TERM: "xterm-256color",
          TENSORSLAB_API_KEY: "any",
          TENSORSLAB_BASE_URL: server.url,
        },
        stdio: ["pipe", "ignore", "inherit"],
      },
    );
    const ended = once(terminal, "close");
    // Ctrl-C, when half of the rows are paid for and some of them are still running.
    const watch = setInterval(() => {
      if (server.ledger.length < rowCount / 2) return;
      clearInterval(watch);
      setTimeout(() => terminal.stdin.write("\x03"), 1000);
    }, 20);
    await ended;
    clearInterval(watch);
    if (server.ledger.length !== rowCount)
      throw new Error(`${server.ledger.length} charges for ${rowCount} rows`);
    return { columns, rows, output: await readOutput(folder) };
  } finally {
    await server.close();
    await rm(folder, { recursive: true });
  }
}

const session = `
stty cols ${columns} rows ${rows} -echoctl
trap : INT
tensorslab-images() { node --import "${join(root, "node_modules/tsx/dist/esm/index.mjs")}" "${join(root, "src/cli/main.ts")}" "$@"; }
ask() { printf '\\e[32m$\\e[39m %s\\n' "$*"; sleep 0.6; "$@"; echo; }
ask tensorslab-images batch foxes.jsonl --concurrency 4
ask tensorslab-images batch foxes.jsonl --concurrency 4
`;

/** Reads what \`script\` has written: a line for each piece of output, with the seconds since the last and its bytes. */
async function readOutput(folder: string): Promise<Recording["output"]> {
  const timing = await readFile(join(folder, "timing"), "utf8");
  const log = await readFile(join(folder, "output"));
  let offset = log.indexOf("\n") + 1; // after the line that says when the recording began
  let atMs = 0;
  return timing
    .trim()
    .split("\n")
    .map((line) => {
      const [seconds = 0, bytes = 0] = line.split(" ").map(Number);
      atMs += seconds * 1000;
      const data = log.subarray(offset, offset + bytes).toString();
      offset += bytes;
      return { atMs, data };
    });
}
