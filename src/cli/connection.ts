import { readFile } from "node:fs/promises";
import { server } from "../../generated/operations.js";
import { ConfigurationError, createClient } from "../index.js";
import type { Client, Fetch } from "../index.js";
import { UsageError } from "./exit-codes.js";

/** Flags that say which service is asked, and with which key. */
export interface ConnectionFlags {
  apiKeyFile?: string;
  baseUrl?: string;
  mock?: boolean;
}

/** A client of the service that the flags and the environment name. */
export interface Connection {
  client: Client;
  /** Which service it is, without anything secret; `mock` is a mock server that ends with this process. */
  service: string;
  close(): Promise<void>;
}

/** A mock server of this process, whose tasks end with it. */
const mockService = "mock";

/** Whether there is anything that says which service to ask. */
export function isConfigured({ apiKeyFile, baseUrl, mock }: ConnectionFlags): boolean {
  const { TENSORSLAB_API_KEY: key, TENSORSLAB_BASE_URL: url } = process.env;
  return Boolean(apiKeyFile ?? baseUrl ?? mock ?? (key || url));
}

export interface ConnectOptions {
  fetch?: Fetch | undefined;
  /** How long a task of `--mock` takes. @default the mock server's own default */
  mockTaskMs?: number | undefined;
}

/**
 * Makes the client. It sends each submit once: who submits keeps a record of every attempt, and so repeats it.
 *
 * @throws {ConfigurationError} There is no key, or what there is cannot be used.
 */
export async function connect(
  flags: ConnectionFlags,
  { fetch, mockTaskMs }: ConnectOptions = {},
): Promise<Connection> {
  if (flags.mock) {
    if (flags.baseUrl !== undefined) throw new UsageError("--mock and --base-url exclude each other");
    const { startMockServer } = await import("../mock-server/index.js");
    const { url, close } = await startMockServer({ taskDurationMs: mockTaskMs });
    // A key this short is a placeholder, so it is not taken out of what the mock server says.
    const client = createClient({ apiKey: "any", baseUrl: url, fetch, submitRetries: 0 });
    return { client, service: mockService, close };
  }
  const baseUrl = baseUrlOf(flags);
  const client = createClient({ apiKey: await readKey(flags.apiKeyFile), baseUrl, fetch, submitRetries: 0 });
  return { client, service: serviceOf(flags), close: async () => undefined };
}

/** Which service the flags and the environment name, without anything secret. */
export const serviceOf = (flags: ConnectionFlags): string =>
  flags.mock ? mockService : new URL(baseUrlOf(flags)).href;

/** Where the service is. */
export function baseUrlOf({ baseUrl }: ConnectionFlags): string {
  const url = baseUrl ?? (process.env.TENSORSLAB_BASE_URL || server);
  if (URL.canParse(url)) return url;
  throw new ConfigurationError("What --base-url or TENSORSLAB_BASE_URL says is no URL");
}

/** The flags as words, for a command that goes on with the same service and key. */
export function connectionWords({ apiKeyFile, baseUrl, mock }: ConnectionFlags): string[] {
  return [
    ...(apiKeyFile === undefined ? [] : ["--api-key-file", apiKeyFile]),
    ...(baseUrl === undefined ? [] : ["--base-url", baseUrl]),
    ...(mock ? ["--mock"] : []),
  ];
}

async function readKey(file: string | undefined): Promise<string> {
  if (file === undefined) {
    const key = process.env.TENSORSLAB_API_KEY?.trim();
    if (key) return key;
    throw new ConfigurationError(
      "No API key: set TENSORSLAB_API_KEY, or name a file with --api-key-file; --mock needs none",
    );
  }
  const key = await readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw new ConfigurationError(`The key file ${file} cannot be read (${cause.code})`, { cause });
  });
  if (key.trim()) return key.trim();
  throw new ConfigurationError(`The key file ${file} is empty`);
}
