import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import type { Readable } from "node:stream";
import { onTestFinished } from "vitest";
import { viewImage } from "../../../src/cli/work/mcp-view.js";
import { createClient } from "../../../src/index.js";
import type { MaxImages } from "../../../src/index.js";
import { serve } from "../../../src/mcp/index.js";
import type { ServeOptions } from "../../../src/mcp/index.js";
import { createFolderStore } from "../../../src/node/index.js";
import { apiKey } from "../../cli/support/command.js";

type Json = Record<string, unknown>;

/** The result of a tool, as it came over the wire. */
export interface ToolResult {
  content: { type: string; text?: string; uri?: string; data?: string; mimeType?: string }[];
  structuredContent: Json & {
    outcome: string;
    taskid?: string;
    files: string[];
    next?: string;
    generations?: Json[];
  };
  isError?: boolean;
}

/** An agent's client: it speaks the protocol line by line, so a test sees every byte of it. */
export interface Agent {
  /** Sends a request and resolves to its result, or rejects with its error. */
  request(method: string, params?: Json): Promise<Json>;
  /** Calls a tool. */
  call(name: string, given: Json, meta?: Json): Promise<ToolResult>;
  /** Calls a tool and returns the id of the request at once. */
  begin(name: string, given: Json, meta?: Json): { id: number; result: Promise<ToolResult> };
  notify(method: string, params: Json): void;
  /** Writes to the server's input as it is. */
  write(text: string | Uint8Array): void;
  /** Every line of the server's output. */
  lines: string[];
  /** Every notification so far, by method. */
  notifications(method: string): Json[];
  /** Resolves once there is such a notification. */
  notified(method: string, isMeant: (params: Json) => boolean): Promise<Json>;
  /** Everything that was written for the person who runs the server. */
  errors(): string;
}

/** The server in a process of its own. */
export interface AgentProcess extends Agent {
  process: ChildProcess;
  /** The exit status; null if a signal ended it. */
  ended: Promise<number | null>;
}

/** Responds to the server's question to a person; without it, the client cannot ask. */
type OnQuestion = (params: Json) => Json | Promise<Json>;

/** Starts the command's server in a process of its own, which ends with the test, and says hello. */
export async function startAgent(
  program: string,
  words: string[],
  { environment = {}, onQuestion }: { environment?: Record<string, string>; onQuestion?: OnQuestion } = {},
): Promise<AgentProcess> {
  const child = spawn(process.execPath, [program, "mcp", ...words], {
    env: { PATH: process.env.PATH, TENSORSLAB_API_KEY: apiKey, ...environment },
    stdio: ["pipe", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  child.stdin.on("error", () => undefined); // it may be gone already
  let errors = "";
  child.stderr.on("data", (chunk) => (errors += String(chunk)));
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const agent = await speak(child.stdout, (text) => void child.stdin.write(text), ended, onQuestion);
  return Object.assign(agent, { process: child, ended, errors: () => errors });
}

/** The differences of a test's server from one without flags. */
export interface Settings extends Partial<
  Pick<ServeOptions, "roots" | "confirm" | "respondWithinMs" | "withPreview">
> {
  maxImages?: MaxImages;
  onQuestion?: OnQuestion;
}

/** Starts the server in this process, until the test has finished, and says hello. */
export async function serveAgent(baseUrl: string, out: string, settings: Settings = {}): Promise<Agent> {
  const { maxImages, onQuestion, ...given } = settings;
  const client = createClient({ apiKey, baseUrl, submitRetries: 0 });
  const [input, output] = [new PassThrough(), new PassThrough()];
  let errors = "";
  const ended = serve({
    client,
    service: client.service,
    records: createFolderStore(out, { maxImages }),
    roots: [],
    confirm: { above: 0, isStrict: false },
    respondWithinMs: 45_000,
    viewImage,
    withPreview: false,
    version: "1.2.3",
    input,
    output,
    signal: new AbortController().signal,
    log: (text) => (errors += `${text}\n`),
    ...given,
  });
  onTestFinished(async () => {
    input.end();
    await ended;
  });
  const agent = await speak(output, (text) => void input.write(text), ended, onQuestion);
  return Object.assign(agent, { errors: () => errors });
}

async function speak(
  output: Readable,
  write: (text: string | Uint8Array) => void,
  ended: Promise<unknown>,
  onQuestion: OnQuestion | undefined,
): Promise<Omit<Agent, "errors">> {
  const lines: string[] = [];
  const notified: { method: string; params: Json }[] = [];
  const listeners = new Set<() => void>();
  const open = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>();
  let last = 0;
  const send = (message: Json) => write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);

  createInterface({ input: output }).on("line", (line) => {
    lines.push(line);
    const { id, method, params, result, error } = JSON.parse(line) as Json & { id: number };
    if (method === "elicitation/create") {
      void Promise.resolve(onQuestion!(params as Json)).then((answer) => send({ id, result: answer }));
    } else if (typeof method === "string") {
      notified.push({ method, params: params as Json });
      for (const listener of listeners) listener();
    } else {
      const { resolve, reject } = open.get(id) ?? {};
      open.delete(id);
      if (error) reject?.(new Error(JSON.stringify(error)));
      else resolve?.(result as never);
    }
  });
  void ended.then(() => {
    for (const { reject } of open.values()) reject(new Error("The server has ended"));
  });

  function ask<T>(method: string, params: Json): { id: number; result: Promise<T> } {
    const id = ++last;
    const result = new Promise<T>((resolve, reject) => open.set(id, { resolve, reject }));
    result.catch(() => undefined);
    send({ id, method, params });
    return { id, result };
  }
  const begin = (name: string, given: Json, meta?: Json) =>
    ask<ToolResult>("tools/call", { name, arguments: given, ...(meta && { _meta: meta }) });
  const agent: Omit<Agent, "errors"> = {
    request: (method, params = {}) => ask<Json>(method, params).result,
    call: (...given) => begin(...given).result,
    begin,
    notify: (method, params) => send({ method, params }),
    write,
    lines,
    notifications: (method) => notified.filter((each) => each.method === method).map(({ params }) => params),
    notified: (method, isMeant) =>
      new Promise((resolve) => {
        const look = () => {
          const found = agent.notifications(method).find(isMeant);
          if (!found) return;
          listeners.delete(look);
          resolve(found);
        };
        listeners.add(look);
        look();
      }),
  };
  const capabilities = onQuestion ? { elicitation: {} } : {};
  const clientInfo = { name: "test", version: "1" };
  await agent.request("initialize", { protocolVersion: "2025-06-18", capabilities, clientInfo });
  agent.notify("notifications/initialized", {});
  return agent;
}

/** All text of a result. */
export const textOf = ({ content }: ToolResult): string => content.map(({ text = "" }) => text).join("\n");
