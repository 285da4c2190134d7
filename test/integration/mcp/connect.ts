import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import * as current from "@modelcontextprotocol/client";
import { StdioClientTransport as CurrentTransport } from "@modelcontextprotocol/client/stdio";
import { Client as EarlierClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as EarlierTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { onTestFinished } from "vitest";
import { folder } from "../support/places.js";

/** The command of the packed package. */
export const program = join(folder, "node_modules/tensorslab-images/dist/src/cli/main.js");

export const apiKey = "sk-secret-0123456789";

/** The official clients: of each generation of the protocol, and of the earlier one as the current client speaks it. */
export const generations = ["sdk 1, 2025-11-25", "client 2, 2025-11-25", "client 2, 2026-07-28"] as const;
export type Generation = (typeof generations)[number];

export interface Result {
  content: { type: string; text?: string; uri?: string }[];
  structuredContent: { outcome: string; taskid?: string; files: string[]; requested?: number; next?: string };
  isError?: boolean;
}

interface CallOptions {
  signal?: AbortSignal;
  timeout?: number;
  onprogress?: (progress: { progress: number; message?: string }) => void;
}

/** A connected client, whichever it is. */
export interface Connection {
  process: ChildProcess;
  /** The client itself, for what only one of them can do. */
  client: EarlierClient | current.Client;
  version: string | undefined;
  listTools(): Promise<{ name: string; annotations?: Record<string, unknown>; outputSchema?: object }[]>;
  /** The client validates the structured content by the tool's output schema. */
  call(name: string, given: Record<string, unknown>, options?: CallOptions): Promise<Result>;
  errors(): string;
  /** Ends the connection as the client does: by the end of standard input. */
  close(): Promise<void>;
}

/** Called with a question to the person. */
export type OnQuestion = (message: string) => Promise<"accept" | "decline" | "cancel">;

/** Starts the server in a process of its own and connects to it. */
export async function connect(
  generation: Generation,
  words: readonly string[],
  onQuestion?: OnQuestion,
): Promise<Connection> {
  const parameters = {
    command: process.execPath,
    args: [program, "mcp", ...words],
    env: { PATH: process.env.PATH ?? "", TENSORSLAB_API_KEY: apiKey },
    stderr: "pipe" as const,
  };
  const info = { name: "test", version: "1" };
  const capabilities = onQuestion ? { elicitation: {} } : {};
  const transport =
    generation === "sdk 1, 2025-11-25" ? new EarlierTransport(parameters) : new CurrentTransport(parameters);
  let errors = "";
  transport.stderr?.on("data", (chunk) => (errors += String(chunk)));
  const client =
    generation === "sdk 1, 2025-11-25" ? connectEarlier(info, capabilities, onQuestion) : connectCurrent();

  function connectCurrent(): current.Client {
    const mode = generation === "client 2, 2026-07-28" ? { pin: "2026-07-28" } : ("legacy" as const);
    const made = new current.Client(info, { capabilities, versionNegotiation: { mode } });
    if (onQuestion) {
      made.setRequestHandler("elicitation/create", async ({ params }) => ({
        action: await onQuestion(params.message),
        content: {},
      }));
    }
    return made;
  }

  await client.connect(transport as never);
  onTestFinished(() => client.close());
  return {
    process: (transport as unknown as { _process: ChildProcess })._process,
    client,
    version: client instanceof current.Client ? client.getNegotiatedProtocolVersion() : "2025-11-25",
    listTools: async () => (await client.listTools()).tools as never,
    call: async (name, given, options = {}) => {
      const parameters = { name, arguments: given };
      const result =
        client instanceof current.Client
          ? await client.callTool(parameters, options as never)
          : await client.callTool(parameters, undefined, options as never);
      return result as unknown as Result;
    },
    errors: () => errors,
    close: () => client.close(),
  };
}

function connectEarlier(
  info: { name: string; version: string },
  capabilities: object,
  onQuestion?: OnQuestion,
): EarlierClient {
  const made = new EarlierClient(info, { capabilities });
  if (onQuestion) {
    made.setRequestHandler(ElicitRequestSchema, async ({ params }) => ({
      action: await onQuestion(params.message),
      content: {},
    }));
  }
  return made;
}
