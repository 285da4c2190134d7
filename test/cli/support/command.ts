import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { onTestFinished, vi } from "vitest";
import { run } from "../../../src/cli/run.js";
import { startMockServer } from "../../../src/mock-server/index.js";
import type { MockServer, MockServerOptions } from "../../../src/mock-server/index.js";

export const apiKey = "sk-secret-0123456789";

/** The result of a command. */
export interface Outcome {
  exitCode: number;
  output: string;
  errors: string;
  /** The output, if it is one JSON object. */
  json: Record<string, unknown> & { error: Record<string, unknown> };
}

interface Surroundings {
  /** Variables beside the key; undefined removes one. */
  environment?: Record<string, string | undefined>;
  input?: string | Uint8Array;
  /** Whether standard error is a terminal. */
  terminal?: boolean;
  /** Told of everything that is written to standard error. */
  onError?: (text: string) => void;
  /** Told of everything that is written to standard output. */
  onOutput?: (text: string) => void;
}

/** Runs the command in this process, with a key and without what the environment says otherwise. */
export async function command(words: string[], surroundings: Surroundings = {}): Promise<Outcome> {
  const { environment, input, terminal = false, onError, onOutput } = surroundings;
  const none = undefined;
  const clean = {
    TENSORSLAB_BASE_URL: none,
    npm_lifecycle_event: none,
    NO_COLOR: none,
    CI: none,
    TERM: "xterm",
  };
  for (const [name, value] of Object.entries({ TENSORSLAB_API_KEY: apiKey, ...clean, ...environment })) {
    vi.stubEnv(name, value);
  }
  const output = capture(process.stdout, onOutput);
  const errors = capture(process.stderr, onError);
  const { stdin } = process;
  if (input !== undefined)
    Object.defineProperty(process, "stdin", { value: Readable.from([Buffer.from(input)]) });
  Object.assign(process.stderr, { isTTY: terminal, hasColors: () => !process.env.NO_COLOR });
  const { exitCode } = process;
  process.exitCode = undefined;
  try {
    await run(words);
    const text = output.read();
    const json = (text.startsWith("{") ? JSON.parse(text) : {}) as Outcome["json"];
    return { exitCode: Number(process.exitCode ?? 0), output: text, errors: errors.read(), json };
  } finally {
    process.exitCode = exitCode;
    Object.defineProperty(process, "stdin", { value: stdin });
    Object.assign(process.stderr, { isTTY: false });
    output.restore();
    errors.restore();
    vi.unstubAllEnvs();
  }
}

function capture(stream: NodeJS.WriteStream, onText?: (text: string) => void) {
  let text = "";
  const spy = vi.spyOn(stream, "write").mockImplementation((chunk) => {
    text += String(chunk);
    onText?.(String(chunk));
    return true;
  });
  return { read: () => text, restore: () => spy.mockRestore() };
}

/** A mock server whose tasks are completed at once, until the test has finished. */
export async function startServer(options: MockServerOptions = {}): Promise<MockServer> {
  const server = await startMockServer({ taskDurationMs: 0, apiKeys: [apiKey], ...options });
  onTestFinished(() => server.close());
  return server;
}

/** The records of a folder, by their ids. */
export async function readRecords(folder: string): Promise<Record<string, Record<string, unknown>>> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".record.json"));
  const entries = names.map(
    async (name) =>
      [name.replace(".record.json", ""), newestState(await readFile(join(folder, name), "utf8"))] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

/** The last line of a record's file, parsed. */
const newestState = (text: string) => JSON.parse(text.trim().split("\n").at(-1)!) as Record<string, unknown>;

/** The names of the images in a folder. */
export async function listImages(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => /\.(png|jpg)$/.test(name)).sort();
}
